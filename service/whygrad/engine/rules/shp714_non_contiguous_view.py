"""A view is asked of memory that is laid out in another order.

What happened
-------------
`transpose`, `permute`, `t`, `expand` and slices leave the numbers where they are and only read them in another order.
`view` copies nothing either, so it cannot merge dimensions that do not follow each other in memory.

Why it matters
--------------
The forward raises "view size is not compatible with input tensor's size and stride", so no parameter gets a gradient.

How to fix it
-------------
Use `reshape`, which copies where it must, or `x.contiguous().view(...)`.

Not to be confused with
-----------------------
SHP704: the sizes do not multiply out, and reshape refuses them too. SHP719: a view that succeeds where the axes had to
be swapped.

Example
-------
Shapes: 2x4x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(6))

        def forward(self, x):
            h = (x * self.scale).transpose(1, 2)
            return h.view(2, 24)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(6))

        def forward(self, x):
            h = (x * self.scale).transpose(1, 2)
            return h.reshape(2, 24)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.swapping import swapped
from whygrad.engine.axes.swaps import moving, with_move
from whygrad.engine.edits import Become, Replace
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Event, Node, Observation, Operand, Step
from whygrad.engine.operands.views import asked, unviewable
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.rewriting import rewritten

_OTHER = {"aten::view": "aten::reshape", "aten::view_as": "aten::reshape_as"}


@rule("SHP714", "non-contiguous-view", "error")
def non_contiguous_view(observation: Observation) -> Iterator[Finding]:
    """The view that was refused."""
    for failed, node, event in refused(observation, "memory"):
        if operand := unviewable(node, event):
            yield _finding(observation, failed, node, event, operand)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event, operand: Operand) -> Finding:
    name, tensor = called(observation, node, operand), operand.tensor
    return finding(
        observation,
        failed,
        title=f"{name} ({size(tensor)}) does not lie in memory in the order that {node.name} needs",
        message=f"{name} is {size(tensor)} with strides {sizes(tensor.strides)}; {node.name} would have to copy it.",
        chain=list(_turned(observation, failed.step, operand)),
        fixes=list(_fixes(observation, node, event)),
    )


def _turned(observation: Observation, step: Step, operand: Operand) -> Iterator[Link]:
    """The operation that left the numbers where they were and read them in another order."""
    tensor = operand.tensor
    for event in reversed(step.events):
        if not any(t.id == tensor.id for t in event.outputs) or not event.inputs:
            continue
        before, node = event.tensors[0], observation.nodes[event.node]
        if before.storage == tensor.storage and before.strides != tensor.strides and _in_order(before.strides):
            yield Link(f"{node.name} changed the order here, from {size(before)} to {size(tensor)}", event.node)
            return
        tensor = before


def _in_order(strides: tuple[int, ...]) -> bool:
    return list(strides) == sorted(strides, reverse=True)


def _fixes(observation: Observation, node: Node, event: Event) -> Iterator[Fix]:
    """The axes moved back where a copy in this order would scramble them; else the copy."""
    swap, sizes_asked = swapped(observation, layouts(observation), node, event), asked(node, event)
    if swap is not None and sizes_asked is not None:
        shapes = event.tensors[0].shape, sizes_asked
        yield Fix(
            f"move the axes to where the sizes are read: {moving(swap, *shapes)}",
            after=with_move(observation.source(node.id), swap, *shapes),
            edits=(Replace(node.id, f"self{moving(swap, *shapes)}"),),
        )
    yield _copied(observation, node)


def _copied(observation: Observation, node: Node) -> Fix:
    line, name = observation.place(node.id), node.name
    after = rewritten(line, rf"\.{name}\(", f".{name.replace('view', 'reshape')}(")
    other = _OTHER.get(node.op)
    return Fix(
        f"use {name.replace('view', 'reshape')}, which copies where {name} cannot use the memory as it lies",
        before=line.source if line and after else None,
        after=after,
        edits=(Become(node.id, other),) if other else (),
    )
