"""The words for what becomes of a gradient, the most telling first: of several, that is the one to be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

State = Literal["non-finite", "cut", "none", "zero", "flows", "not-run", "frozen", "data"]

STATES: tuple[State, ...] = ("non-finite", "cut", "none", "zero", "flows", "not-run", "frozen", "data")
"""Of an operation and of what goes between two.

`cut`: it ends here. `none`: it should arrive and does not, behind a cut or before it. `frozen`: only frozen parameters
are behind it. `data`: none is wanted. `not-run`: no backward came so far.
"""

OF_PARAMETERS = tuple("ok" if state == "flows" else state for state in STATES if state not in ("cut", "data"))
"""Of a parameter: `ok` where it arrives."""


def worst(states: Iterable[State]) -> State:
    """The most telling of several, `data` of none."""
    return min(states, key=STATES.index, default="data")


def worst_parameter(states: Iterable[str]) -> str:
    """The most telling of the states of several parameters, `not-run` of none."""
    return min(states, key=OF_PARAMETERS.index, default="not-run")
