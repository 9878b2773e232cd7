"""What the sizes in a view were read off: `x.view(b, t, -1)` with `b, t, c = y.shape` means the axes of `y`."""

from __future__ import annotations

from functools import lru_cache

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis
from whygrad.engine.observation import Event, Node, Observation

_PASSING = frozenset({"aten::Int", "aten::IntImplicit", "aten::ScalarImplicit", "prim::NumToTensor"})
_COMPUTING = frozenset({"mul", "floordiv", "div", "add", "sub", "floor_divide", "true_divide"})


def meant(observation: Observation, known: Layouts, node: Node) -> list[Axis | None]:
    """For each size that a view is given, the axis whose size was read for it; None where it was none."""
    return [_read(observation, known, value) for value in _given(observation, node)]


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


def _read(observation: Observation, known: Layouts, value: int) -> Axis | None:
    made = _origin(observation, value)
    if made is None or made.op == "aten::size":
        return _axis(observation, known, made, made.literal("dim")) if made is not None else None
    whole = observation.givers.get(made.arguments[0].value) if made.arguments else None
    if whole is None or whole.op != "aten::size":
        return None
    place = made.outputs.index(value) if made.op == "prim::ListUnpack" else made.literal("idx")
    return _axis(observation, known, whole, place)


def _axis(observation: Observation, known: Layouts, read: Node, place: object) -> Axis | None:
    event = _executions(observation).get(read.id)
    layout = known.of(event.tensors[0]) if event is not None and event.inputs else ()
    return layout[place] if isinstance(place, int) and -len(layout) <= place < len(layout) else None
