"""Numbers that stay tensors: what a program would be had it not taken them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from whygrad.engine.observe.expressions import EditError

Compute = Callable[[str, Sequence[tuple[str, Any]], Any], Any]
"""The value of an expression over named values, computed before a node."""

_HANDED_ON = frozenset(
    {"aten::Float", "aten::FloatImplicit", "aten::ScalarImplicit", "prim::NumToTensor", "aten::tensor",
     "aten::as_tensor", "aten::scalar_tensor"}
)  # fmt: skip
"""What makes of a number the same number, or a tensor of it."""

_COMPUTED: Mapping[str, str] = {
    "aten::add": "a + b",
    "aten::sub": "a - b",
    "aten::mul": "a * b",
    "aten::div": "a / b",
    "aten::pow": "a ** b",
    "aten::neg": "-a",
    "prim::abs": "torch.abs(a)",
    **{f"aten::{name}": f"torch.{name}(a)" for name in ("sqrt", "exp", "log", "sin", "cos", "tanh", "log1p")},
}
"""Arithmetic of numbers, as of tensors."""

_FILLED: Mapping[str, str] = {
    "aten::full": "b.expand(a)",
    "aten::full_like": "b.expand_as(a)",
    "aten::new_full": "c.expand(b)",
}
"""What fills a new tensor with a number."""

_OF_NUMBERS = frozenset({"int", "float", "number", "bool"})


def keep(taker: Any, compute: Compute) -> list[Any]:
    """Let the number that a node takes out be the tensor itself, and so on: the nodes that this puts out of use.

    Raises EditError where something that the number comes to cannot take a tensor.
    """
    keeper = _Keeper(compute)
    keeper.stays(taker.output(), taker.inputsAt(0))
    return [taker, *keeper.replaced][::-1]


def require_schemas(block: Any) -> None:
    """Raises EditError where an operation cannot take what it is given now."""
    for node in block.nodes():
        if node.kind().startswith("aten::") and node.schema() == "(no schema)":
            raise EditError(f"{node.kind()} takes a number there, and no tensor")
        for inner in node.blocks():
            require_schemas(inner)


class _Keeper:
    def __init__(self, compute: Compute) -> None:
        self._compute = compute
        self._done: set[int] = set()
        self.replaced: list[Any] = []

    def stays(self, number: Any, tensor: Any) -> None:
        """All that reads a number reads a tensor."""
        for use in list(number.uses()):
            self._reads(use.user, use.offset, tensor)

    def _reads(self, user: Any, place: int, tensor: Any) -> None:
        kind = user.kind()
        if user in self.replaced:
            return
        if kind == "prim::Return":
            self._returns(user, place, tensor)
        elif kind in _HANDED_ON and place == 0:
            self.replaced.append(user)
            self.stays(user.output(), tensor)
        elif kind in ("prim::ListConstruct", "aten::append"):
            self._lists(user, place, tensor)
        elif kind in _COMPUTED and _is_number(user.output()):
            user.replaceInput(place, tensor)
            self._gives_way(user, _COMPUTED[kind])
        elif kind in _FILLED:
            user.replaceInput(place, tensor)
            self._gives_way(user, _FILLED[kind])
        elif user.outputsSize() == 1 and _is_tensor(user.output()):
            user.replaceInput(place, tensor)
            if user.schema() == "(no schema)":
                raise EditError(f"{kind} takes a number there, and no tensor")
        elif _is_tensor(user.inputsAt(place)):  # it was a number, and has to be one for what only looks at it
            user.replaceInput(place, self._compute("float(x)", [("x", tensor)], user))

    def _gives_way(self, user: Any, expression: str) -> None:
        """The result of a node is that of an expression over its operands."""
        operands = [(name, value) for name, value in zip("abc", user.inputs(), strict=False)]
        used = [(name, value) for name, value in operands if name in expression.replace("torch.", "")]
        result = self._compute(expression, used, user)
        self.replaced.append(user)
        if _is_tensor(user.output()):
            user.output().replaceAllUsesWith(result)
        else:
            self.stays(user.output(), result)

    def _lists(self, user: Any, place: int, tensor: Any) -> None:
        """A list of numbers is one of tensors, and what reads it reads them."""
        user.replaceInput(place, tensor)
        made = user.inputsAt(0) if user.kind() == "aten::append" else user.output()
        if user.kind() == "aten::append" and user.outputsSize():
            user.output().setType(_LIST)
        if made.unique() in self._done or _holds_tensors(made):
            return
        self._done.add(made.unique())
        maker = made.node()
        if maker.kind() != "prim::ListConstruct":
            raise EditError("the list of numbers was not made in one place")
        for at, value in enumerate(list(maker.inputs())):
            self._makes_tensor(maker, at, value)
        made.setType(_LIST)
        for use in list(made.uses()):
            self._reads_list(use.user, made)

    def _reads_list(self, user: Any, made: Any) -> None:
        kind = user.kind()
        if kind == "aten::append":
            self._makes_tensor(user, 1, user.inputsAt(1))
        elif kind in ("aten::tensor", "aten::as_tensor"):
            user.output().replaceAllUsesWith(self._compute("torch.stack(x)", [("x", made)], user))
            self.replaced.append(user)
        elif kind in ("aten::sum", "prim::max", "prim::min"):
            self.replaced.append(user)
            self.stays(user.output(), self._compute(f"torch.stack(x).{user.kind()[6:]}()", [("x", made)], user))
        elif kind == "aten::__getitem__":
            user.output().setType(_TENSOR)
            self.stays(user.output(), user.output())
        elif kind != "aten::len":
            raise EditError(f"{kind} takes a list of numbers, and not of tensors")

    def _makes_tensor(self, user: Any, place: int, value: Any) -> None:
        """What a node is given there is a tensor, if it was a number."""
        if _is_number(value):
            user.replaceInput(place, self._compute("torch.tensor(x)", [("x", value)], user))

    def _returns(self, end: Any, place: int, tensor: Any) -> None:
        """What a block gives on: the program, a branch, or the body of a loop."""
        if not hasattr(end.owningBlock(), "owningNode") or end.owningBlock().owningNode() is None:
            end.replaceInput(place, tensor)
            return
        owner = end.owningBlock().owningNode()
        looping = owner.kind() == "prim::Loop"
        if looping and place == 0:  # whether it goes on
            return
        end.replaceInput(place, tensor)
        carried = place - 1 if looping else place
        if owner.outputsAt(carried).unique() in self._done:
            return
        self._done.add(owner.outputsAt(carried).unique())
        values = [owner.outputsAt(carried)]
        if looping:
            self._makes_tensor(owner, carried + 2, owner.inputsAt(carried + 2))
            values.append(next(owner.blocks()).paramNode().outputsAt(carried + 1))
        else:
            for block in owner.blocks():
                self._makes_tensor(block.returnNode(), place, block.returnNode().inputsAt(place))
        for value in values:
            value.setType(_TENSOR)
            for use in list(value.uses()):  # torch looks anew for what takes operands of these types
                use.user.replaceInput(use.offset, value)
            self.stays(value, value)


_TENSOR = torch._C.TensorType.get()
_LIST = torch._C.ListType(_TENSOR)


def _is_number(value: Any) -> bool:
    return str(value.type()) in ("Scalar", *_OF_NUMBERS)


def _holds_tensors(value: Any) -> bool:
    """Whether it is a list of tensors already, as another number in it was kept before."""
    return bool(value.type().isSubtypeOf(_LIST))


def _is_tensor(value: Any) -> bool:
    return bool(value.type().isSubtypeOf(_TENSOR))
