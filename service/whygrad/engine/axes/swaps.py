"""How axes should have moved where a view regrouped them, and the user's line with that move in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten

_CALL = rf"\.(?:view|reshape)\(({ARGUMENTS})\)"


@dataclass(frozen=True)
class Swap:
    """How the axes should have moved: the operand seen as `sizes`, then put into `order`, then seen as the result."""

    sizes: tuple[int, ...]
    order: tuple[int, ...]

    @property
    def pair(self) -> tuple[int, int] | None:
        """The two axes that change places, where no other moves."""
        moved = [i for i, o in enumerate(self.order) if i != o]
        return (moved[0], moved[1]) if len(moved) == 2 else None

    @property
    def result(self) -> tuple[int, ...]:
        """The sizes after the move."""
        return tuple(self.sizes[o] for o in self.order)


def moving(swap: Swap, before: Sequence[int], after: Sequence[int]) -> str:
    """What is called on an operand of one shape to give another with the axes moved, every size written out."""
    seen_as = f".reshape({list(swap.sizes)})" if swap.sizes != before else ""
    return f"{seen_as}{_move(swap)}" + (f".reshape({list(after)})" if swap.result != after else "")


def with_move(source: str | None, swap: Swap, before: Sequence[int], after: Sequence[int]) -> str | None:
    """The user's line with the move in it; None where it has several views, or one that is not written so."""
    calls = re.findall(_CALL, source or "")
    if len(calls) != 1:
        return None
    move, given = _move(swap), re.findall(r"(?:[^,()]|\([^()]*\))+", calls[0])
    if swap.sizes == before:
        kept = "" if swap.result == after else rf".reshape({calls[0]})"
        return rewritten(source, _CALL, lambda _: move + kept)
    lying = as_it_lies(source, swap, after)
    return lying and rewritten(source, _CALL, lambda _: f".view({_row(given, swap)}){move}")


def reordered(source: str | None, order: Sequence[int]) -> str | None:
    """The user's line with the sizes of its one view in another order."""
    calls = re.findall(_CALL, source or "")
    given = re.findall(r"(?:[^,()]|\([^()]*\))+", calls[0]) if len(calls) == 1 else []
    if len(given) != len(order):
        return None
    row = ", ".join(given[o].strip() for o in order)
    return rewritten(source, r"(\.(?:view|reshape))\(" + ARGUMENTS + r"\)", lambda m: f"{m[1]}({row})")


def as_it_lies(source: str | None, swap: Swap, after: Sequence[int]) -> str | None:
    """The user's line with the sizes of its one view in the order in which the numbers lie, and nothing moved."""
    calls = re.findall(_CALL, source or "")
    given = re.findall(r"(?:[^,()]|\([^()]*\))+", calls[0]) if len(calls) == 1 else []
    if swap.result != after or len(given) != len(after):
        return None
    return rewritten(source, _CALL, lambda _: f".view({_row(given, swap)})")


def _row(given: Sequence[str], swap: Swap) -> str:
    """The sizes that a view is given in the order in which the numbers lie."""
    return ", ".join(given[swap.order.index(i)].strip() for i in range(len(given)))


def _move(swap: Swap) -> str:
    """The call that moves the axes."""
    name, axes = ("transpose", swap.pair) if swap.pair else ("permute", swap.order)
    return f".{name}({', '.join(map(str, axes))})"
