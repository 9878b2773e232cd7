"""Layers of which only a part learns: their outputs are taken apart, and one part's every way to the loss is cut.

Such as a layer that makes queries, keys and values at once, where the attention is computed without gradients: the
rows of its weight that make queries and keys get exactly zero, while the weight as a whole gets a gradient. That is
measured: a weight learns by all that reads it, of which the way from one layer's outputs tells a part. Rows of a table
that no index took are no part of this: nothing was computed of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from whygrad.engine.axes.layouts import Layouts, layouts
from whygrad.engine.axes.pieces import Piece
from whygrad.engine.gradients.cuts import Severed, severed_at
from whygrad.engine.gradients.flow import Cut
from whygrad.engine.gradients.stops import Cause, flow
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import CASTS, METADATA

_PARTING = frozenset({"chunk", "split", "split_with_sizes", "tensor_split", "unbind", "unsafe_chunk", "unsafe_split"})
_VIEWS = frozenset(
    {"view", "reshape", "permute", "transpose", "t", "unflatten", "flatten", "movedim", "squeeze", "unsqueeze"}
    | {"contiguous", "clone"}
    | CASTS
)
_MOST_OUTPUTS = 100_000


@dataclass(frozen=True)
class _Part:
    """Some outputs of a layer, by their numbers, and the tensor that holds them."""

    outputs: frozenset[int]
    tensor: Tensor


def partly_cut_by(observation: Observation, cause: Cause) -> Iterator[Severed]:
    """The cuts of one cause that cost a part of a layer its gradient."""
    return (cut for cut in _partly_severed(observation) if cut.cause == cause)


@lru_cache(maxsize=8)
def _partly_severed(observation: Observation) -> tuple[Severed, ...]:
    partly = {p.tensor: blank for p in observation.trainable if (blank := _blank(observation, p.name))}
    if not partly:
        return ()
    known, live = layouts(observation), _live(observation.first)
    found: list[Severed] = []
    for number, layer in enumerate(observation.first.events):
        weight = layer.input("weight") if layer.completed and len(layer.outputs) == 1 else None
        if weight is not None and weight.id in partly:
            found += _severed(observation, known, live, number, layer, partly[weight.id])
    return tuple(found)


def _blank(observation: Observation, name: str) -> frozenset[int]:
    """The rows of a weight that got nothing but zeros in every step, where others got more, as far as it is known."""
    told = [step.gradients[name] for step in observation.steps if name in step.gradients]
    if not told or any(gradient.blank is None or gradient.state != "ok" for gradient in told):
        return frozenset()
    rows = [{row for stretch in gradient.blank or () for row in range(*stretch)} for gradient in told]
    return frozenset(rows[0].intersection(*rows))


def _severed(
    observation: Observation, known: Layouts, live: frozenset[int], number: int, layer: Event, blank: frozenset[int]
) -> Iterator[Severed]:
    """The cuts of the parts of one layer's outputs whose rows of the weight are `blank`."""
    parts = list(_parts(observation, known, number, layer.outputs[0]))
    learning = frozenset[int]().union(*(p.outputs for p in parts if p.tensor.id in live))
    lost: dict[Cut, set[int]] = defaultdict(set)
    for part in parts:
        cut = _cut_behind(observation, known, part.tensor) if learning and part.tensor.id not in live else None
        if cut is not None and part.outputs - learning and part.outputs - learning <= blank:
            lost[cut] |= part.outputs - learning
    if not lost:
        return
    read = {t.id for t in layer.tensors}
    whole = severed_at(observation, min(lost, key=lambda cut: cut.event))
    outputs = frozenset[int]().union(*lost.values())
    total = max(number for p in parts for number in p.outputs) + 1
    name = observation.nodes[layer.node].module or "the layer"
    own = tuple(p for p in observation.trainable if p.tensor in read)
    yield replace(whole, parameters=own, part=f"{len(outputs)} of the {total} outputs of {name}")


def _live(step: Step) -> frozenset[int]:
    """The tensors that a gradient comes back to."""
    live = {t.id for t in step.outputs if t.requires_grad}
    for event in reversed(step.events):
        read = {t.id for t in event.tensors}
        if any(t.id in live and t.id not in read for t in event.outputs):  # what only hands on makes nothing
            live |= {t.id for t in event.tensors if t.requires_grad}
    return frozenset(live)


