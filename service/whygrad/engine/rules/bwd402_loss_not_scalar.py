"""backward is called on more than one value.

What happened
-------------
The loss has several elements: one per sample, or a whole matrix. backward needs one number to start from, or a
gradient for each element.

Why it matters
--------------
backward raises "grad can be implicitly created only for scalar outputs".

How to fix it
-------------
Reduce the loss: `.mean()` or `.sum()`, or `reduction="mean"` in the loss function.

Not to be confused with
-----------------------
A loss of one element in any shape is fine. Where the loss has no history either, that comes first, and a CUT or PAR
code names it.

Example
-------
Shapes: 4x10; 4x1
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x, target):
            return (self.head(x) - target) ** 2

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x, target):
            return ((self.head(x) - target) ** 2).mean()
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Event, Observation, Step
from whygrad.engine.phrases import size
from whygrad.engine.rule import rule


@rule("BWD402", "loss-not-scalar", "error")
def loss_not_scalar(observation: Observation) -> Iterator[Finding]:
    """A loss of more than one element that backward refused."""
    step = next((s for s in observation.steps if s.error and s.error.stage == "backward"), None)
    if step is None or step.loss is None or step.loss.elements == 1 or not step.loss.requires_grad:
        return
    index, made = _maker(step)
    source = observation.source(made.node) if made else None
    yield Finding(
        title=f"the loss has {step.loss.elements} values ({size(step.loss)}), and backward needs one",
        message="backward starts from a single number, unless it is told a gradient for each value.",
        node=made.node if made else None,
        event=made,
        order=index,
        parameters=names(observation.trainable),
        chain=(Link(f"the loss of shape {size(step.loss)} is made here", made.node if made else None),),
        fix=Fix("reduce the loss to one number with .mean() or .sum()", after=_reduced(source)),
    )


def _maker(step: Step) -> tuple[int, Event | None]:
    """The execution that gave the loss."""
    for index in range(len(step.events) - 1, -1, -1):
        if step.loss and any(t.id == step.loss.id for t in step.events[index].outputs):
            return index, step.events[index]
    return -1, None


def _reduced(source: str | None) -> str | None:
    """The returned expression with its mean taken."""
    if not source or not source.startswith("return ") or source.count("(") != source.count(")"):
        return None
    expression = source.removeprefix("return ")
    plain = expression.replace("_", "").replace(".", "").isalnum() or _one_call(expression)
    return f"return {expression}.mean()" if plain else f"return ({expression}).mean()"


def _one_call(expression: str) -> bool:
    """Whether the expression is a single call, so that a method can follow its closing bracket."""
    head, bracket, rest = expression.partition("(")
    depth = 1
    for position, character in enumerate(rest):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return bool(bracket) and position == len(rest) - 1 and head.replace("_", "").replace(".", "").isalnum()
    return False
