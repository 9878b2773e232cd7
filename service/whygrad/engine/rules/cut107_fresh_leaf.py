"""A tensor without history is made a leaf that wants a gradient: the error goes away, the cut stays.

What happened
-------------
The history of a value was lost, and then `requires_grad_()` or `requires_grad=True` was put on the new tensor
(`torch.tensor(loss.item(), requires_grad=True)`, `Variable(loss, requires_grad=True)`). It is a leaf: backward begins
at the loss, comes to it and ends there.

Why it matters
--------------
This is the usual answer to "element 0 of tensors does not require grad", and it makes the message go away. backward
succeeds, every parameter behind the leaf keeps `grad=None`, and nothing learns.

How to fix it
-------------
Take `requires_grad` away again and use the tensor that the value came from, with its history: no `.item()`, no
`.detach()`, no `torch.tensor(…)` around it.

Not to be confused with
-----------------------
CUT105 and CUT101 lose the history in the same way, without a leaf behind it. A leaf made of an input on purpose, as
for a gradient penalty, costs no parameter its gradient and is not reported.

Example
-------
Shapes: 4x10
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            loss = self.encoder(x).pow(2).mean()
            return loss.detach().requires_grad_()

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            loss = self.encoder(x).pow(2).mean()
            return loss
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.edits import Edit, Leave, Replace
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.gradients.cuts import Severed, cut_by, finding, reconnected
from whygrad.engine.gradients.flow import DETACHING
from whygrad.engine.gradients.relaxing import Relaxed, compared_share, relaxed
from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.gradients.stops import no_grad_region
from whygrad.engine.observation import Event, Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import rewritten, undetached, unless_idle
from whygrad.engine.wording.softening import in_line, smoothed
from whygrad.engine.wording.taking import FOR_PYTHON, unmade

_TAKEN = r"\.(item\(\)|detach\(\)|data\b)"
_DETACHED = r"\.(detach_?\(\)|data\b)"
_LEAF = r"\.requires_grad_\((True)?\)"


@rule("CUT107", "fresh-leaf", "warning")
def fresh_leaf(observation: Observation) -> Iterator[Finding]:
    """Every leaf made of a value whose history was lost, that costs a parameter its gradient."""
    for cut in cut_by(observation, "fresh leaf"):
        yield _finding(observation, cut)


def _finding(observation: Observation, cut: Severed) -> Finding:
    lost, before = owners(cut.parameters), cut.source or cut.event
    how = observation.nodes[before.node].name
    lost_before = f"its history is lost in {how}, and " if before.node != cut.node.id else ""
    found = finding(
        observation,
        cut,
        why=f"{lost_before}backward ends in a new leaf",
        message=f"requires_grad makes a leaf of a value that has lost its history, so backward ends before {lost}.",
        chain=(
            Link(f"the history of what {lost} computed is lost in {how}", before.node),
            Link(f"{cut.node.name} makes a leaf of it: requires_grad without a grad_fn", cut.node.id),
            Link("backward gives the leaf a gradient, which nobody reads, and goes no further"),
        ),
        fix=Fix(
            _words(observation, cut, before),
            *_shown(observation, cut, before),
            edits=_edits(observation, cut, before),
        ),
    )
    if before.node == cut.node.id:
        return found
    return replace(found, related=(Related("the history was lost here", before.node), *found.related))


def _shown(observation: Observation, cut: Severed, before: Event) -> tuple[str | None, str | None]:
    """The line of the leaf before and after, with the one in which the history was lost, where that is another.

    Neither where more is to be changed than is shown: without the leaf alone the error would be back.
    """
    lost, leaf = observation.nodes[before.node], observation.place(cut.node.id)
    line, source = observation.place(lost.id), leaf.source if leaf is not None else None
    hard = _hard(observation, cut, before)
    if FOR_PYTHON.search(source or ""):
        return "", None
    if leaf is None or line is None or (line.file, line.line) == (leaf.file, leaf.line):
        mended = _softer(observation, cut, before) if hard else source
        without = unmade(mended, _TAKEN) or rewritten(mended, _LEAF, "")
        shown = unless_idle(leaf, rewritten(without, _DETACHED, "") or without)
        return (None, shown) if shown or not hard else ("", None)
    mended = _softer(observation, cut, before) if hard else undetached(line) if lost.op in DETACHING else None
    kept = unless_idle(line, mended)
    without = unless_idle(leaf, unmade(source, _TAKEN) or rewritten(leaf, _LEAF, ""))
    if without is None or kept is None:
        return "", None
    return f"{line.source}\n{source}", f"{kept}\n{without}"


def _softer(observation: Observation, cut: Severed, before: Event) -> str | None:
    """The line of a comparison made smooth; None where other lines would have to change with it."""
    lost, soft = observation.nodes[before.node], _softened(observation, cut, before)
    share = compared_share(observation, lost, before) is not None
    if soft is None or not in_line(observation, lost, soft.edits):
        return None
    return smoothed(observation, lost, share=share)


def _words(observation: Observation, cut: Severed, before: Event) -> str:
    """What keeps the history, where it was lost in an operation without gradient, and that no leaf is made."""
    lost = observation.nodes[before.node]
    soft = _softened(observation, cut, before)
    if soft is not None:
        return f"take requires_grad away, and for {lost.bare_name} use {soft.name}"
    if _hard(observation, cut, before):
        return (
            f"take requires_grad away, and compute the loss from what goes into {lost.bare_name}, not from its result"
        )
    return "go on with the tensor that the value came from, and take requires_grad away"


def _hard(observation: Observation, cut: Severed, before: Event) -> bool:
    """Whether the history was lost in an operation without gradient."""
    lost = observation.nodes[before.node]
    return before.grad_mode and lost.op not in TAKERS | DETACHING and cut.node.id != lost.id


def _softened(observation: Observation, cut: Severed, before: Event) -> Relaxed | None:
    """The smooth twin of the operation without gradient in which the history was lost."""
    return relaxed(observation, observation.nodes[before.node], before) if _hard(observation, cut, before) else None


def _edits(observation: Observation, cut: Severed, before: Event) -> tuple[Edit, ...]:
    """The history kept, and no leaf made."""
    lost = observation.nodes[before.node]
    if lost.op in TAKERS:
        return reconnected(observation, cut)
    region = no_grad_region(observation, before) if not before.grad_mode else None
    soft = _softened(observation, cut, before)
    if soft is not None and cut.node.op == "aten::requires_grad_":
        return (*soft.edits, Replace(cut.node.id, "self"))
    kept = Leave(region.id) if region is not None else Replace(lost.id, "self") if lost.op in DETACHING else None
    return (kept, Replace(cut.node.id, "self")) if kept is not None and cut.node.op == "aten::requires_grad_" else ()
