"""Whether pairs, each sample against every other, were meant of two learned rows: told by what becomes of them.

Pairs that are meant are ranked, masked or taken apart again, and samples are held against themselves, too. Nobody makes
pairs to hold them against one row, or only to sum them up: as products, for theirs is the product of two sums, or as
sizes of differences, which is the error of a prediction.
"""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.axes.comparing import ADDING, LOSSES, WEIGHING, sides
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import METADATA, ORDERING

_SIZES = frozenset({"abs", "square", "pow", "cosh"})
_OF_SIZES = frozenset({"sqrt", "log"})
_NORMS = frozenset({"norm", "linalg_vector_norm", "linalg_norm", "frobenius_norm"})
_SUMMING = frozenset({"mean", "sum", "nanmean", "nansum"})
_BOUNDING = frozenset({"clamp", "clamp_min", "clamp_max", "min", "max", "minimum", "maximum"})
_HANDING_ON = _BOUNDING | {"clone", "detach", "contiguous", "neg", "to"}


@dataclass(frozen=True)
class _Pairs:
    """Pairs, or what was summed up of them. `sized`: products, or sizes of differences."""

    tensor: Tensor
    sized: bool


def merely_summed(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether the pairs that an execution makes of two learned rows cannot be meant."""
    made = _Pairs(event.outputs[0], observation.nodes[event.node].bare_name in WEIGHING)
    order = known.makers[made.tensor.id]
    pending, sums, seen = [made], list[_Pairs](), {made.tensor.id}
    while pending:
        pairs = pending.pop()
        for reader in known.readers[pairs.tensor.id]:
            became = _chosen(observation, known, reader, pairs, order) or _became(observation, known, reader, pairs)
            if became is None:
                return False
            if became.tensor.id not in seen:
                seen.add(became.tensor.id)
                (pending if became.tensor.elements > 1 else sums).append(became)
    return any(total.sized for total in sums) and not _against_themselves(observation, known, event)


def _chosen(observation: Observation, known: Layouts, reader: Event, pairs: _Pairs, order: int) -> _Pairs | None:
    """Sizes held against a bound, and of two kinds of sizes the one that is chosen by that, as in an error of Huber's.

    Where one kind does not grow with the size, pairs that lie close were meant.
    """
    name, many = observation.nodes[reader.node].bare_name, [o for o in reader.inputs if o.tensor.elements > 1]
    if not reader.completed or not reader.outputs or not all(_made_of(known, o.tensor, order) for o in many):
        return None
    if name in ORDERING and len(many) == 1 and pairs.sized:
        return _Pairs(reader.outputs[0], sized=False)
    kinds = [o.tensor for o in many if o.role in ("self", "other") and o.tensor.floating]
    makers = [maker for tensor in kinds if (maker := known.maker(tensor)) is not None]
    growing = [m for m in makers if observation.nodes[m.node].bare_name in _SIZES | WEIGHING | {"sub", "add"}]
    if (name == "where" and len(growing) > 1) or (name in WEIGHING and len(kinds) > 1):
        return _Pairs(reader.outputs[0], sized=True)
    return None


def _made_of(known: Layouts, tensor: Tensor, order: int) -> bool:
    """Whether a tensor is what an execution gave, or rests on it."""
    maker = known.maker(tensor)
    return maker is not None and (known.makers[tensor.id] == order or order in known.behind(maker))


def _became(observation: Observation, known: Layouts, reader: Event, pairs: _Pairs) -> _Pairs | None:
    """What an execution makes of pairs; None where it may tell them apart."""
    node, shape = observation.nodes[reader.node], pairs.tensor.shape
    if node.op in METADATA or (not node.writes and pairs.tensor.id in [t.id for t in reader.outputs]):
        return pairs
    name, against = node.bare_name, [s.tensor for s in sides(observation, known, node, reader) or ()]
    alike, row = [t.shape for t in against].count(shape), any(1 < t.elements < pairs.tensor.elements for t in against)
    squared = len({t.id for t in against}) == 1
    nearest = name in _BOUNDING and value(node, reader, "dim") is not None
    if not reader.outputs or nearest or (alike > 1 and not squared):
        return None
    if name in _SIZES | _NORMS or (name in WEIGHING and squared) or (row and name in LOSSES | WEIGHING):
        return _Pairs(reader.outputs[0], sized=True)
    handed_on = name in _HANDING_ON | WEIGHING or (row and name in ADDING)
    summed = name in _SUMMING and reader.outputs[0].elements == 1
    of_sizes = pairs.sized and name in _OF_SIZES | ADDING | _SUMMING
    return _Pairs(reader.outputs[0], pairs.sized) if handed_on or summed or of_sizes else None


def _against_themselves(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether somewhere as many pairs are made of one row, as nobody does by mistake."""
    shape = event.outputs[0].shape
    return any(
        observation.nodes[e.node].bare_name in ADDING | WEIGHING
        and [made.shape for made in e.outputs] == [shape]
        and len(e.tensors) == 2
        and all(t.shape != shape for t in e.tensors)
        and len({known.laid_out(t) for t in e.tensors}) == 1
        for e in known.step.events
    )
