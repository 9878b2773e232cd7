"""A softmax, or a normalisation, over a single element: the result is the same whatever goes in.

What happened
-------------
A softmax over one element is always 1, and so is a share of a sum of one; a layer norm over one element is always 0.
A constant has no derivative. Mostly the dimension is the wrong one: the scores have the shape (batch, length, 1) or
(batch * length, 1), and the softmax runs over the 1.

Why it matters
--------------
Nothing raises. The attention weights are all 1, and what computes the scores gets a gradient of exactly zero.

How to fix it
-------------
Take the softmax over the dimension along which the elements compete, the length of the sequence for attention. For
the probability of one class use `sigmoid`.

Not to be confused with
-----------------------
A softmax over several elements whose results are all summed up is constant too, for another reason (ZER504). A
softmax that rounds to one winner is ZER502.

Example
-------
Shapes: 2x5x4
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(4, 1)

        def forward(self, x):
            weights = torch.softmax(self.score(x), dim=2)
            return (weights * x).sum(dim=1)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(4, 1)

        def forward(self, x):
            weights = torch.softmax(self.score(x), dim=1)
            return (weights * x).sum(dim=1)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.pieces import holds_batch
from whygrad.engine.edits import Freeze, Give, Replace
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.starving import finding, starved_by
from whygrad.engine.gradients.zero_sources import CENTRING
from whygrad.engine.observation import Observation
from whygrad.engine.refusals.sending import with_samples
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners, size
from whygrad.engine.wording.spelling import called_instead, given_instead

_SOFTMAXES = frozenset({"softmax", "log_softmax"})

_BINARY = "torch.binary_cross_entropy_with_logits(self.squeeze(1), target.to(self.dtype), None, None, reduction)"


@rule("ZER503", "single-element-softmax", "warning")
def single_element(observation: Observation) -> Iterator[Finding]:
    """Every softmax or normalisation over one element that keeps a gradient at zero."""
    for found in starved_by(observation, "single"):
        if found.event.inputs:
            yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, read = found.node.bare_name, found.event.tensors[0]
    centred = name in CENTRING
    fixes = _fixes(observation, found)
    return finding(
        observation,
        found,
        why=f"{name} takes off the mean of one element" if centred else f"{name} over one element is constant",
        message=f"The mean of each element of {size(read)} by itself is taken off: what is left is always 0."
        if centred
        else f"{name} of {size(read)} runs over one element{_along(found)}: the result is always the same.",
        chain=(
            Link(f"what goes into {name} is {size(read)}", found.node.id),
            Link("over one element the result is the same whatever goes in, so its derivative is 0"),
            Link(f"every element of the gradient of {owners(found.parameters)} is 0"),
        ),
        fix=fixes[0],
        other_fixes=fixes[1:],
    )


def _keeps_shape(found: Starved) -> bool:
    """Whether the result has the shape of what goes in."""
    return [t.shape for t in found.event.outputs[:1]] == [t.shape for t in found.event.tensors[:1]]


def _along(found: Starved) -> str:
    dim = found.node.literal("dim", found.event.values.get("dim"))
    return f", along dim {dim}" if isinstance(dim, int) else ""


def _fixes(observation: Observation, found: Starved) -> list[Fix]:
    """Another dimension along which elements of a sample can compete, the last first; or a sigmoid."""
    name, shape = found.node.bare_name, found.event.tensors[0].shape
    if name == "cross_entropy_loss":
        advice = "use binary_cross_entropy_with_logits for one score, or give it one score for each class"
        return [Fix(advice, edits=(Replace(found.node.id, _BINARY),))]
    if name not in _SOFTMAXES:
        kept = found.node.arguments[0].name if found.node.arguments else "self"
        own = tuple(observation.stored[t.id] for t in found.event.tensors[1:] if t.id in observation.stored)
        unused = (Freeze(own),) if own else ()
        left_out = (Replace(found.node.id, kept), *unused) if _keeps_shape(found) else ()
        return [*_more_samples(observation, name), Fix(_advice(name), edits=left_out)]
    known = layouts(observation).of(found.event.tensors[0])
    dims = [d for d in range(len(shape) - 1, -1, -1) if shape[d] > 1 and not holds_batch(known[d])]
    instead = "sigmoid" if name == "softmax" else "logsigmoid"
    smooth = "torch.sigmoid(self)" if name == "softmax" else "torch.log(torch.sigmoid(self))"
    alone = Fix(
        f"use {instead} for a weight of its own for each element",
        after=called_instead(observation, found.node, instead) if name == "softmax" else None,
        edits=(Replace(found.node.id, smooth),),
    )
    others = [
        Fix(
            f"take the {name} over dim {d}, which has {shape[d]} elements",
            after=given_instead(observation, found.node, "dim", d),
            edits=(Give(found.node.id, "dim", d),),
        )
        for d in dims
    ]
    return [*others, alone] if len(shape) > 2 else [alone, *others]


def _more_samples(observation: Observation, name: str) -> list[Fix]:
    ask = with_samples(observation, 2) if name == "batch_norm" else None
    return (
        [
            Fix(
                "send at least 2 samples, and drop an incomplete last batch: DataLoader(..., drop_last=True)",
                edits=(ask,),
            )
        ]
        if ask
        else []
    )


def _advice(name: str) -> str:
    if name in CENTRING:
        return "leave the mean in, or take it over more than one element"
    if name in ("instance_norm", "group_norm"):
        return f"leave {name} out, or let it run before the positions are pooled away"
    return f"leave {name} out, or let it run over the features, more than one"
