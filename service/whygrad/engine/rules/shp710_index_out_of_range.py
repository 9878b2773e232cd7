"""An index asks for a place that the table, or the dimension, does not have.

What happened
-------------
`nn.Embedding(16, 8)` has rows 0 to 15, and a token or a position of 16 or more came; or `gather`, `index_select`,
`x[:, 5]`, `one_hot` or `topk` asked for more than there is. For `gather` and `scatter` the index may also be longer
than the table in a dimension that they do not pick along. A negative index counts from the end in `x[i]` alone.

Why it matters
--------------
The forward raises "index out of range in self", which names neither the table nor the index; on a GPU it is
"device-side assert triggered", long after. No parameter gets a gradient.

How to fix it
-------------
Make the table as large as the largest index plus one: the whole vocabulary with its special tokens, the longest
sequence for a table of positions. Or bring the indices down: truncate, count from 0, map what is unknown to one row.

Not to be confused with
-----------------------
SHP713: class labels that a loss refuses. TYP802: indices of a type that cannot be one. SHP703: a dimension that is not
there at all.

Example
-------
Shapes: 2x20:int64[0,60)
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.positions = nn.Embedding(16, 8)

        def forward(self, ids):
            return self.positions(torch.arange(ids.size(1)))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.positions = nn.Embedding(20, 8)

        def forward(self, ids):
            return self.positions(torch.arange(ids.size(1)))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Edit, Give, Resize, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.indexing import Misplaced, Outgrown, misplaced, outgrown
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.sending import described, resent, sent_as
from whygrad.engine.refusals.shifted import shifted
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer, origin, parameter_name
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.spelling import with_behind

_TAKING = frozenset({"topk", "kthvalue"})
"""Operations that are told how many, and not which."""


@rule("SHP710", "index-out-of-range", "error")
def index_out_of_range(observation: Observation) -> Iterator[Finding]:
    """The operation whose index was refused."""
    for failed, node, event in refused(observation, "index"):
        if found := misplaced(node, event):
            yield _finding(observation, failed, node, found)
        elif grown := outgrown(node, event):
            yield _outgrown(observation, failed, node, event, grown)
        else:
            yield _in_torchs_words(observation, failed, node, event)


def _finding(observation: Observation, failed: Failure, node: Node, found: Misplaced) -> Finding:
    table, index = _table(observation, node, found), _index(observation, node, found)
    return finding(
        observation,
        failed,
        title=f"{table} has {found.size} places, and {index} asks for {_asked(node, found)}",
        message=f"It cannot take more than there are, {found.size}."
        if node.bare_name in _TAKING
        else f"The places are counted from 0, so the last of {found.size} is {found.size - 1}.",
        chain=[origin(observation, failed.step, node, o) for o in (found.index, found.table) if o is not None],
        fixes=_fixes(observation, failed, node, found, table, index),
    )


def _outgrown(observation: Observation, failed: Failure, node: Node, event: Event, found: Outgrown) -> Finding:
    """An index with more entries than its table where the two go along with each other."""
    table, index = (called(observation, node, operand) for operand in (found.table, found.index))
    return finding(
        observation,
        failed,
        title=f"{index} has {found.asked} entries in dimension {found.axis}, where {table} has {found.size}",
        message=f"{node.name} picks along dimension {found.along} alone; elsewhere {size(found.index.tensor)} may be "
        f"no larger than {size(found.table.tensor)}.",
        chain=[origin(observation, failed.step, node, operand) for operand in (found.index, found.table)],
        fixes=[
            *shifted(observation, event, failed.step, found.table, found.index),
            _cut(observation, node, found),
        ],
    )


def _cut(observation: Observation, node: Node, found: Outgrown) -> Fix:
    """The index cut to the entries that its table has."""
    call = f"[{':, ' * found.axis}:{found.size}]"
    return Fix(
        f"take as many as there are: index{call}",
        after=with_behind(observation, node, found.index.role, call),
        edits=(Wrap(node.id, found.index.role, f"x{call}"),),
    )


def _table(observation: Observation, node: Node, found: Misplaced) -> str:
    if found.table is None:
        return node.name
    owner = layer(observation, found.table.tensor, node)
    return owner or f"dimension {found.axis} of {called(observation, node, found.table)}"


def _index(observation: Observation, node: Node, found: Misplaced) -> str:
    return called(observation, node, found.index) if found.index is not None else node.name


def _asked(node: Node, found: Misplaced) -> str:
    """The place that is not there, below the first or the farthest; of the largest few, how many."""
    if node.bare_name in _TAKING:
        return f"{found.greatest + 1}"
    below = found.least < 0 and found.greatest < found.size
    return f"{found.least}" if below else f"{found.greatest}"


def _fixes(
    observation: Observation, failed: Failure, node: Node, found: Misplaced, table: str, index: str
) -> list[Fix]:
    fixes = [*_tables(observation, found, table), *_counts(node, found)]
    if found.index is not None:
        fixes += [*_counted_from_one(observation, node, found), *_lower(observation, failed, found)]
        if found.least < 0:
            fixes += _above(observation, node, found, index)
    return fixes or [Fix(f"ask for places from 0 to {found.size - 1}, or make {table} larger")]


def _tables(observation: Observation, found: Misplaced, table: str) -> Iterator[Fix]:
    """The table with a row for the largest index."""
    name = parameter_name(observation, found.table.tensor) if found.table is not None else None
    if name is None or found.table is None or found.least < 0:
        return
    shape, rows = list(found.table.tensor.shape), found.greatest + 1
    shape[found.axis] = rows
    known = (observation.modules.get(table) or "").endswith("Embedding") and len(shape) == 2
    before, after = (f"nn.Embedding({n}, {shape[1]})" if known else None for n in (found.size, rows))
    summary = f"give {table} at least {rows} rows in place of {found.size}, or keep the index below {found.size}"
    yield Fix(summary, before, after, edits=(Resize(name, tuple(shape)),))


def _counts(node: Node, found: Misplaced) -> Iterator[Fix]:
    """A number in the program that is too large by its own."""
    edit: Edit
    if node.op == "aten::one_hot" and found.least >= 0:
        edit = Give(node.id, "num_classes", found.greatest + 1)
        yield Fix(f"use {found.greatest + 1} classes in place of {found.size}", edits=(edit,))
    elif node.bare_name in _TAKING and found.size:
        edit = Give(node.id, "k", found.size)
        yield Fix(f"ask for {found.size} at most, as there are: min(k, x.size({found.axis}))", edits=(edit,))
    elif node.bare_name == "select" and node.literal("index") == found.size > 0:
        edit = Give(node.id, "index", found.size - 1)
        yield Fix(f"count from 0: the last place is {found.size - 1}, or -1", edits=(edit,))


def _counted_from_one(observation: Observation, node: Node, found: Misplaced) -> Iterator[Fix]:
    """Indices from 1 to the size, such as lengths that stand for the last place."""
    stored = found.table is not None and parameter_name(observation, found.table.tensor)
    if found.index is not None and not stored and found.least >= 1 and found.greatest == found.size:
        after = with_behind(observation, node, found.index.role, " - 1")
        edits = (Wrap(node.id, found.index.role, "x - 1"),)
        yield Fix("count the places from 0: the index - 1", after=after, edits=edits)


def _lower(observation: Observation, failed: Failure, found: Misplaced) -> Iterator[Fix]:
    """The request, where it drew the indices itself."""
    place = sent_as(observation, failed.step, found.index.tensor) if found.index is not None else None
    if place is None or "int" not in str(described(observation, place).get("dtype")):
        return
    ask = resent(observation, place, low=max(0, min(found.least, found.size - 1)), high=found.size)
    if ask is not None:
        yield Fix(f"send indices below {found.size}", edits=(ask,))


def _above(observation: Observation, node: Node, found: Misplaced, index: str) -> Iterator[Fix]:
    """Negative indices, which often stand for padding, put to the first row."""
    if found.index is not None and found.greatest < found.size:
        after = with_behind(observation, node, found.index.role, ".clamp(min=0)")
        edits = (Wrap(node.id, found.index.role, "x.clamp(min=0)"),)
        yield Fix(
            f"{index} goes down to {found.least}: put what marks padding to a row of its own", after=after, edits=edits
        )


def _in_torchs_words(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    """An index that was refused, but is not known itself."""
    operand = next(iter(event.inputs), None)
    return finding(
        observation,
        failed,
        title=f"{node.name}: {failed.said}",
        message=failed.said,
        chain=[origin(observation, failed.step, node, operand)] if operand else [],
        fixes=[Fix("ask for places that there are; they are counted from 0")],
    )
