"""Devices that are written into a program, and operands that lie on different ones."""

from __future__ import annotations

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value

_ACCELERATORS = ("cuda", "mps", "xpu", "hip", "xla", "hpu")
_MOVING = {"aten::cuda": "cuda"}


def written_device(node: Node) -> str | None:
    """The accelerator that an operation names for its result; None where it names none."""
    named = next((a.literal for a in node.arguments if a.type in ("Device", "Optional[Device]") and a.constant), None)
    device = _MOVING.get(node.op) or named
    return device if isinstance(device, str) and device.startswith(_ACCELERATORS) else None


def sent_to(node: Node, event: Event) -> str | None:
    """The accelerator that an operation was told at run time to put its result on."""
    device = value(node, event, "device")
    return device if isinstance(device, str) and device.startswith(_ACCELERATORS) else written_device(node)


def apart(event: Event) -> tuple[Operand, Operand] | None:
    """Two operands on different devices; scalars may be anywhere."""
    placed = [o for o in event.inputs if o.tensor.shape and o.tensor.device != "meta"]
    other = next((o for o in placed[1:] if o.tensor.device != placed[0].tensor.device), None)
    return (placed[0], other) if other is not None else None
