"""The two numbers that differ, where a shape stops fitting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from whygrad.engine.observation import Event, Node
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.dividing import misfit
from whygrad.engine.operands.indexing import misplaced
from whygrad.engine.operands.joining import unjoinable
from whygrad.engine.operands.norms import unlike_norm
from whygrad.engine.operands.products import mismatch
from whygrad.engine.operands.ranks import MANY, wrong_rank
from whygrad.engine.operands.recurrent import recurrent
from whygrad.engine.operands.stretching import clash
from whygrad.engine.operands.targets import compared


@dataclass(frozen=True)
class Sizes:
    """What an operand gives and what is taken, in the unit `of`; `role` is the operand's, `against` the other's."""

    given: int
    taken: int
    of: str
    role: str
    against: str | None = None


def sizes(node: Node, event: Event) -> Sizes | None:
    """The two numbers of an execution that differ; None where no two sizes are at odds."""
    return next((found for look in _LOOKS if (found := look(node, event)) is not None), None)


def _product(node: Node, event: Event) -> Sizes | None:
    wrong = mismatch(node, event)
    if wrong is None:
        return None
    return Sizes(wrong.given, wrong.wanted, "features", wrong.left.role, wrong.right.role)


def _channels(node: Node, event: Event) -> Sizes | None:
    found = convolution(node, event)
    if found is None or not found.fits_rank or found.given == found.wanted:
        return None
    return Sizes(found.given, found.wanted, "channels", "input", "weight")


def _norm(node: Node, event: Event) -> Sizes | None:
    wrong = unlike_norm(node, event)
    if wrong is None or wrong.groups is not None:
        return None
    return _differing(
        wrong.given, wrong.wanted, "features", wrong.input.role, wrong.held[0].role if wrong.held else None
    )


def _recurrent(node: Node, event: Event) -> Sizes | None:
    found = recurrent(node, event)
    if found is None:
        return None
    if found.given != found.features:
        return Sizes(found.given, found.features, "features", found.input.role, found.first.role)
    place = found.odd_state
    if place is None:
        return None
    state = found.states[place]
    return _differing(state.tensor.shape, found.expected(place), "sizes of the state", state.role, found.input.role)


def _join(node: Node, event: Event) -> Sizes | None:
    wrong = unjoinable(node, event)
    if wrong is None or wrong.first is None or wrong.second is None:
        return None
    one, other = wrong.first.tensor.shape, wrong.second.tensor.shape
    if wrong.axis is None:
        return Sizes(len(other), len(one), "dimensions", wrong.second.role, wrong.first.role)
    return Sizes(other[wrong.axis], one[wrong.axis], "size", wrong.second.role, wrong.first.role)


def _division(node: Node, event: Event) -> Sizes | None:
    wrong = misfit(node, event)
    if wrong is None:
        return None
    known = prod(size for size in wrong.asked if size != -1)
    return Sizes(wrong.available, known, "elements", wrong.operand.role)


def _rank(node: Node, event: Event) -> Sizes | None:
    wrong = wrong_rank(node, event)
    if wrong is None:
        return None
    taken = wrong.least if wrong.given < wrong.least or wrong.most >= MANY else wrong.most
    return Sizes(wrong.given, taken, "dimensions", wrong.operand.role) if taken != wrong.given else None


def _index(node: Node, event: Event) -> Sizes | None:
    wrong = misplaced(node, event)
    if wrong is None:
        return None
    place = wrong.greatest if wrong.greatest >= wrong.size else wrong.least
    table = None if wrong.table is None else wrong.table.role
    return Sizes(place, wrong.size, "index", wrong.index.role if wrong.index else "index", table)


def _target(node: Node, event: Event) -> Sizes | None:
    found = compared(node, event)
    if found is None or found.fits:
        return None
    return _differing(found.target.tensor.shape, found.places, "size", found.target.role, found.input.role)


def _stretch(node: Node, event: Event) -> Sizes | None:
    wrong = clash(node, event)
    if wrong is None:
        return None
    given, taken = wrong.sizes
    return Sizes(given, taken, "size", wrong.first.role, wrong.second.role if wrong.second else None)


def _differing(given: Sequence[int], taken: Sequence[int], of: str, role: str, against: str | None) -> Sizes | None:
    """The first two sizes that differ, or the numbers of dimensions where those do."""
    if len(given) != len(taken):
        return Sizes(len(given), len(taken), "dimensions", role, against)
    return next((Sizes(a, b, of, role, against) for a, b in zip(given, taken, strict=True) if a != b), None)


_LOOKS: tuple[Callable[[Node, Event], Sizes | None], ...] = (
    _target, _join, _division, _recurrent, _rank, _index, _norm, _product, _channels, _stretch,
)  # fmt: skip
"""In the order in which causes are tried: what is wrong in two ways is told in the first."""
