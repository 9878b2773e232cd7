"""Entries that a scatter passes over: torch takes an index smaller than its source, and backward refuses it."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands import value
from whygrad.engine.operands.indexing import passed_over
from whygrad.engine.refusals.failures import Failure, finding
from whygrad.engine.wording.origins import called, known_as
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.spelling import with_behind


def partly_scattered(observation: Observation, failed: Failure, node: Node, event: Event) -> Iterator[Finding]:
    """The scatter whose index does not reach all of its source; nothing where it does."""
    found = passed_over(node, event)
    if found is None:
        return
    index, source = found
    names = [f"{called(observation, node, operand)} ({size(operand.tensor)})" for operand in found]
    yield finding(
        observation,
        failed,
        title=f"{names[0]} names a place for a part of {names[1]} only, and {node.name} does not stretch it",
        message="A scatter takes an index that is smaller than its source and passes over the rest; its backward does "
        f"not: {failed.said}",
        chain=[Link(f"the forward of {node.name} completes, and leaves entries of the source out", node.id)],
        fixes=_fixes(observation, node, event, index, source),
    )


def _fixes(observation: Observation, node: Node, event: Event, index: Operand, source: Operand) -> list[Fix]:
    """Along the dimension of the scatter itself one place for several entries keeps the last alone, or adds them up."""
    stretched, cut = _stretched(observation, node, index, source), _cut(observation, node, index, source)
    dim = value(node, event, "dim")
    if not isinstance(dim, int) or index.tensor.shape[dim] == source.tensor.shape[dim]:
        return [*stretched, *cut]
    return [*cut, *(stretched if node.bare_name.startswith("scatter_add") else ())]


def _stretched(observation: Observation, node: Node, index: Operand, source: Operand) -> Iterator[Fix]:
    """The index repeated along each dimension in which it has one entry."""
    pairs = zip(index.tensor.shape, source.tensor.shape, strict=True)
    if all(own in (1, wanted) for own, wanted in pairs):
        name = known_as(observation, node, source)
        yield Fix(
            f"give every entry its place: expand {called(observation, node, index)} to {size(source.tensor)}",
            after=with_behind(observation, node, index.role, f".expand_as({name})") if name else None,
            edits=(Wrap(node.id, index.role, f"x.expand_as({source.role})"),),
        )


def _cut(observation: Observation, node: Node, index: Operand, source: Operand) -> Iterator[Fix]:
    """The source without the entries that have no place."""
    taken = ", ".join(
        ":" if own == there else f":{own}" for own, there in zip(index.tensor.shape, source.tensor.shape, strict=True)
    )
    yield Fix(
        f"give every entry of {called(observation, node, source)} a place, or take those that have one: [{taken}]",
        after=with_behind(observation, node, source.role, f"[{taken}]"),
        edits=(Wrap(node.id, source.role, f"x[{taken}]"),),
    )
