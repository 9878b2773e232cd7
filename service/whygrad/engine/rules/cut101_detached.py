"""A result is detached on the only way to the loss.

What happened
-------------
`detach()`, `detach_()` or `.data` returned the same numbers without their history. Everything before it computed
its share of the loss, but backward stops here: no gradient reaches the parameters behind it.

Why it matters
--------------
Where it is the only way to the loss, backward raises "element 0 of tensors does not require grad and does not
have a grad_fn". Where other parameters still reach the loss, nothing is raised and these never learn.

How to fix it
-------------
Take the detach away. To look at the numbers (logging, metrics, NumPy), detach a second name and let the loss use
the first. To stop gradients on purpose, freeze the parameters instead, or name them in `expect_frozen`. A target
network or a teacher, which holds or follows the numbers of what is trained and is compared with it, is told in a note.

Not to be confused with
-----------------------
A detach beside a live path (a target network, a stop-gradient term, state carried between steps) costs nothing
and is not reported; a cache that the first step fills, and later ones read in place of parameters, is. CUT102 is the
same effect by `torch.no_grad()`, CUT105 by taking numbers out with `.item()`.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = torch.relu(self.encoder(x)).detach()
            return self.head(h)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = torch.relu(self.encoder(x))
            return self.head(h)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.edits import Freeze, Hand, Replace
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.aside import Estimate, estimated
from whygrad.engine.gradients.cuts import Severed, cut_by, finding
from whygrad.engine.gradients.flow import DETACHING
from whygrad.engine.gradients.parting import parted_readers
from whygrad.engine.gradients.remembered import remembered
from whygrad.engine.gradients.slices import partly_cut_by
from whygrad.engine.gradients.teachers import is_teacher, may_be_teacher, teacher_note
from whygrad.engine.gradients.uses import uses
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import inlined, undetached, unless_idle

_TEACHER = " It is built like what is trained and only compared with it: where it is a teacher, freeze it."


@rule("CUT101", "detached", "warning")
def detached(observation: Observation) -> Iterator[Finding]:
    """Every detach that costs a parameter its gradient, in the first step or in those that read what it kept."""
    for cut in (*cut_by(observation, "detached"), *partly_cut_by(observation, "detached")):
        teacher = is_teacher(observation, cut)
        yield teacher_note(observation, cut, "whose result is detached") if teacher else _finding(observation, cut)
    yield from remembered(observation, "detached")


def _finding(observation: Observation, cut: Severed) -> Finding:
    fixes = _fixes(observation, cut)
    alive = f" ({cut.lost.grad_fn or 'a parameter'})" if cut.lost else ""
    found = finding(
        observation,
        cut,
        why="the result is detached",
        message=f"The value that {owners(cut.parameters)} computed goes on to the loss without its history."
        + (_TEACHER if may_be_teacher(observation, cut) else ""),
        chain=(
            Link(f"the value is alive before this operation{alive}"),
            Link("its result has no history, so backward ends here", cut.node.id),
        ),
        fix=fixes[0],
    )
    return replace(found, other_fixes=(*fixes[1:], *found.other_fixes))


def _fixes(observation: Observation, cut: Severed) -> list[Fix]:
    """Without the detach; first with it where it only weighs what else learns, and without it in a term of its own."""
    estimate = estimated(observation, cut.event.tensors, [t.id for t in cut.event.outputs])
    if estimate is not None:
        edits = _compared(observation, estimate)
        kept = Fix(
            f"keep the straight-through estimate, and let the loss also read what {owners(cut.parameters)} computed "
            "before it: a term of it and of the other side detached",
            before=observation.source(edits[0].node) if edits else None,
            edits=edits,
        )
        return [kept]
    line = observation.place(cut.node.id)
    whole = Fix(
        "use the value without detaching it",
        after=unless_idle(line, undetached(line)),
        edits=(Replace(cut.node.id, "self"),),
    )
    return [*_in_its_own_term(observation, cut), whole, *_as_weight(observation, cut)]


def _as_weight(observation: Observation, cut: Severed) -> list[Fix]:
    """The detach as it is, where a loss takes the value as the weight of its classes and has no derivative for it."""
    dead = {t.id for t in cut.event.outputs}
    read = [(e, o.role) for e in uses(observation).read(dead) for o in e.inputs if o.tensor.id in dead]
    losses = {observation.nodes[e.node].bare_name for e, role in read if role in ("weight", "pos_weight")}
    if len(losses) != 1 or any(e.input("target") is None or "weight" not in role for e, role in read):
        return []
    lost = owners(cut.parameters)
    words = (
        f"keep it detached, for {losses.pop()} has no derivative for its weight: freeze {lost}, requires_grad_(False)"
    )
    by_hand = "or take the loss of each sample, reduction='none', and weigh that"
    return [Fix(f"{words}, {by_hand}", before="", edits=(Freeze(tuple(p.name for p in cut.parameters)),))]


def _in_its_own_term(observation: Observation, cut: Severed) -> list[Fix]:
    """The value before the detach in a term of its own, where beside that it is a constant factor of what learns.

    So an advantage weighs the policy, and its square is to teach the critic.
    """
    parted = parted_readers(observation, cut.event)
    lost = cut.lost if parted is not None else None
    made = uses(observation).made({lost.id}) if lost is not None else ()
    maker = next((e.node for e in made if lost in e.outputs), None)
    if parted is None or maker is None:
        return []
    weighed, read = parted
    places = [observation.place(event.node) for event, _ in read]
    shown = len({place.source for place in places if place}) == 1
    line, name = places[0] if shown else None, observation.nodes[weighed.node].bare_name
    where = f", in line {line.line}," if line is not None else ""
    return [
        Fix(
            f"keep it detached as a factor of {name}, and read the value before the detach where it is a term{where} "
            "of the loss",
            before=(line.source if line is not None else "") or "",
            after=inlined(line, undetached(observation.place(cut.node.id))),
            edits=tuple(Hand(event.node, role, maker) for event, role in read),
        )
    ]


def _compared(observation: Observation, estimate: Estimate) -> tuple[Hand, ...]:
    """The value in place of the estimate where that is compared with the other side detached, and so trains nothing."""
    makers, stopped = dict[int, int](), set[int]()
    found = []
    for event in observation.first.events:
        operands, op = {t.id for t in event.tensors}, observation.nodes[event.node].op
        if op in DETACHING and estimate.through in operands:
            stopped |= {t.id for t in event.outputs}
        compares = estimate.made in operands and bool(stopped & operands) and op.startswith("aten::")
        if compares and estimate.value in makers:
            roles = (o.role for o in event.inputs if o.tensor.id == estimate.made)
            found += [Hand(event.node, role, makers[estimate.value]) for role in roles]
        makers |= {t.id: event.node for t in event.outputs}
    return tuple(found)
