"""What torch computes by TorchScript of its own, such as `1 - x` and `x.shape`: it keeps no line for these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whygrad.engine.observe.stacks import BUILTIN, underlined

_PROPERTIES = {"aten::size": r"\.shape\b", "aten::dim": r"\.ndim\b", "aten::numpy_T": r"\.T\b"}
_OPERATORS = {
    "aten::neg": "-",
    "aten::reciprocal": "/",
    "aten::mul": r"\*",
    "aten::add": r"\+",
    "aten::gt": "<",
    "aten::lt": ">",
    "aten::ge": "<=",
    "aten::le": ">=",
    "aten::eq": "==",
    "aten::ne": "!=",
}
_INVERSES = {"aten::neg", "aten::reciprocal"}
_NUMBER = r"-?[\d.]+(e[-+]?\d+)?\s*([-+*/<>]|[=!]=)"


def is_builtin(node: Any) -> bool:
    """Whether torch's own code made this operation of something that the user wrote."""
    return BUILTIN in node.sourceRange()


def written(node: Any) -> str:
    """What the user's line looks like, as a pattern: `.shape`, or a number before an operator."""
    kind = node.kind()
    if kind in _PROPERTIES:
        return _PROPERTIES[kind]
    inverse = next((v.node().kind() for v in node.inputs() if v.node().kind() in _INVERSES), kind)
    operator = _OPERATORS.get(inverse if is_builtin(node) else kind, "[-+*/<>=]")
    names = [re.sub(r"\.\d+$", "", v.debugName()) for v in _numbers(node) if v.node().kind() != "prim::Constant"]
    named = [re.escape(name) for name in names if name.isidentifier()]
    return rf"\b({'|'.join(named)})\s*{operator}" if named else rf"\w\s*{operator}\s*[\w(]"


def number(node: Any) -> Any | None:
    """The constant in `1 - x`, which stands where the user wrote it; None where the number has a name."""
    constants = (v.node() for v in _numbers(node) if v.node().kind() == "prim::Constant")
    return next((c for c in constants if re.match(_NUMBER, underlined(c.sourceRange()))), None)


def _numbers(node: Any) -> Iterator[Any]:
    """The numbers among the operands: `1 - x` is computed as `neg(x) + 1`, `1 / x` as `reciprocal(x) * 1`."""
    users = [use.user for value in node.outputs() for use in value.uses()] if node.kind() in _INVERSES else []
    for one in (node, *users):
        yield from (v for v in list(one.inputs())[:2] if "Tensor" not in str(v.type()))
