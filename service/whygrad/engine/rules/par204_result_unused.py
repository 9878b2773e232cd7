"""A parameter is read, but what it feeds does not reach the loss.

What happened
-------------
Operations read the parameter and compute with it, and then their result is left: it is not returned, not selected,
overwritten, or returned in an output that the loss does not look at. So it is with the layers of an LSTM above the
first where `h_n[0]` is read, which is the state of the first.

Why it matters
--------------
The parameter costs time and memory in every step, keeps `grad=None` and never learns; DistributedDataParallel
stops over it.

How to fix it
-------------
Let the result take part in the loss (return it, select it, add the auxiliary term), or do not compute it.

Not to be confused with
-----------------------
PAR203 is not even read. Where the result does reach the loss, but without a history, it is one of the CUT codes.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(10, 10)
            self.second = nn.Linear(10, 10)

        def forward(self, x):
            h = self.first(x)
            refined = self.second(h)
            return h

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(10, 10)
            self.second = nn.Linear(10, 10)

        def forward(self, x):
            h = self.first(x)
            refined = self.second(h)
            return refined
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from whygrad.engine.edits import Ask, Freeze, Give
from whygrad.engine.facts import Frame
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.cuts import severity
from whygrad.engine.gradients.rejoining import TakenOn, taken_on
from whygrad.engine.gradients.starving import finding as starved_finding
from whygrad.engine.gradients.starving import starved_by
from whygrad.engine.gradients.states_left import StateLeft, last_state, state_left
from whygrad.engine.gradients.stops import flow
from whygrad.engine.gradients.unreached import Unreached, nothing_arrives, unreached
from whygrad.engine.gradients.uses import uses
from whygrad.engine.observation import Event, Observation
from whygrad.engine.operations import FILLING
from whygrad.engine.rule import rule
from whygrad.engine.wording.parsing import parsed
from whygrad.engine.wording.phrases import owners, subject
from whygrad.engine.wording.rewriting import rewritten


@rule("PAR204", "result-unused", "warning")
def result_unused(observation: Observation) -> Iterator[Finding]:
    """Each operation whose result is left, with the parameters that end there."""
    for found in starved_by(observation, "masked"):
        state = state_left(observation, found)
        if state is not None:
            yield _of_a_state(observation, found, state)
    if nothing_arrives(observation) or observation.first.unlisted:
        return
    for group in unreached(observation):
        if group.event is not None:
            yield _finding(observation, group, group.event)


def _finding(observation: Observation, group: Unreached, last: Event) -> Finding:
    returned = _output(observation, last)
    made = _made(observation, last)
    fixes = _fixes(observation, group, last, returned)
    where, parts = "the result is not used", subject(group.parameters, "takes")
    if returned is not None:
        where = f"the loss does not read output {returned}, which is all that the result reaches"
    return Finding(
        title=f"{subject(group.parameters, 'gets')} no gradient: {where}",
        message=f"{parts} part in the forward, and nothing that the loss reads depends on it.",
        node=made.node,
        event=made,
        order=group.order,
        parameters=names(group.parameters),
        severity=severity(observation),
        chain=(
            Link(f"this is the last {'place' if made is not last else 'operation'} that its value reaches", last.node),
        ),
        fix=fixes[0],
        other_fixes=tuple(fixes[1:]),
    )


def _of_a_state(observation: Observation, found: Starved, state: StateLeft) -> Finding:
    """The finding of layers, or of a direction, whose last state is not the one that is read."""
    return starved_finding(
        observation,
        found,
        why="the result is not used",
        message=f"Of the last states of all layers and directions one is read. {owners(found.parameters)} computes "
        "others, which nothing that the loss reads depends on.",
        chain=(Link("one of the last states is picked here, by its index", state.node.id),),
        fix=last_state(observation, state),
    )


def _made(observation: Observation, last: Event) -> Event:
    """The execution whose result is left: of what was put into a list or a dict, the one that made it."""
    if observation.nodes[last.node].op not in FILLING:
        return last
    makers = uses(observation).made(t.id for t in last.tensors)
    return next((e for e in makers if observation.nodes[e.node].op not in FILLING), last)


def _fixes(observation: Observation, group: Unreached, last: Event, returned: int | None) -> list[Fix]:
    """What is to read the result; at last without it, which shows that nothing needs it."""
    fixes = [fix for fix in (_selected(observation, last), _taken_on(observation, last)) if fix is not None]
    if returned is not None and observation.loss in ("output", "sum", "mean"):
        fixes.append(Fix(f"let the loss read output {returned} too", before="", edits=(Ask({"loss": "auto"}),)))
    without = (Freeze(names(group.parameters)),)
    return [*fixes, Fix("let the loss depend on this result, or do not compute it: nothing needs it", edits=without)]


def _selected(observation: Observation, last: Event) -> Fix | None:
    """Of a list whose last element is left, that one."""
    node = observation.nodes[last.node]
    kept = node.arguments[0].value if node.op == "aten::append" else None
    needed = {observation.first.events[i].node for i in flow(observation).needed}
    readers = [n for n in observation.nodes if n.op == "aten::__getitem__" and n.arguments[0].value == kept]
    chosen = [n for n in readers if n.id in needed or len(readers) == 1]
    if len(chosen) != 1:
        return None
    return Fix(
        "select what was appended last (index -1), or do not compute it",
        before=observation.source(chosen[0].id),
        edits=(Give(chosen[0].id, chosen[0].arguments[1].name, -1),),
    )


def _taken_on(observation: Observation, last: Event) -> Fix | None:
    """The result in place of what it was made of, which is read after it."""
    found = taken_on(observation, last)
    if found is None:
        return None
    place = observation.place(found.reader)
    where = f", as in line {place.line}" if place is not None else ""
    return Fix(
        f"go on with the result: from there on what it was computed from is read in its place{where}",
        after=_named(observation, last, found),
        edits=(found.edit,),
    )


def _named(observation: Observation, last: Event, found: TakenOn) -> str | None:
    """The line of a result, which is given the name of what it was made of; its own too, where something reads that."""
    line, name = observation.place(last.node), found.instead
    if line is None or name is None or not name.isidentifier():
        return None
    if found.left is None:
        return f"{name} = {line.source}" if isinstance(parsed(line.source or ""), ast.Call) else None
    both = f"{name} = {found.left} = " if _is_read(observation, last, line) else f"{name} = "
    return rewritten(line, rf"^{found.left} = ", both)


def _is_read(observation: Observation, last: Event, line: Frame) -> bool:
    """Whether something reads what a line gives, also that of another round, or of another layer of a list."""
    return (observation.nodes[last.node].op, line.file, line.line) in _read_lines(observation)


@lru_cache(maxsize=8)
def _read_lines(observation: Observation) -> frozenset[tuple[str, str, int]]:
    """The operations whose result something reads, and the lines that they stand in."""
    joined = {value for node in observation.nodes for value, _ in node.joins}
    read = (n for n in observation.nodes if any(v in observation.takers or v in joined for v in n.outputs))
    return frozenset((n.op, place.file, place.line) for n in read if (place := observation.place(n.id)) is not None)


def _output(observation: Observation, last: Event) -> int | None:
    """The number of the output of the program that the execution gave, if it gave one."""
    returned = [t.id for t in observation.first.outputs]
    return next((returned.index(t.id) for t in last.outputs if t.id in returned), None)