def _parts(observation: Observation, known: Layouts, layer: int, given: Tensor) -> Iterator[_Part]:
    """What is read of a layer's outputs, each with the tensor that goes on."""
    pending, seen = [(given.id, event) for event in known.readers[given.id]], {given.id}
    while pending:
        read, event = pending.pop()
        node = observation.nodes[event.node]
        asked = node.op in METADATA and (node.bare_name != "type_as" or event.tensors[0].id != read)
        if not event.completed or not event.outputs or event.outputs[0].id == read or asked:
            continue  # what hands on the same tensor parts nothing: who reads it is asked anyway
        made = event.outputs[0].id
        if _as_it_is(node, event):
            pending += [(made, reader) for reader in known.readers[made]] if made not in seen else []
            seen.add(made)
            continue
        places = list(_places(node, event))
        piece = _piece(known, layer, node, event) if places else None
        if piece is not None:
            yield from (_Part(_numbers(piece, span), tensor) for span, tensor in places)
        else:
            size = observation.first.events[layer].input("weight")
            whole = frozenset(range(size.shape[0] if size is not None else 0))
            yield from (_Part(whole, tensor) for tensor in event.outputs)


def _as_it_is(node: Node, event: Event) -> bool:
    """Whether all of a tensor only goes on in another order, another memory or another type."""
    if node.bare_name == "slice":
        return event.outputs[0].shape == event.tensors[0].shape
    return node.bare_name in _VIEWS and event.outputs[0].floating  # a cast to whole numbers ends the history


def _places(node: Node, event: Event) -> Iterator[tuple[range, Tensor]]:
    """The places along an axis that an execution takes, and the tensor that each of its results is."""
    axis, shape = _axis(node, event), event.tensors[0].shape
    if axis is None:
        return
    if node.bare_name in _PARTING:
        sizes = [1 if node.bare_name == "unbind" else t.shape[axis] for t in event.outputs]
        ends = accumulate(sizes)
        yield from ((range(end - size, end), t) for end, size, t in zip(ends, sizes, event.outputs, strict=True))
    elif node.bare_name in ("select", "narrow", "slice"):
        begin = value(node, event, "index" if node.bare_name == "select" else "start") or 0
        step = value(node, event, "step", 1)
        if isinstance(begin, int) and step == 1:
            first = min(max(begin + shape[axis] if begin < 0 else begin, 0), shape[axis])
            length = 1 if node.bare_name == "select" else event.outputs[0].shape[axis]
            yield range(first, first + length), event.outputs[0]


def _axis(node: Node, event: Event) -> int | None:
    rank = len(event.tensors[0].shape) if event.inputs else 0
    dim = value(node, event, "dim", 0)
    return dim % rank if rank and isinstance(dim, int) else None


def _piece(known: Layouts, layer: int, node: Node, event: Event) -> Piece | None:
    """The outputs of a layer that lie along the axis which an execution takes apart; None where others do."""
    axis, layout = _axis(node, event), known.of(event.tensors[0])
    pieces = layout[axis] if axis is not None and axis < len(layout) else ()
    own = len(pieces) == 1 and pieces[0].source.kind == "made" and pieces[0].source.size <= _MOST_OUTPUTS
    made = known.of(known.step.events[layer].outputs[0])
    return pieces[0] if own and any(pieces[0].source == p.source for a in made for p in a) else None


def _numbers(piece: Piece, places: range) -> frozenset[int]:
    """The numbers of a layer's outputs that stand in those places of a piece of its axis."""
    return frozenset(n for n in range(piece.source.size) if n // piece.stride % piece.size in places)


def _cut_behind(observation: Observation, known: Layouts, tensor: Tensor) -> Cut | None:
    """The cut that made a tensor, or the first that its value comes to on its way to the loss; None where none is."""
    ways = flow(observation)
    cuts = {id(known.step.events[cut.event]): cut for cut in ways.cuts if cut.event in ways.needed}
    pending, seen, found = [tensor], {tensor.id}, [cut for cut in cuts.values() if tensor.id in cut.dead]
    while pending:
        for event in known.readers[pending.pop().id]:
            found += [cuts[id(event)]] if id(event) in cuts else []
            onward = [t for t in event.outputs if t.requires_grad and t.id not in seen]
            seen |= {t.id for t in onward}
            pending += onward
    return min(found, key=lambda cut: cut.event, default=None)
