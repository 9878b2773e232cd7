"""What a step keeps of its parameters without their history, and a later one reads in place of computing it anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whygrad.engine.edits import Give
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.behind import Start
from whygrad.engine.gradients.cuts import Severed, finding, severed_at
from whygrad.engine.gradients.stops import Cause, flow
from whygrad.engine.observation import Node, Observation, Parameter
from whygrad.engine.operations import KEEPING
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.phrases import owners


@dataclass(frozen=True)
class _Remembered:
    """What is kept: where its history ends, and the assignment that puts it away."""

    cut: Severed
    keeper: Node


def remembered(observation: Observation, cause: Cause) -> Iterator[Finding]:
    """What the first step kept without its history, for which parameters that had a gradient get none later.

    All parameters behind it do: where others learn on, it is a state that goes from step to step, and meant.
    """
    lost = _lost_later(observation)
    for kept in _kept(observation, lost) if lost else ():
        if kept.cut.cause == cause:
            yield _finding(observation, kept)


def _lost_later(observation: Observation) -> Sequence[Parameter]:
    """The parameters that get a gradient in the first step, and none in the second."""
    if len(observation.steps) < 2 or observation.error is not None:
        return []
    first, second = ({n for n, g in step.gradients.items() if g.state != "none"} for step in observation.steps[:2])
    return [p for p in observation.trainable if p.name in first - second]


def _kept(observation: Observation, lost: Sequence[Parameter]) -> Iterator[_Remembered]:
    ways = flow(observation)
    read = {t.id for event in observation.steps[1].events for t in event.tensors}
    bits = sum(ways.bit(p) for p in lost)
    told: set[int] = set()
    for index, event in enumerate(observation.first.events):
        keeper = observation.nodes[event.node]
        put = [t for t in event.tensors if t.id in read and not t.requires_grad] if keeper.op in KEEPING else []
        behind, tensors = ways.behind(Start(put, before=index)) if put else (frozenset[int](), frozenset[int]())
        cuts = [c for c in ways.cuts_among(behind, tensors) if c.parameters & ~bits == 0]
        for cut in cuts[-1:]:
            if cut.event not in told:
                told.add(cut.event)
                yield _Remembered(severed_at(observation, cut), keeper)


def _finding(observation: Observation, kept: _Remembered) -> Finding:
    cut, name = kept.cut, f"self.{kept.keeper.attribute}" if kept.keeper.attribute else "a list"
    fixes = list(_fixes(observation, kept))
    told = finding(
        observation,
        cut,
        why=f"from the second step on {name} stands for it, which is kept without its history",
        message=f"The first step computes what {owners(cut.parameters)} is for, and keeps the numbers in {name}; later "
        "steps read those. They also go stale: the parameters are changed after every step.",
        chain=(
            Link("its result has no history", cut.node.id),
            Link(f"{name} keeps it", kept.keeper.id),
            Link(f"step 2 reads {name} in place of computing it anew"),
        ),
        fix=fixes[0],
    )
    return replace(told, other_fixes=tuple(fixes[1:]))


def _fixes(observation: Observation, kept: _Remembered) -> Iterator[Fix]:
    """The branch that computes it taken in every step that trains: which of the two that is, a trial tells."""
    words = f"compute it in every step that trains, and read self.{kept.keeper.attribute} in evaluation alone"
    branch = _branch(observation, kept.cut.node)
    for taken in (True, False) if branch is not None else ():
        assert branch is not None
        yield Fix(
            words,
            before=observation.source(branch.id) or "",
            after=_in_training(observation.source(branch.id), taken=taken),
            edits=(Give(branch.id, branch.arguments[0].name, taken),),
        )
    if branch is None:
        yield Fix(words)


def _branch(observation: Observation, node: Node) -> Node | None:
    """The innermost branch that a node stands in."""
    while node.parent is not None:
        node = observation.nodes[node.parent]
        if node.op == "prim::If":
            return node
    return None


def _in_training(source: str | None, *, taken: bool) -> str | None:
    """The condition, met in every step that trains, or in none."""
    body = statement(source).body
    branch = body[0] if len(body) == 1 else None
    if source is None or not isinstance(branch, ast.If):
        return None
    start, end = span(source, branch.test)
    condition = source[start:end]
    if isinstance(branch.test, ast.BoolOp | ast.IfExp):
        condition = f"({condition})"
    return f"{source[:start]}{'self.training or' if taken else 'not self.training and'} {condition}{source[end:]}"
