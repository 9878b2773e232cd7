"""What the sizes in a view were read off: `x.view(b, t, -1)` with `b, t, c = y.shape` means the axes of `y`."""

from __future__ import annotations

from functools import lru_cache

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout
from whygrad.engine.observation import Event, Node, Observation

_PASSING = frozenset({"aten::Int", "aten::IntImplicit", "aten::ScalarImplicit", "prim::NumToTensor"})
_MEASURING = ("aten::size", "aten::len")
_COMPUTING = frozenset({"mul", "floordiv", "div", "add", "sub", "floor_divide", "true_divide"})


def meant(observation: Observation, known: Layouts, node: Node) -> list[Axis | None]:
    """For each size that a view is given, the axis whose size was read for it; None where it was none."""
    return [measured(observation, known, value) for value in _given(observation, node)]


def computed(observation: Observation, node: Node) -> list[bool]:
    """For each size that a view is given, whether it was computed from others: `b * heads`, `t // 2`."""
    makers = (_origin(observation, value) for value in _given(observation, node))
    return [made is not None and made.bare_name in _COMPUTING for made in makers]


def _given(observation: Observation, node: Node) -> list[int]:
    wanted = node.argument("size") or node.argument("shape")
    listed = observation.givers.get(wanted.value) if wanted is not None else None
    return [a.value for a in listed.arguments] if listed is not None and listed.op == "prim::ListConstruct" else []


@lru_cache(maxsize=8)
def _executions(observation: Observation) -> dict[int, Event]:
    """The last execution of each node."""
    return {event.node: event for event in observation.first.events}


def _origin(observation: Observation, value: int) -> Node | None:
    """The node that gave a number, through what only changes its type."""
    made = observation.givers.get(value)
    while made is not None and made.op in _PASSING:
        made = observation.givers.get(made.arguments[0].value)
    return made


def measured(observation: Observation, known: Layouts, value: int) -> Axis | None:
    """The axis whose size a number is; None where it is none's."""
    layout, place = _whole(observation, known, value)
    return layout[place] if isinstance(place, int) and -len(layout) <= place < len(layout) else None


def beside(observation: Observation, known: Layouts, value: int, axis: Axis) -> tuple[Node, int] | None:
    """What read a size, and where another axis stands in the tensor that it was read off."""
    layout, _ = _whole(observation, known, value)
    read = _origin(observation, value)
    return (read, layout.index(axis)) if read is not None and axis in layout else None


def _whole(observation: Observation, known: Layouts, value: int) -> tuple[Layout, object]:
    """The axes of the tensor that a size was read off, and the place that was asked for."""
    read = _origin(observation, value)
    if read is None or not read.arguments:
        return (), None
    place = 0 if read.op == "aten::len" else read.literal("dim")
    if read.op not in _MEASURING:
        place = read.outputs.index(value) if read.op == "prim::ListUnpack" else read.literal("idx")
        read = observation.givers.get(read.arguments[0].value)
    event = _executions(observation).get(read.id) if read is not None and read.op in _MEASURING else None
    return (known.of(event.tensors[0]) if event is not None and event.inputs else ()), place
