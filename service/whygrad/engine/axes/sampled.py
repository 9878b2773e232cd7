"""Of which samples a tensor is, and whether a layer made its features: found for all tensors of a step in one sweep."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce
from operator import or_

from whygrad.engine.axes.comparing import COMPARING, LOSSES
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import holds_batch, length, of_one
from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operations import ORDERING

PRODUCTS = frozenset({"matmul", "mm", "bmm", "mv", "addmm", "baddbmm", "einsum"})
"""Operations that multiply and sum."""

_INDICES = frozenset({"int64", "int32"})
_LOOK_UPS = frozenset({"embedding", "index", "index_select", "gather"})


@lru_cache(maxsize=8)
def layered(observation: Observation, known: Layouts) -> frozenset[int]:
    """The tensors whose last axis a layer made, or that of what they were elementwise computed of, by their ids."""
    found: set[int] = set()
    for event in known.step.events:
        alone = len(event.tensors) == 1 or observation.nodes[event.node].bare_name in COMPARING | LOSSES
        for made in (t for t in event.outputs if len(t.shape) > 1):
            first, *_, last = known.of(made)
            alike = (t for t in event.tensors if alone and t.id in found and t.shape == made.shape)
            if all(piece.source.kind == "made" for piece in last) or any(known.of(t)[0] == first for t in alike):
                found.add(made.id)
    return frozenset(found)


def of_the_same_samples(observation: Observation, known: Layouts, row: Tensor, many: Tensor) -> bool:
    """Whether a row has its axis from what the other has its first from, or from a row that is one over samples."""
    origins = _origins(observation, known)
    whole = origins.of(many) & origins.matrices
    return any(
        bool(bit & whole)
        or _looks_up(observation, known, sent)
        or _are_lengths(observation, known, sent)
        or (len(sent.shape) == 1 and bool(origins.beside(sent) & whole))
        for bit, sent in origins.those(origins.of(row))
    )


class _Origins:
    """What was sent of all that each tensor has its first axis from, a bit each; of a product that is the left one.

    `matrices` are the bits of what was sent with more than one axis.
    """

    def __init__(self, observation: Observation, known: Layouts) -> None:
        self._known = known
        self._bits: dict[int, int] = {}
        self._sent: list[Tensor] = []
        self._behind: dict[int, int] = {}
        self._beside: dict[int, int] = {}
        self.matrices = 0
        for event in known.step.events:
            left = event.tensors[:1] if observation.nodes[event.node].bare_name in PRODUCTS else event.tensors
            for made in event.outputs:
                first = known.of(made)[:1]
                bits = reduce(or_, (self.of(t) for t in left if known.of(t)[:1] == first), 0)
                self._behind[made.id] = bits | self._behind.get(made.id, 0)

    def of(self, tensor: Tensor) -> int:
        """The bits of what was sent that a tensor has its first axis from."""
        if not self._known.sent(tensor):
            return self._behind.get(tensor.id, 0)
        if tensor.id not in self._bits:
            self._bits[tensor.id] = 1 << len(self._sent)
            self._sent.append(tensor)
            self.matrices |= self._bits[tensor.id] if len(tensor.shape) > 1 else 0
        return self._bits[tensor.id]

    def those(self, bits: int) -> Iterator[tuple[int, Tensor]]:
        """What was sent, each with its bit."""
        while bits:
            low = bits & -bits
            bits ^= low
            yield low, self._sent[low.bit_length() - 1]

    def beside(self, row: Tensor) -> int:
        """The bits of all whose features a row stands beside as a column: `torch.cat([x, t[:, None]], 1)`.

        As many features as samples might be samples again, as in a covariance.
        """
        if row.id not in self._beside:
            first = self._known.of(row)[:1]
            joins = (e for column in _columns(self._known, row) for e in self._known.readers[column.id])
            given = (t for e in joins if self._lays_beside(e) for t in e.tensors if self._known.of(t)[:1] == first)
            self._beside[row.id] = reduce(or_, map(self.of, given), 0)
        return self._beside[row.id]

    def _lays_beside(self, event: Event) -> bool:
        layouts = [self._known.of(made) for made in event.outputs]
        return any(len(a) == 2 and length(a[1]) not in (1, length(a[0])) for a in layouts)


@lru_cache(maxsize=8)
def _origins(observation: Observation, known: Layouts) -> _Origins:
    return _Origins(observation, known)


def _looks_up(observation: Observation, known: Layouts, row: Tensor) -> bool:
    """Whether a row says which entries of a table to take, as steps of noise and labels do: `self.snr[t]`."""
    return len(row.shape) == 1 and row.dtype in _INDICES and row.id in _looked_up(observation, known)


@lru_cache(maxsize=8)
def _looked_up(observation: Observation, known: Layouts) -> frozenset[int]:
    """What the look-ups in tables without samples read, by their ids."""
    found: set[int] = set()
    for event in known.step.events:
        if observation.nodes[event.node].bare_name in _LOOK_UPS:
            table = [known.of(o.tensor) for o in event.inputs if not o.role.startswith("ind")]
            if table and not any(holds_batch(a) for layout in table for a in layout):
                found |= {t.id for t in event.tensors}
    return frozenset(found)


def _are_lengths(observation: Observation, known: Layouts, row: Tensor) -> bool:
    """Whether a row says how long each sample is: held against a count of steps, `arange(T) < lengths[:, None]`."""
    held = (e for column in _columns(known, row) for e in known.readers[column.id])
    compared = (e for e in held if observation.nodes[e.node].bare_name in ORDERING)
    steps = (t for e in compared for t in e.tensors if known.of(t)[:1] != known.of(row))
    return row.dtype in _INDICES and any(all(of_one(a) in ("new", "added") for a in known.of(t)) for t in steps)


def _columns(known: Layouts, row: Tensor) -> Iterator[Tensor]:
    """The columns that a row becomes, directly or through what leaves it a row."""
    pending, seen = [row], set[int]()
    while pending:
        tensor = pending.pop()
        if tensor.id in seen or known.of(tensor)[:1] != known.of(row) or not set(tensor.shape[1:]) <= {1}:
            continue
        seen.add(tensor.id)
        if len(tensor.shape) == 2:
            yield tensor
        pending += (made for e in known.readers[tensor.id] if len(e.tensors) == 1 for made in e.outputs)
