"""A device is written into the program, or operands lie on two devices.

What happened
-------------
`.cuda()`, `.to("cuda")` or `device="cuda"` stands in the forward, and it runs where there is none; or it makes a tensor
on another device than the weights and the input.

Why it matters
--------------
The forward raises "PyTorch is not linked with support for cuda devices", "Torch not compiled with CUDA enabled" or
"Expected all tensors to be on the same device", so no parameter gets a gradient.

How to fix it
-------------
Make new tensors where the input is: `torch.zeros(n, 8, device=x.device)`, `x.new_zeros(n, 8)`. Keep constants as
buffers (`register_buffer`), which move with the model. Move the model and the input once, outside.

Not to be confused with
-----------------------
TYP801: the device is the same and the type is not.

Example
-------
Shapes: 4x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 2)

        def forward(self, x):
            noise = torch.zeros(4, 6).cuda()
            return self.fc(x + noise)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 2)

        def forward(self, x):
            noise = torch.zeros(4, 6)
            return self.fc(x + noise)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.edits import Edit, Give, Replace, Wrap
from whygrad.engine.finding import Finding, Fix, Related
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.devices import apart, sent_to, written_device
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.devices import on_device_of
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.phrases import counted
from whygrad.engine.wording.scopes import tensor_taken


@rule("TYP803", "device-mismatch", "error")
def device_mismatch(observation: Observation) -> Iterator[Finding]:
    """The operation that asked for another device, or got operands of two."""
    for failed, node, event in refused(observation, "device"):
        if device := sent_to(node, event):
            yield _written(observation, failed, node, device)
        else:
            yield _apart(observation, failed, node, event)


def _written(observation: Observation, failed: Failure, node: Node, device: str) -> Finding:
    others = [n for n in observation.nodes if n.id != node.id and written_device(n)]
    found = finding(
        observation,
        failed,
        title=f"{node.name}() puts a tensor on {device}, and the weights and the input are elsewhere",
        message=failed.said or f"A device is written into the forward: {device}.",
        fixes=[_fix(observation, [node, *others], device)],
    )
    related = tuple(Related("another device written down", n.id) for n in others)
    return replace(found, related=related)


def _fix(observation: Observation, nodes: list[Node], device: str) -> Fix:
    source, name = observation.source(nodes[0].id), _input(observation, nodes[0])
    after = on_device_of(source, name) if name else None
    more = f", and in {counted(len(nodes) - 1, 'more place')}" if len(nodes) > 1 else ""
    return Fix(
        f"make the tensor where the input is: device={name or 'x'}.device in place of {device}{more}",
        before=source if after else None,
        after=after,
        edits=tuple(edit for node in nodes for edit in _left_in_place(node)),
    )


def _input(observation: Observation, node: Node) -> str | None:
    """The first tensor that the function takes in which the line is, as far as that is known."""
    signature, place = observation.signature, observation.place(node.id)
    outermost = signature is not None and not node.module and place is not None and place.function == signature.method
    formals = signature.formals if signature is not None and outermost else ()
    return tensor_taken(observation, node) or next((f.name for f in formals if f.type == "Tensor"), None)


def _left_in_place(node: Node) -> Iterator[Edit]:
    if node.op == "aten::cuda":
        yield Replace(node.id, "self")
    elif node.op == "aten::to" and node.argument("device"):
        typed = node.argument("dtype") is not None and node.literal("dtype") is not None
        yield Replace(node.id, "self.to(dtype)" if typed else "self")
    elif node.argument("device"):
        yield Give(node.id, "device", None)


def _apart(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    pair = apart(event)
    words = " and ".join(f"{called(observation, node, o)} is on {o.tensor.device}" for o in pair or ())
    edits = (Wrap(node.id, pair[1].role, f"x.to('{pair[0].tensor.device}')"),) if pair else ()
    return finding(
        observation,
        failed,
        title=words or f"{node.name} asks for a device that is not there",
        message=failed.said,
        fixes=[Fix("bring both to one device: x.to(other.device)", edits=edits)],
    )
