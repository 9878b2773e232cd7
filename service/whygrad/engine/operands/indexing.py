"""Indices, and the places that there are for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.observation import Event, Json, Node, Operand
from whygrad.engine.operands import value

_ALONG = frozenset(
    {"gather", "index_select", "index_add", "index_copy", "index_fill", "index_reduce", "take_along_dim"}
    | {"scatter", "scatter_add", "scatter_reduce"}
)
_FROM_THE_END = frozenset({"index", "index_put", "_unsafe_index", "take", "select"})
_SCATTERING = frozenset({"scatter", "scatter_add", "scatter_reduce"})
_LIKE_THE_TABLE = _SCATTERING | {"gather"}


@dataclass(frozen=True)
class Misplaced:
    """Places asked for, from `least` to `greatest`, where there are `size` of them in dimension `axis` of a table.

    `index` is None where the place is a number in the program, `table` where the number of places is.
    """

    index: Operand | None
    table: Operand | None
    axis: int
    size: int
    least: int
    greatest: int


@dataclass(frozen=True)
class Outgrown:
    """An index that is picked along dimension `along`, and has more entries than its table in dimension `axis`."""

    index: Operand
    table: Operand
    along: int
    axis: int

    @property
    def asked(self) -> int:
        """How many entries the index has there."""
        return self.index.tensor.shape[self.axis]

    @property
    def size(self) -> int:
        """How many the table has there."""
        return self.table.tensor.shape[self.axis]


def misplaced(node: Node, event: Event) -> Misplaced | None:
    """The index that lies outside its table; None where all are inside, or it is not known."""
    return next((m for m in _looked_up(node, event) if not _inside(node, m)), None)


def passed_over(node: Node, event: Event) -> tuple[Operand, Operand] | None:
    """The index of a scatter and its source, where the source has entries that the index names no place for."""
    index, source = (next((o for o in event.inputs if o.role == role), None) for role in ("index", "src"))
    if node.bare_name not in _SCATTERING or index is None or source is None:
        return None
    own, there = index.tensor.shape, source.tensor.shape
    return (index, source) if len(own) == len(there) and own != there else None


def outgrown(node: Node, event: Event) -> Outgrown | None:
    """An index that is larger than its table in a dimension that it goes along with."""
    table, index = _operand(event, "self"), _operand(event, "index")
    if node.bare_name not in _LIKE_THE_TABLE or table is None or index is None:
        return None
    axis, places, wanted = value(node, event, "dim", 0), table.tensor.shape, index.tensor.shape
    if not isinstance(axis, int) or len(places) != len(wanted) or not places:
        return None
    along = axis % len(places)
    larger = [i for i, (there, asked) in enumerate(zip(places, wanted, strict=True)) if asked > there and i != along]
    return Outgrown(index, table, along, larger[0]) if larger else None


def _inside(node: Node, found: Misplaced) -> bool:
    lowest = -found.size if node.bare_name in _FROM_THE_END else 0
    return lowest <= found.least and found.greatest < found.size


def _looked_up(node: Node, event: Event) -> Iterator[Misplaced]:
    op, table = node.bare_name, _operand(event, "self")
    if op in ("embedding", "embedding_bag"):
        yield from _in(_operand(event, "weight"), 0, _operand(event, "indices"))
    elif op in _ALONG:
        yield from _in(table, value(node, event, "dim", 0), _operand(event, "index") or _operand(event, "indices"))
    elif op == "one_hot" and table is not None and table.bounds is not None:
        yield from _classes(table, table.bounds, value(node, event, "num_classes", -1))
    elif op in ("index", "index_put", "_unsafe_index") and table is not None:
        yield from _by_position(table, [o for o in event.inputs if o.role.startswith("indices")])
    elif op == "select" and table is not None:
        yield from _one(table, value(node, event, "dim", 0), value(node, event, "index"))
    elif op in ("topk", "kthvalue") and table is not None:
        count = value(node, event, "k")
        yield from _one(table, value(node, event, "dim", -1), max(count - 1, 0) if isinstance(count, int) else None)


def _in(table: Operand | None, axis: Json, index: Operand | None) -> Iterator[Misplaced]:
    if table is None or index is None or index.bounds is None or not isinstance(axis, int):
        return
    rank = len(table.tensor.shape)
    if -rank <= axis < rank:
        yield Misplaced(index, table, axis % rank, table.tensor.shape[axis], *index.bounds)


def _one(table: Operand, axis: Json, place: Json) -> Iterator[Misplaced]:
    rank = len(table.tensor.shape)
    if isinstance(place, int) and isinstance(axis, int) and -rank <= axis < rank:
        yield Misplaced(None, table, axis % rank, table.tensor.shape[axis], place, place)


def _classes(index: Operand, bounds: tuple[int, int], classes: Json) -> Iterator[Misplaced]:
    least, greatest = bounds
    if isinstance(classes, int) and (classes > 0 or least < 0):
        yield Misplaced(index, None, 0, classes if classes > 0 else greatest + 1, least, greatest)


def _by_position(table: Operand, indices: list[Operand]) -> Iterator[Misplaced]:
    """Indices stand for the dimensions of their places in the list; behind a mask that is not so."""
    if any(o.tensor.dtype in ("bool", "uint8") for o in indices):
        return
    for operand in indices:
        yield from _in(table, int(operand.role.partition("[")[2].rstrip("]") or 0), operand)


def _operand(event: Event, role: str) -> Operand | None:
    return next((o for o in event.inputs if o.role == role), None)
