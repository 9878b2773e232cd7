"""torch checks some operands in Python before the operation: such a failure belongs to the operation it guards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from whygrad.engine.observation import Argument, Event, Node, Observation, Operand, Parameter, Step, Tensor
from whygrad.engine.operations import RETYPING

_WEIGHTS = ("weight", "running_mean", "params", "w_ih", "in_proj_weight")
_LISTS = ("prim::ListConstruct", "prim::TupleConstruct")


def name_guarded(observation: Observation, step: Step) -> Step:
    """The step with a failed check of torch's own put down to the operation that the check guards."""
    failure = step.failure
    if failure is None or step.error is None or observation.nodes[failure.node].op != "prim::RaiseException":
        return step
    if not observation.in_library(failure.node) or "attn_mask" in step.error.message:  # no weights read a mask
        return step
    guarded = list(_guarded(observation, failure.node))
    known = [
        (node, _operands(observation, step, node))
        for node in guarded
        if (node.op, node.module) == (guarded[0].op, guarded[0].module)
    ]
    if not known:
        return step
    node, operands = max(known, key=lambda pair: len(pair[1]))
    event = Event(node.id, operands, (), {}, failure.grad_mode, completed=False)
    return replace(step, events=(*step.events[:-1], event), error=replace(step.error, node=node.id))


def _guarded(observation: Observation, check: int) -> Iterator[Node]:
    """The operations with weights that follow a check in the same module."""
    module = observation.nodes[check].module
    for node in observation.nodes[check + 1 :]:
        inside = node.module == module or node.module.startswith(f"{module}.")
        if inside and node.op.startswith("aten::") and any(node.argument(w) for w in _WEIGHTS):
            yield node


def _operands(observation: Observation, step: Step, node: Node) -> tuple[Operand, ...]:
    """The tensors that the operation would have read, as far as they had been seen under those values."""
    seen = _Seen(observation, step)
    found = tuple(o for a in node.arguments for o in _in_roles(a, seen.tensors(a.value)))
    return found if node.argument("params") is None else (*found, *_flat_weights(observation, node))


def _in_roles(argument: Argument, tensors: tuple[Tensor, ...]) -> Iterator[Operand]:
    if argument.type.startswith(("List", "Tuple")):
        return (Operand(f"{argument.name}[{place}]", t) for place, t in enumerate(tensors))
    return (Operand(argument.name, t) for t in tensors[:1])


def _flat_weights(observation: Observation, node: Node) -> Iterator[Operand]:
    """The weights of a recurrent layer, which are read only behind its checks."""
    own = [p for p in observation.parameters if p.name.rpartition(".")[0] == node.module]
    return (Operand(f"params[{i}]", _as_tensor(p)) for i, p in enumerate(own))


def _as_tensor(parameter: Parameter) -> Tensor:
    """The tensor of a parameter that no operation has read yet."""
    shape = parameter.shape
    return Tensor(
        id=parameter.tensor,
        shape=shape,
        dtype=parameter.dtype,
        device="cpu",
        requires_grad=parameter.requires_grad,
        leaf=True,
        grad_fn=None,
        version=0,
        storage=-parameter.tensor,
        strides=tuple(prod(shape[axis + 1 :]) for axis in range(len(shape))),
    )


class _Seen:
    """The tensors of a step by the values that held them; weights by their names, as a check stands before them."""

    def __init__(self, observation: Observation, step: Step) -> None:
        self._tensors: dict[int, Tensor] = {}
        stored = (*observation.parameters, *observation.buffers)
        self._held = {name: (_as_tensor(p),) for p in stored for name in (p.name, *p.aliases)}
        joined = {value: node for node in observation.nodes for _, value in node.joins}  # what a loop carries on, too
        self._makers = joined | {value: node for node in observation.nodes for value in node.outputs}
        for event in step.events:
            passed = observation.nodes[event.node]
            if len(passed.outputs) == len(event.outputs):
                self._tensors.update(zip(passed.outputs, event.outputs, strict=True))
            for operand in event.inputs:
                argument = passed.argument(operand.role)
                if argument is not None:
                    self._tensors[argument.value] = operand.tensor

    def tensors(self, value: int, within: frozenset[int] = frozenset()) -> tuple[Tensor, ...]:
        """The tensor that a value was, or those in it."""
        if value in self._tensors:
            return (self._tensors[value],)
        maker = self._makers.get(value)
        if maker is None or value in within:
            return ()
        if maker.op == "prim::GetAttr":
            return self._held.get(f"{maker.module}.{maker.attribute}".lstrip("."), ())
        return self._items(maker, value, within | {value})

    def _items(self, maker: Node, value: int, within: frozenset[int]) -> tuple[Tensor, ...]:
        if maker.op in _LISTS:
            return tuple(t for a in maker.arguments for t in self.tensors(a.value, within))
        if maker.op == "prim::TupleUnpack":
            parts = self._parts(maker, value, within)
            return next(filter(None, (self.tensors(part, within) for part in parts)), ())
        if maker.op in RETYPING:
            return self.tensors(maker.arguments[0].value, within)
        ways = (self.tensors(source, within) for source, joined in maker.joins if joined == value)
        return next(filter(None, ways), ())

    def _parts(self, unpacking: Node, value: int, within: frozenset[int]) -> Iterator[int]:
        """What may stand at the place of a tuple that a value is unpacked from."""
        place = unpacking.outputs.index(value)
        for packing in self._packings(unpacking.arguments[0].value, within):
            yield packing.arguments[place].value

    def _packings(self, value: int, within: frozenset[int]) -> Iterator[Node]:
        """Where a tuple may have been put together, be it inside of another."""
        maker = self._makers.get(value)
        if maker is None or value in within:
            return
        if maker.op == "prim::TupleConstruct":
            yield maker
            return
        before = [source for source, joined in maker.joins if joined == value]
        if maker.op in RETYPING:
            before = [maker.arguments[0].value]
        elif maker.op == "prim::TupleUnpack":
            before = list(self._parts(maker, value, within | {value}))
        for source in before:
            yield from self._packings(source, within | {value})
