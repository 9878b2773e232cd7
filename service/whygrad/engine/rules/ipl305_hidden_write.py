"""A write through `.data` changes a tensor that backward needs, and nobody notices: the gradients are wrong.

What happened
-------------
An operation saved a tensor for its gradient. Then the same memory was written through `.data`. Autograd counts the
writes into a tensor to see whether what it saved is still what it was; writes through `.data` are not counted.

Why it matters
--------------
Nothing is raised. backward computes with the new numbers where it needs the old ones, so the gradients are those of
no function at all, and training goes somewhere else, slowly.

How to fix it
-------------
Write after the step, or before the tensor is used. Where it has to be in between, give the operation that saves it a
clone: `h @ table.clone()`. For an update that is no part of the model use `torch.no_grad()`, whose writes are counted.

Not to be confused with
-----------------------
IPL301 is the same where autograd sees the write, and refuses. A write through `.data` into what nobody saved
(initialisation, averages, clipping before use) is harmless and not reported.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.table = nn.Parameter(torch.randn(6, 3))

        def forward(self, x):
            scores = self.encoder(x) @ self.table
            self.table.data[0].fill_(1.0)
            return scores.pow(2)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.table = nn.Parameter(torch.randn(6, 3))

        def forward(self, x):
            self.table.data[0].fill_(1.0)
            scores = self.encoder(x) @ self.table
            return scores.pow(2)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from whygrad.engine.edits import Edit
from whygrad.engine.facts import Saved
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.gradients.stops import flow
from whygrad.engine.gradients.writes import operand_copied, result_copied, unseen_changes
from whygrad.engine.observation import Observation, Tensor
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import parameter_name
from whygrad.engine.wording.phrases import size

_PRODUCTS = frozenset({"mul", "matmul", "mm", "bmm", "mv", "linear", "conv1d", "conv2d", "conv3d", "_convolution"})
"""Operations whose gradient for one operand needs the others, and not itself."""


@rule("IPL305", "hidden-write", "warning")
def hidden_write(observation: Observation) -> Iterator[Finding]:
    """The writes through `.data` into what an operation had saved before."""
    lines: dict[int, list[tuple[int, int, list[Saved]]]] = defaultdict(list)
    for alias, writer, saved in unseen_changes(observation):
        lines[observation.first.events[alias].node].append((alias, writer, saved))
    for writes in lines.values():
        alias, writer, _ = writes[0]
        yield _finding(observation, alias, writer, list(dict.fromkeys(each for *_, saved in writes for each in saved)))


def _finding(observation: Observation, alias: int, writer: int, saved: list[Saved]) -> Finding:
    events, nodes = observation.first.events, observation.nodes
    made, saver = events[alias], events[saved[0].saver]
    name, by = nodes[events[writer].node].name, nodes[saver.node].name
    tensor = made.tensors[0]
    what = parameter_name(observation, tensor) or f"a tensor of {size(tensor)}"
    return Finding(
        title=f"{name} changes {what} through .data, which the backward of {by} still needs",
        message=f"{by} saved {what} for backward. Autograd counts no write through .data, so its gradients are wrong.",
        node=made.node,
        event=made,
        order=alias,
        parameters=_spoiled(observation, saved),
        explains=frozenset(events[each.saver].node for each in saved),
        related=(Related("saved here", saver.node), Related("changed here", events[writer].node)),
        chain=(
            Link(f"{by} saves {what}", saver.node),
            Link(".data gives the same memory to a tensor whose writes are not counted", made.node),
            Link(f"{name} writes into it", events[writer].node),
            Link(f"backward of {by} computes with the new numbers, and says nothing"),
        ),
        fix=Fix(
            f"write it before {by} reads it or after the step, or give {by} a clone",
            edits=tuple(dict.fromkeys(edit for each in saved for edit in _copied(observation, each))),
        ),
    )


def _copied(observation: Observation, saved: Saved) -> tuple[Edit, ...]:
    """What was saved, in memory of its own."""
    saver = observation.first.events[saved.saver]
    copies = result_copied(observation, saver) if saved.saved_as.startswith("result") else ()
    return copies or operand_copied(observation, saver, saved.tensor.storage)


def _spoiled(observation: Observation, saved: list[Saved]) -> tuple[str, ...]:
    """The parameters whose gradient passes through what computes with the changed numbers."""
    ways, mask = flow(observation), 0
    for each in saved:
        for tensor in _wrong_for(observation, each):
            mask |= ways.alive[tensor.id]
    return tuple(p.name for p in observation.trainable if ways.bit(p) & mask)


def _wrong_for(observation: Observation, saved: Saved) -> list[Tensor]:
    """The operands of the execution that saved whose gradient is computed with what was changed.

    What a product adds gets the gradient as it comes.
    """
    event = observation.first.events[saved.saver]
    others = [o.tensor for o in event.inputs if o.tensor.storage != saved.tensor.storage and o.role != "bias"]
    product = observation.nodes[event.node].bare_name in _PRODUCTS
    return others if product and others else list(event.tensors)
