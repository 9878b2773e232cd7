"""A batch of matrices where an operation takes a single one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.edits import Replace
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Step
from whygrad.engine.operands.ranks import WrongRank
from whygrad.engine.refusals.sent_sizes import one_at_a_time

_PRODUCTS = frozenset({"mm", "bmm", "mv"})
"""Products of operands of a fixed number of dimensions."""

_OF_MATRICES = _PRODUCTS | {"t", "addmm", "addmv"}
"""Operations that take no batch."""


def of_a_batch(observation: Observation, step: Step, node: Node, wrong: WrongRank) -> Iterator[Fix]:
    """The product of each, where there is an operation that takes them all; else one of them sent at a time."""
    if node.bare_name in _OF_MATRICES and wrong.given == wrong.most + 1:
        yield from _each(observation, node)
        yield from one_at_a_time(observation, step, wrong.operand.tensor.shape[0])


def _each(observation: Observation, node: Node) -> Iterator[Fix]:
    source, roles = observation.source(node.id) or "", [a.name for a in node.arguments if a.type == "Tensor"]
    if node.bare_name in _PRODUCTS and len(roles) == 2:
        after, found = re.subn(rf"\b{node.name}(?=\()", "matmul", source)
        told, other = f"matmul in place of {node.name}", f"torch.matmul({', '.join(roles)})"
    elif node.name == "t":
        after, found = re.subn(r"\.t\(\)", ".transpose(-2, -1)", source)
        told, other = "transpose(-2, -1) in place of t()", "self.transpose(-2, -1)"
    else:
        return
    edit = Replace(node.id, other)
    yield Fix(f"{told}: it takes a batch of matrices", after=after if found == 1 else None, edits=(edit,))
