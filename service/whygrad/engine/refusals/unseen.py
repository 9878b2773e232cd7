"""Which operation raised where no tensor passed it: lists, dicts, numbers and optional values."""

from __future__ import annotations

import re

from whygrad.engine.observation import Node, Observation, Step

_RAISING = (
    (r"index out of range", ("aten::__getitem__", "aten::_set_item", "aten::pop", "aten::Delete", "aten::insert")),
    (r"[Dd]ivision|divide|modulo", ("aten::floordiv", "aten::div", "aten::remainder", "aten::fmod", "aten::divmod")),
    (r"null optional", ("aten::_unwrap_optional", "prim::unchecked_unwrap_optional")),
    (r"pop from empty list", ("aten::pop",)),
    (r"[Cc]ould not convert|invalid literal|stoi|stof", ("aten::Int", "aten::Float")),
    (r"not in list", ("aten::index", "aten::remove")),
)


def unseen_node(observation: Observation, step: Step, message: str) -> Node | None:
    """The first operation after the last one seen that can raise those words; None where there is none."""
    last = step.events[-1].node if step.events else -1
    return next((n for n in observation.nodes[last + 1 :] if _raises(n, message)), None)


def _raises(node: Node, message: str) -> bool:
    types = [a.type for a in node.arguments]
    if "Tensor" in types:
        return False
    named = next((ops for words, ops in _RAISING if re.search(words, message)), None)
    if named is None:  # a dict that lacks a key says the key alone
        return node.op == "aten::__getitem__" and types[0].startswith("Dict")
    return node.op in named
