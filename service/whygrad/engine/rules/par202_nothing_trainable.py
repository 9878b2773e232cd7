"""No parameter wants a gradient, so there is nothing that backward could do.

What happened
-------------
Every parameter has `requires_grad=False`, or the program has no parameters at all. The loss then has no history.
`loss.requires_grad_()` gives it one that begins and ends in the loss.

Why it matters
--------------
backward raises "element 0 of tensors does not require grad and does not have a grad_fn", which says nothing of
the parameters. With `loss.requires_grad_()` it raises nothing and trains nothing.

How to fix it
-------------
Unfreeze what is to be trained: `for p in model.head.parameters(): p.requires_grad_(True)`. Where there are no
parameters, look for weights that were stored as plain tensors instead of `nn.Parameter`.

Not to be confused with
-----------------------
CUT101 to CUT105 raise the same error although parameters want a gradient: there the way to the loss is cut.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1).requires_grad_(False)

        def forward(self, x):
            return self.head(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(x)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Edit, Replace, Unfreeze
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.unregistered import unregistered
from whygrad.engine.gradients.uses import Uses
from whygrad.engine.gradients.weights import baked_weights
from whygrad.engine.observation import Event, Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import counted


@rule("PAR202", "nothing-trainable", "error")
def nothing_trainable(observation: Observation) -> Iterator[Finding]:
    """A loss without history, or with one that begins in a leaf made on the way, where no parameter wants any."""
    loss = observation.first.loss
    if observation.trainable or loss is None:
        return
    leaf = _leaf(observation) if loss.requires_grad else None
    if loss.requires_grad and leaf is None:
        return
    if not observation.parameters and (baked_weights(observation) or unregistered(observation)):
        return
    held = len(observation.parameters)
    floating = tuple(p.name for p in observation.parameters if p.floating)
    state = f"all {held} parameters have requires_grad=False" if held else "the program has no parameters"
    state = "its only parameter has requires_grad=False" if held == 1 else state
    yield Finding(
        title=f"nothing can be trained: {state}",
        message="The loss has no history, because nothing that it was computed from wants a gradient."
        if leaf is None
        else "requires_grad made a leaf of a result, so backward runs; it ends in that leaf and reaches no parameter.",
        node=leaf.node if leaf is not None else None,
        event=leaf,
        chain=(Link(f"{counted(held, 'parameter')}, and none with requires_grad=True"), _end(observation, leaf)),
        fix=Fix(
            _remedy(held, leaf),
            edits=tuple(_unfrozen(floating, leaf)) if floating else (),
        ),
    )


def _leaf(observation: Observation) -> Event | None:
    """The execution that made a leaf of what the parameters computed, so that the loss has something behind it."""
    walk = Uses(observation.first).onward(p.tensor for p in observation.parameters)
    for event in walk:
        if observation.nodes[event.node].op == "aten::requires_grad_" and any(t.leaf for t in event.outputs):
            return event
        walk.follow(t.id for t in event.outputs)
    return None


def _end(observation: Observation, leaf: Event | None) -> Link:
    if leaf is None:
        return Link("the loss has no grad_fn, so backward has nowhere to start")
    return Link(f"{observation.nodes[leaf.node].name} makes a leaf of a result that has no history", leaf.node)


def _remedy(held: int, leaf: Event | None) -> str:
    if not held:
        return "register the weights as nn.Parameter, and export the model before it is frozen for inference"
    unfreeze = "unfreeze what is to be trained: parameter.requires_grad_(True)"
    return unfreeze if leaf is None else f"{unfreeze}; and take requires_grad_ off the result, which trains nothing"


def _unfrozen(floating: tuple[str, ...], leaf: Event | None) -> Iterator[Edit]:
    """Parameters that want a gradient, and no leaf on the way to them."""
    yield Unfreeze(floating)
    if leaf is not None:
        yield Replace(leaf.node, "self")
