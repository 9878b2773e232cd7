"""Constants of a trace that stand where a value was computed, and those of which the number itself tells which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import cos, exp, isclose, isfinite, log, log1p, sin, sqrt, tan, tanh

from whygrad.engine.observation import Event, Node, Observation, Parameter, Tensor

_RATIO = 3e-7
"""How far two numbers of single precision are apart that were to be equal, in proportion."""

_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "x": float,
    "x.exp()": exp,
    "(-x).exp()": lambda x: exp(-x),
    "(2 * x).exp()": lambda x: exp(2 * x),
    "(x / 2).exp()": lambda x: exp(x / 2),
    "x.sigmoid()": lambda x: 1 / (1 + exp(-x)),
    "x.tanh()": tanh,
    "(x.exp() + 1).log()": lambda x: log1p(exp(x)),
    "x.square()": lambda x: x * x,
    "(1 / x)": lambda x: 1 / x,
    "(1 / x.square())": lambda x: 1 / (x * x),
    "x.sqrt()": sqrt,
    "x.log()": log,
    "x.tan()": tan,
    "(x / 2).tan()": lambda x: tan(x / 2),
    "x.sin()": sin,
    "x.cos()": cos,
}
"""What is made of a learnt number before it is used, by the expression for an edit."""

_FACTORS = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 4.0, 0.25)
_DIGITS = 4
"""A number of so few digits may have been written; of single precision it is no more exact than that."""
_MOST = 32
"""So many parameters are tried: each number is held against what all of them may give."""


@dataclass(frozen=True)
class Baked:
    """A constant that holds what was computed while the program was recorded, and the parameters that computed it.

    `order` and `user` are the first execution that reads it, `last` is the node whose result it was computed from,
    where that has the same number of elements. `expression` gives it of its only parameter, `x`, where that is known.
    """

    node: Node
    tensor: Tensor
    order: int
    user: Event
    parameters: tuple[Parameter, ...]
    last: int | None = None
    expression: str = ""


def recorded(observation: Observation, unread: list[Parameter], needed: frozenset[int]) -> Iterator[Baked]:
    """The constants, among what the loss needs, that one of the parameters that nothing reads computed.

    Nothing is told where two of them give it as plainly.
    """
    step = observation.first
    numbers = {p: p.look.number for p in unread[:_MOST] if p.look is not None and p.look.number is not None}
    numbers = {p: n for p, n in numbers.items() if n < 0 or not float(2 * n).is_integer()}  # 2 gives sqrt(2), 0 log(2)
    for event in step.events if numbers else ():
        node = observation.nodes[event.node]
        held = node.look.number if node.look is not None and event.outputs else None
        order = next((i for i in step.readers.get(event.outputs[0].id, ()) if i in needed), None) if held else None
        if held is None or order is None or _may_be_written(held, event.outputs[0].dtype):
            continue
        found = sorted((rank, p.name, p) for p, number in numbers.items() if (rank := _rank(number, held)) is not None)
        if found and [rank for rank, _, _ in found].count(found[0][0]) == 1:
            rank, _, parameter = found[0]
            user = step.events[order]
            yield Baked(node, event.outputs[0], order, user, (parameter,), expression=_expression(rank))


def _may_be_written(held: float, dtype: str) -> bool:
    """Whether somebody may have written a number: in double precision with its own digits, in single with few."""
    short = float(f"{held:.{_DIGITS}g}")
    return held == short if dtype == "float64" else isclose(held, short, rel_tol=_RATIO)


def _rank(number: float, held: float) -> tuple[int, int] | None:
    """The plainest factor, and function of a number, that give the one that is held."""
    given = [_given(function, number) for function in _FUNCTIONS.values()]
    ways = ((f, place) for f in range(len(_FACTORS)) for place in range(len(given)) if given[place])
    return next((way for way in ways if isclose(_FACTORS[way[0]] * given[way[1]], held, rel_tol=_RATIO)), None)


def _expression(rank: tuple[int, int]) -> str:
    factor, place = rank
    expression = list(_FUNCTIONS)[place]
    return expression if factor == 0 else f"({_FACTORS[factor]} * {expression})"


def _given(function: Callable[[float], float], number: float) -> float:
    """The result; 0 where there is none."""
    try:
        given = function(number)
    except (ValueError, OverflowError, ZeroDivisionError):
        return 0.0
    return given if isfinite(given) else 0.0
