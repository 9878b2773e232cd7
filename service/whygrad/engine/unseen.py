"""Which operation raised where no tensor passed it: lists, dicts, numbers and optional values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.observation import Node, Observation, Step

_RAISING = (
    (r"index out of range", ("aten::__getitem__", "aten::_set_item", "aten::pop", "aten::Delete", "aten::insert")),
    (r"KeyError|[Kk]ey", ("aten::__getitem__", "aten::pop", "aten::Delete")),
    (r"[Dd]ivision|divide|modulo", ("aten::floordiv", "aten::div", "aten::remainder", "aten::fmod", "aten::divmod")),
    (r"null optional", ("aten::_unwrap_optional", "prim::unchecked_unwrap_optional")),
    (r"pop from empty list", ("aten::pop",)),
    (r"[Cc]ould not convert|invalid literal|stoi|stof", ("aten::Int", "aten::Float")),
    (r"not in list", ("aten::index", "aten::remove")),
)


def unseen_node(observation: Observation, step: Step, message: str) -> Node | None:
    """The first operation after the last one seen that can raise those words; None where there is none."""
    ops = next((ops for words, ops in _RAISING if re.search(words, message)), ())
    last = step.events[-1].node if step.events else -1
    return next(_candidates(observation.nodes[last + 1 :], ops), None)


def _candidates(nodes: tuple[Node, ...], ops: tuple[str, ...]) -> Iterator[Node]:
    return (n for n in nodes if n.op in ops and not any(a.type == "Tensor" for a in n.arguments))
