"""torch checks some operands in Python before the operation: such a failure belongs to the operation it guards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.observation import Event, Node, Observation, Operand, Step, Tensor

_WEIGHTS = ("weight", "running_mean", "params", "w_ih", "in_proj_weight")


def name_guarded(observation: Observation, step: Step) -> Step:
    """The step with a failed check of torch's own put down to the operation that the check guards."""
    failure = step.failure
    if failure is None or step.error is None or observation.nodes[failure.node].op != "prim::RaiseException":
        return step
    stack = observation.stack(failure.node)
    if not stack or not stack[-1].library:
        return step
    guarded = next(_guarded(observation, failure.node), None)
    if guarded is None:
        return step
    event = Event(guarded.id, _operands(observation, step, guarded), (), {}, failure.grad_mode, completed=False)
    return replace(step, events=(*step.events[:-1], event), error=replace(step.error, node=guarded.id))


def _guarded(observation: Observation, check: int) -> Iterator[Node]:
    """The operations with weights that follow a check in the same module."""
    module = observation.nodes[check].module
    for node in observation.nodes[check + 1 :]:
        inside = node.module == module or node.module.startswith(f"{module}.")
        if inside and node.op.startswith("aten::") and any(node.argument(w) for w in _WEIGHTS):
            yield node


def _operands(observation: Observation, step: Step, node: Node) -> tuple[Operand, ...]:
    """The tensors that the operation would have read, as far as they had been seen under those values."""
    seen: dict[int, Tensor] = {}
    for event in step.events:
        passed = observation.nodes[event.node]
        if len(passed.outputs) == len(event.outputs):
            seen.update(zip(passed.outputs, event.outputs, strict=True))
        for operand in event.inputs:
            argument = passed.argument(operand.role)
            if argument is not None:
                seen[argument.value] = operand.tensor
    return tuple(Operand(a.name, seen[a.value]) for a in node.arguments if a.value in seen)
