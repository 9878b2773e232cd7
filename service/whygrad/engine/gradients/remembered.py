"""What a step keeps of its parameters without their history, and a later one reads in place of computing it anew."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from whygrad.engine.edits import Give
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.cuts import Severed, finding, severed_at
from whygrad.engine.gradients.stops import Cause, flow
from whygrad.engine.observation import Node, Observation, Parameter, Step
from whygrad.engine.operations import KEEPING, METADATA
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.phrases import owners

_HANDING_ON = frozenset({"clone", "contiguous", "detach", "slice", "view", "reshape", "expand", "to", "select"})
"""What gives the numbers that it is given, or some of them."""


@dataclass(frozen=True)
class _Remembered:
    """What is kept: where its history ends, and the assignment that puts it away."""

    cut: Severed
    keeper: Node

    @property
    def name(self) -> str:
        """What it is kept as."""
        return f"self.{self.keeper.attribute}" if self.keeper.attribute else "a list"


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
    """What is kept, and read in the second step by what had read the value itself in the first."""
    ways, first, second = flow(observation), observation.first, observation.steps[1]
    bits, told = sum(ways.bit(p) for p in lost), set[int]()
    keepers = {t.id: e.node for e in first.events if observation.nodes[e.node].op in KEEPING for t in e.tensors}
    for cut in ways.cuts:
        event = first.events[cut.event]
        kept = _handed_on(observation, first, cut.dead) & keepers.keys() if not cut.parameters & ~bits else set()
        again = _readers(observation, second, kept) & _readers(observation, first, {t.id for t in event.tensors})
        if again - {event.node} and cut.event not in told:
            told.add(cut.event)
            yield _Remembered(severed_at(observation, cut), observation.nodes[keepers[min(kept)]])


def _handed_on(observation: Observation, step: Step, tensors: Collection[int]) -> set[int]:
    """Tensors, by their ids, and those that hold the same numbers."""
    found, pending = set(tensors), list(tensors)
    while pending:
        for index in step.readers.get(pending.pop(), ()):
            event = step.events[index]
            if observation.nodes[event.node].bare_name in _HANDING_ON:
                pending += [t.id for t in event.outputs if t.id not in found]
                found |= {t.id for t in event.outputs}
    return found


def _readers(observation: Observation, step: Step, tensors: Collection[int]) -> set[int]:
    """The operations that compute with tensors, or with what holds the same numbers."""
    read = (step.events[i].node for t in _handed_on(observation, step, tensors) for i in step.readers.get(t, ()))
    return {number for number in read if observation.nodes[number].op not in METADATA}


def _finding(observation: Observation, kept: _Remembered) -> Finding:
    cut, name = kept.cut, kept.name
    fixes = list(computed_anew(observation, cut.node, name))
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


def computed_anew(observation: Observation, node: Node, name: str) -> Iterator[Fix]:
    """The branch of a node that computes what is kept under a name, taken in every step that trains.

    Which of the two it is, a trial tells.
    """
    words = f"compute it in every step that trains, and read {name} in evaluation alone"
    branch = _branch(observation, node)
    if branch is None:
        yield Fix(words)
        return
    source = observation.source(branch.id)
    for taken in (True, False):
        edit = Give(branch.id, branch.arguments[0].name, taken)
        yield Fix(words, before=source or "", after=_in_training(source, taken=taken), edits=(edit,))


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
