"""A mask of all places in a row, for a tensor that has them in several dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands.stretching import Clash
from whygrad.engine.wording.phrases import sizes

_MASKS = frozenset({"bool", "uint8"})


def laid_out(node: Node, event: Event, wrong: Clash) -> Iterator[Fix]:
    """The mask in the dimensions of what it picks from, where it has as many places as the first of these."""
    into = event.input("self")
    for mask in (o for o in (wrong.first, wrong.second) if o is not None and _is_flat_mask(o)):
        shape = into.shape if into is not None else ()
        fitting = (shape[:rank] for rank in range(2, len(shape) + 1) if prod(shape[:rank]) == mask.tensor.elements)
        for places in fitting:
            call = f".view({', '.join(map(str, places))})"
            yield Fix(
                f"lay the mask out as what it picks from, {sizes(places)}: {call[1:]}",
                before="",
                edits=(Wrap(node.id, mask.role, f"x.reshape({list(places)})"),),
            )
            return


def _is_flat_mask(operand: Operand) -> bool:
    return operand.role.startswith("indices") and operand.tensor.dtype in _MASKS and len(operand.tensor.shape) == 1
