"""Numbers of a trace that a parameter of a single number computed: which function of it, told by the number itself."""

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
_EXACT = 1000
"""A number that times this is whole may have been written, or be another's."""


@dataclass(frozen=True)
class Recorded:
    """A constant that is an `expression` over a parameter, `x`, and the first execution that reads it."""

    node: Node
    tensor: Tensor
    order: int
    user: Event
    parameter: Parameter
    expression: str


def recorded(observation: Observation, unread: list[Parameter], needed: frozenset[int]) -> Iterator[Recorded]:
    """The constants, among what the loss needs, that one of the parameters that nothing reads computed."""
    step = observation.first
    numbers = {p: p.look.number for p in unread if p.look is not None and p.look.number is not None}
    for event in step.events if numbers else ():
        node = observation.nodes[event.node]
        held = node.look.number if node.look is not None and event.outputs else None
        order = next((i for i in step.readers.get(event.outputs[0].id, ()) if i in needed), None) if held else None
        if held is None or order is None or float(held * _EXACT).is_integer():
            continue
        for parameter, number in numbers.items():
            expression = _expression(number, held)
            if expression is not None:
                yield Recorded(node, event.outputs[0], order, step.events[order], parameter, expression)
                break


def _expression(number: float, held: float) -> str | None:
    """What of a number gives the one that is held."""
    for expression, function in _FUNCTIONS.items():
        given = _given(function, number)
        for factor in _FACTORS if given else ():
            if isclose(held, factor * given, rel_tol=_RATIO):
                return expression if factor == 1.0 else f"({factor} * {expression})"
    return None


def _given(function: Callable[[float], float], number: float) -> float:
    """The result; 0 where there is none."""
    try:
        given = function(number)
    except (ValueError, OverflowError, ZeroDivisionError):
        return 0.0
    return given if isfinite(given) else 0.0
