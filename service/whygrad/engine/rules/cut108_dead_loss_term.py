"""A term is added to the loss, but no gradient can flow into it: it shifts the loss and trains nothing.

What happened
-------------
The loss is a sum, and one of its terms has no history: it was computed from `argmax`, from a comparison, from
`.item()`, from `.data`, or while gradient mode was off, or it compares what frozen layers gave with what was sent.
The other terms have one, so backward runs as if nothing were wrong.

Why it matters
--------------
The printed loss contains the penalty, and the parameters never feel it. The term may even grow while the loss as a
whole goes down.

How to fix it
-------------
Compute the term from tensors that carry a gradient: from probabilities instead of the class that was chosen, from
`p` instead of `p.data`, from the tensor instead of its `.item()`. Where it is only meant to be shown, as an accuracy
is, leave it out of the loss.

Not to be confused with
-----------------------
Where some parameter has no other way to the loss, that cut is told by its own code (CUT101 to CUT107). A factor
without a history only weighs a term, and is healthy; so are straight-through estimators and one side of a difference.

Example
-------
Shapes: 4x10; 4:int64[0,5)
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scores = nn.Linear(10, 5)

        def forward(self, x, target):
            scores = self.scores(x)
            missed = (scores.argmax(dim=1) != target).float().mean()
            return F.cross_entropy(scores, target) + 0.1 * missed

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scores = nn.Linear(10, 5)

        def forward(self, x, target):
            scores = self.scores(x)
            missed = 1 - scores.softmax(dim=1).gather(1, target.unsqueeze(1)).mean()
            return F.cross_entropy(scores, target) + 0.1 * missed
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Edit, Keep, Leave, Replace
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.constants import Constant, constants, instead
from whygrad.engine.gradients.cuts import Severed, place, reconnected
from whygrad.engine.gradients.differentiating import with_graph, without_graph
from whygrad.engine.gradients.hits import counts_hits
from whygrad.engine.gradients.relaxations import without_derivative
from whygrad.engine.gradients.relaxing import compared_share, relaxed
from whygrad.engine.gradients.terms import DeadTerm, dead_terms
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import undetached, unless_idle
from whygrad.engine.wording.softening import in_line, smoothed
from whygrad.engine.wording.spelling import without_summand
from whygrad.engine.wording.taking import untaken

_WHY = {
    "detached": "it is detached",
    "no-grad": "gradients are switched off where it is computed",
    "rebuilt": "it is made of a plain number",
    "fresh leaf": "it is a new leaf, made of numbers",
    "cast": "it is cast to whole numbers on the way",
}
_SMOOTH = "compute the term from the scores themselves, or from a smooth stand-in for the choice"


@rule("CUT108", "dead-loss-term", "warning")
def dead_loss_term(observation: Observation) -> Iterator[Finding]:
    """Every term of the loss that parameters computed and that no gradient can flow into."""
    for term in dead_terms(observation):
        yield _finding(observation, term)
    for found in constants(observation):
        yield _of_constants(observation, found)


def _finding(observation: Observation, term: DeadTerm) -> Finding:
    cut = term.cut
    node = place(observation, cut)
    others = {place(observation, other).id for other in term.cuts} - {node.id}
    why = _WHY.get(cut.cause, f"{cut.node.bare_name} has no gradient to give")
    return Finding(
        title=f"a term of the loss trains nothing: {why}",
        message=f"What {owners(cut.parameters)} computed is added to the loss without its history: the term shifts the "
        "loss and has no effect on any parameter.",
        node=node.id,
        event=cut.event,
        order=cut.order,
        severity="note" if term.meant else None,
        parameters=() if term.meant else names(term.parameters),
        related=(
            Related("added to the loss here", term.addition.id),
            *(Related("also cut here", other) for other in sorted(others)),
        ),
        chain=(
            Link(f"the value that {owners(cut.parameters)} computed is alive before {cut.node.op}"),
            Link("its result has no history", cut.node.id),
            Link("the term is added to the loss, beside one that has a gradient", term.addition.id),
        ),
        fix=_fix(observation, term),
    )


def _of_constants(observation: Observation, found: Constant) -> Finding:
    name, learning = found.node.bare_name, owners(found.parameters)
    handed = instead(observation, found)
    words = f"hold what {learning} computes against the target, in place of what nobody trains"
    return Finding(
        title=f"a term of the loss trains nothing: {name} compares constants",
        message=f"Neither side of {name} is computed by what is trained: the term shifts the loss, and {learning} "
        "learns nothing from it.",
        node=found.node.id,
        event=found.event,
        order=found.order,
        parameters=names(found.parameters),
        related=(Related("added to the loss here", found.addition.id),),
        chain=(Link("both sides are constants to backward", found.node.id),),
        fix=Fix(words, before=observation.source(handed.node) if handed else None, edits=(handed,) if handed else ()),
    )


def _fix(observation: Observation, term: DeadTerm) -> Fix:
    if term.meant:
        return Fix("leave it out of the loss where it is only shown, or do not detach it where it is to train")
    cut, line = term.cut, observation.place(term.cut.node.id)
    if without_graph(cut.node):
        return with_graph(observation, cut.node)
    if term.taken:
        words = "add the tensor itself to the loss, not a number taken out of it"
        if cut.cause == "rebuilt":
            return Fix(words, after=untaken(line), edits=_edits(observation, term))
        kept = Fix(f"{words}, and {_words(observation, cut)}", edits=_edits(observation, term))
        return _left_out(observation, term) or kept
    if cut.cause == "detached":
        return Fix(_words(observation, cut), after=undetached(line), edits=_edits(observation, term))
    return _left_out(observation, term) or _relaxed(observation, term)


def _left_out(observation: Observation, term: DeadTerm) -> Fix | None:
    """A share of hits or misses, which is what one looks at and not what trains, left out of the loss."""
    node, events = term.addition, observation.first.events
    added = next((e for e in events if e.node == node.id), None)
    alive = [o.role for o in added.inputs if o.tensor.requires_grad] if added is not None else []
    summed = node.bare_name == "add" or (node.bare_name == "sub" and alive == ["self"])
    if len(alive) != 1 or not summed or not counts_hits(observation, term.cut.node, term.cut.event):
        return None
    return Fix(
        "leave it out of the loss: it counts hits, which a small step does not change; cross_entropy, or the like, is "
        "what trains the scores",
        before=observation.source(node.id) or "",
        after=unless_idle(observation.place(node.id), without_summand(observation, node, alive[0])),
        edits=(Replace(node.id, alive[0]),),
    )


def _relaxed(observation: Observation, term: DeadTerm) -> Fix:
    """A gradient let through the cuts; the line of a comparison with its smooth twin."""
    cut, edits = term.cut, _edits(observation, term)
    share = compared_share(observation, cut.node, cut.event) is not None
    alone = cut.cause == "not-differentiable" and len(term.cuts) == 1 and in_line(observation, cut.node, edits)
    return Fix(
        _words(observation, cut),
        after=smoothed(observation, cut.node, share=share) if alone else None,
        edits=edits,
    )


def _words(observation: Observation, cut: Severed) -> str:
    """What to do about a cut."""
    match cut.cause:
        case "detached":
            return "compute the term without detaching"
        case "no-grad":
            return "compute the term where gradients are on"
        case "rebuilt" | "fresh leaf":
            return "keep the tensor, not its numbers"
        case "cast":
            return "keep the term in floating point"
    twin = relaxed(observation, cut.node, cut.event)
    if twin is None and without_derivative(cut.node):
        return f"compute the term with operations that have a derivative; {cut.node.bare_name} has none in torch"
    return f"compute the term from what has a gradient: for {cut.node.bare_name} use {twin.name}" if twin else _SMOOTH


def _edits(observation: Observation, term: DeadTerm) -> tuple[Edit, ...]:
    """A gradient let through each cut; no edits where one of them has no known stand-in."""
    each = [_through(observation, cut) for cut in term.cuts]
    whole = [Keep(node.id) for node in term.taken if term.cut.cause != "rebuilt"]
    return tuple(dict.fromkeys([*(edit for edits in each for edit in edits), *whole])) if all(each) else ()


def _through(observation: Observation, cut: Severed) -> tuple[Edit, ...]:
    match cut.cause:
        case "detached" | "cast":
            return (Replace(cut.node.id, "self"),)
        case "no-grad":
            return (Leave(place(observation, cut).id),)
        case "rebuilt" | "fresh leaf":
            return reconnected(observation, cut)
    twin = relaxed(observation, cut.node, cut.event)
    return twin.edits if twin else ()
