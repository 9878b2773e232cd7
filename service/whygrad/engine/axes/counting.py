"""What gave a table as many rows as something else has: numbers counted up to its size, or a slice that ends there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.meant import measured
from whygrad.engine.axes.pieces import Axis, Layout
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import OPEN_END

_GROUPING = frozenset({"remainder", "fmod", "floor_divide", "floordiv", "__rshift__", "bitwise_and", "__and__"})
"""What makes groups of numbers in a row: the view of a scene, `torch.arange(x.size(0)) % views`."""


@dataclass(frozen=True)
class Counted:
    """`node` counts the rows of a table, from the first on, up to a number: the value `end`, read as `size`.

    `axis` is that whose size the number is, None where that is not known. `way` leads from the table back to the node.
    `held` is how many rows there are to take; None where numbers were counted that nothing was taken by.
    """

    node: Node
    end: int
    size: int
    axis: Axis | None
    way: tuple[Event, ...]
    held: int | None


def counted(observation: Observation, known: Layouts, table: Tensor, rows: Axis) -> Counted | None:
    """What counts an axis of a table; None where nothing does."""
    way, held = list[Event](), None
    for event in _way(known, table, rows):
        node = observation.nodes[event.node]
        way.append(event)
        if node.bare_name in _GROUPING or node.literal("rounding_mode"):
            return None
        if node.bare_name == "embedding":
            held = event.tensors[0].shape[0]
        if node.bare_name == "slice" and (place := _ended(known, node, event, rows)) is not None:
            held = event.tensors[0].shape[place]
        elif node.bare_name != "arange":
            continue
        end, step = node.argument("end"), value(node, event, "step", 1)
        if end is None or value(node, event, "start") or step != 1 or not isinstance(value(node, event, "end"), int):
            return None
        size = value(node, event, "end")
        return Counted(node, end.value, size, measured(observation, known, end.value), tuple(way), held)
    return None


def place_of(layout: Layout, rows: Axis) -> int | None:
    """Where an axis stands, whatever part of it is there; None where it does not."""
    return next((place for place, axis in enumerate(layout) if _same(axis, rows)), None)


def _same(one: Axis, other: Axis) -> bool:
    """Whether two axes are of one source, of which either may have been cut."""
    first, second = ([(piece.source.kind, piece.source.key) for piece in axis] for axis in (one, other))
    return len(first) == 1 and first == second


def _way(known: Layouts, table: Tensor, rows: Axis) -> Iterator[Event]:
    """The executions from a table back to where its rows began."""
    tensor: Tensor | None = table
    seen = set[int]()
    while tensor is not None and tensor.id not in seen and (maker := known.maker(tensor)) is not None:
        yield maker
        seen.add(tensor.id)
        tensor = next((t for t in maker.tensors if place_of(known.of(t), rows) is not None), None)


def _ended(known: Layouts, node: Node, event: Event, rows: Axis) -> int | None:
    """The dimension in which a slice ends those rows; None where it does not."""
    layout, end = known.of(event.tensors[0]) if event.inputs else (), value(node, event, "end")
    place = value(node, event, "dim", 0) % max(len(layout), 1)
    ended = isinstance(end, int) and end < OPEN_END
    return place if ended and layout and _same(layout[place], rows) else None
