"""Maps held against their like in a loss, of which one lies on its side: it fits where they are as high as wide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from whygrad.engine.axes.comparing import LOSSES, Side, sides
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, length
from whygrad.engine.observation import Event, Node, Observation, Tensor

_MAP = 4
_FAR = 6
"""So many operations are looked back for a permute."""


@dataclass(frozen=True)
class Turned:
    """The execution that holds `side` against its like, with the axes at `places` the other way round.

    `permuted` is the permute before it, where its order can be another, and `order` the index of what is to change.
    """

    order: int
    event: Event
    side: Side
    places: tuple[int, int]
    permuted: Node | None = None

    @property
    def dims(self) -> list[int]:
        """The order of the permute with the two axes the other way round."""
        dims = list(self.permuted.literal("dims")) if self.permuted is not None else []
        first, second = self.places
        dims[first], dims[second] = dims[second], dims[first]
        return dims


def turned(observation: Observation, known: Layouts) -> Iterator[Turned]:
    """The losses of two maps, made of the same picture in several ways, whose sides are swapped in one."""
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        found = sides(observation, known, node, event) if node.bare_name in LOSSES and event.completed else None
        if found is None or len(found[0].tensor.shape) < _MAP:
            continue
        layouts = [known.of(side.tensor) for side in found]
        places = _swapped(*layouts)
        if places is not None and not _of_the_same_layers(observation, known, *found):
            side = found[[_ascending(layout, places) for layout in layouts].index(False)]
            yield _from_its_permute(observation, known, Turned(order, event, side, places))


def _of_the_same_layers(observation: Observation, known: Layouts, one: Side, other: Side) -> bool:
    """Whether both sides are computed by the same weights, so that they may be to be symmetrical."""
    return not _weights(observation, known, one.tensor).isdisjoint(_weights(observation, known, other.tensor))


def _weights(observation: Observation, known: Layouts, tensor: Tensor) -> set[int]:
    """The weights and buffers that a tensor is computed of."""
    step, pending, seen = known.step, [tensor.id], {tensor.id}
    while pending:
        for index in step.makers.get(pending.pop(), ())[:1]:
            new = {t.id for t in step.events[index].tensors} - seen
            seen |= new
            pending += new
    return seen & observation.stored.keys()


def _from_its_permute(observation: Observation, known: Layouts, found: Turned) -> Turned:
    """The same, told of the permute that laid the map on its side, behind which nothing changed the shape."""
    tensor = found.side.tensor
    for _ in range(_FAR):
        maker = known.maker(tensor)
        if maker is None or not maker.inputs or tensor.shape != found.side.tensor.shape:
            break
        node = observation.nodes[maker.node]
        if node.bare_name == "permute" and isinstance(node.literal("dims"), list):
            return replace(found, order=known.makers[tensor.id], event=maker, permuted=node)
        tensor = maker.tensors[0]
    return found


def _swapped(one: Layout, two: Layout) -> tuple[int, int] | None:
    """The two places at which two layouts have the same two axes of a picture the other way round."""
    apart = [i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b and _of_a_picture(a)]
    if len(one) != len(two) or len(apart) != 2:
        return None
    i, j = apart
    return (i, j) if (one[i], one[j]) == (two[j], two[i]) and length(one[i]) == length(one[j]) > 1 else None


def _of_a_picture(axis: Axis) -> bool:
    return len(axis) == 1 and axis[0].source.kind == "input" and not holds_batch(axis)


def _ascending(layout: Layout, places: tuple[int, int]) -> bool:
    first, second = (layout[place][0].source.key for place in places)
    return isinstance(first, int) and isinstance(second, int) and first < second
