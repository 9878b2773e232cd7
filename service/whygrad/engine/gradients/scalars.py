"""Numbers outside tensors: what takes them out of tensors, and what is computed from them."""

from __future__ import annotations

from collections import defaultdict

from whygrad.engine.facts import Argument
from whygrad.engine.observation import Node
from whygrad.engine.operations import FILLING, TENSOR_TYPES

TAKERS = frozenset(
    f"aten::{name}"
    for name in (
        "item", "Float", "Int", "Bool", "Complex", "FloatImplicit", "IntImplicit", "ScalarImplicit",
        "ComplexImplicit", "is_nonzero", "equal", "allclose", "__str__", "str", "_local_scalar_dense",
    )
) | {"prim::tolist", "prim::NumToTensor"}  # fmt: skip
"""Operations that take numbers out of a tensor."""

_PICKERS = frozenset(
    f"aten::{name}" for name in ("select", "slice", "narrow", "select_copy", "slice_copy", "narrow_copy", "__getitem__")
)
"""Operations whose numbers only say which of the others are meant."""


def carried(node: Node) -> tuple[Argument, ...]:
    """The arguments that hold numbers, without those that only say which of them are meant."""
    return node.arguments[:1] if node.op in _PICKERS else node.arguments


class Scalars:
    """Numbers outside tensors: from which operations a value was computed, through control flow and containers."""

    def __init__(self, nodes: tuple[Node, ...], *, selecting: bool) -> None:
        self._made: dict[int, list[int]] = defaultdict(list)
        self._takers: set[int] = set()
        for node in nodes:
            for output in node.outputs:
                if node.op in TAKERS and node.arguments[0].type in TENSOR_TYPES:
                    self._takers.add(output)
                elif not node.joins:
                    carrying = node.arguments if selecting else carried(node)
                    self._made[output] += [a.value for a in carrying if a.type not in TENSOR_TYPES]
            if node.op in FILLING:
                self._made[node.arguments[0].value] += [a.value for a in node.arguments[1:]]
            for source, target in node.joins:
                self._made[target].append(source)
        self._known: dict[int, frozenset[int]] = {}

    def sources(self, value: int) -> frozenset[int]:
        """The values taken out of tensors that this value was computed from."""
        if not self._takers:
            return frozenset()
        if value not in self._known:
            seen, pending = {value}, [value]
            found: set[int] = set()
            while pending:
                for source in self._made[pending.pop()]:
                    if source in self._known:  # most values are asked for in the order in which they are made
                        found |= self._known[source]
                    elif source not in seen:
                        seen.add(source)
                        pending.append(source)
            self._known[value] = frozenset(found | (seen & self._takers))
        return self._known[value]
