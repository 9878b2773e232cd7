"""Where an operation, or its derivative, is not finite, and what keeps its operand away from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from whygrad.engine.edits import Replace, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.gradients.written_out import in_one
from whygrad.engine.observation import Event, Node, Numbers, Observation
from whygrad.engine.operands import value
from whygrad.engine.wording.rewriting import wrapped

_TINY = "1e-12"
_ROOM = {"float16": "1e-6"}
_EDGE = {"float16": "1e-3", "bfloat16": "1e-2"}


@dataclass(frozen=True)
class Edge:
    """The end of what an operation takes: what that is, why it ends there, and the expression that stays inside.

    `tiny` and `margin` in an expression stand for what the type of the operand can still tell from zero, and from one.
    """

    role: str
    takes: str
    where: str
    expression: str


_MORE = "{x} + {tiny}"
_FROM_ZERO = "{x}.clamp_min({tiny})"
_AT_LEAST_ONE = "{x}.clamp_min(1)"  # of a count of what may not be there
_INSIDE_ONE = "{x}.clamp(-1 + {margin}, 1 - {margin})"
_NO_OVERFLOW = "{x}.clamp_max(80.0)"
_ABOVE_NOTHING = "{x}.clamp_min(-1e4)"
_OTHERWISE = {
    _FROM_ZERO: (_MORE,),
    _MORE: ("{x} + {margin}",),
    _INSIDE_ONE: ("{x} * (1 - {margin})",),
    _NO_OVERFLOW: ("{x}.clamp_max(20.0)",),
}
"""What also keeps inside where clamping would leave nothing that learns, as every number lies at the end, or so little
more than zero, or so much less than the end, not enough."""

_ONE = "numbers between -1 and 1"
_POSITIVE = "positive numbers"
_LOG = Edge("self", _POSITIVE, "the logarithm of 0 is infinite, and so is its slope", _FROM_ZERO)
_ARC = Edge("self", _ONE, "its slope is infinite at -1 and 1", _INSIDE_ONE)
_POWER = Edge(
    "self",
    _POSITIVE,
    "a power below one has an infinite slope at 0, and a fractional one of a negative number is NaN",
    _MORE,
)
_QUOTIENT = Edge("other", "a divisor that is not 0", "a division by 0 is not finite", _MORE)
_GROWTH = Edge("self", "numbers whose exponential its type can hold", "it leaves the range of its type", _NO_OVERFLOW)

EDGES: Mapping[str, Edge] = {
    "sqrt": Edge("self", "numbers from 0 on", "the slope of a square root is infinite at 0", _MORE),
    "rsqrt": Edge("self", _POSITIVE, "one over a square root is infinite at 0", _MORE),
    "pow": _POWER,
    "float_power": _POWER,
    "log": _LOG,
    "log2": _LOG,
    "log10": _LOG,
    "log1p": Edge("self", "numbers above -1", "log1p is infinite at -1", "{x}.clamp_min(-1 + {margin})"),
    "xlogy": Edge("other", _POSITIVE, "the logarithm of 0 is infinite, and so is its slope", _FROM_ZERO),
    "lgamma": Edge("self", _POSITIVE, "the gamma function is infinite at 0", _MORE),
    "digamma": Edge("self", _POSITIVE, "it is infinite at 0", _MORE),
    "logit": Edge("self", "numbers between 0 and 1", "it is infinite at 0 and 1", "{x}.clamp({margin}, 1 - {margin})"),
    "acos": _ARC,
    "asin": _ARC,
    "arccos": _ARC,
    "arcsin": _ARC,
    "atanh": Edge("self", _ONE, "it is infinite at -1 and 1", _INSIDE_ONE),
    "arctanh": Edge("self", _ONE, "it is infinite at -1 and 1", _INSIDE_ONE),
    "erfinv": Edge("self", _ONE, "it is infinite at -1 and 1", _INSIDE_ONE),
    "acosh": Edge("self", "numbers from 1 on", "its slope is infinite at 1", "{x}.clamp_min(1 + {margin})"),
    "div": _QUOTIENT,
    "true_divide": _QUOTIENT,
    "reciprocal": Edge("self", "numbers that are not 0", "one over 0 is infinite", _MORE),
    "logsumexp": Edge("self", "one finite number at least", "of -inf alone it has no slope", _ABOVE_NOTHING),
    "exp": _GROWTH,
    "expm1": _GROWTH,
    "sinh": _GROWTH,
    "cosh": _GROWTH,
}


def edge_of(node: Node, event: Event) -> Edge | None:
    """Where an operation ends to be finite, if it is one that does and its operands can have come there."""
    edge = EDGES.get(node.bare_name)
    if edge is _POWER and _is_whole(_number(node, event, "exponent")):
        return None
    return None if edge is _QUOTIENT and _is_clear_of_zero(node, event) else edge


def _is_whole(exponent: float | None) -> bool:
    """Whether a power is finite, and has a finite slope, wherever its type can hold the result."""
    return exponent is not None and exponent >= 1 and exponent == int(exponent)


def _is_clear_of_zero(node: Node, event: Event) -> bool:
    """Whether a divisor is known to be no zero, and not so small either that it is like one."""
    number, divisor = _number(node, event, "other"), event.input("other")
    if divisor is None or divisor.numbers is None:
        return number is not None and number != 0
    tiny = float(_ROOM.get(divisor.dtype, _TINY))
    return divisor.numbers.finite and (divisor.numbers.low > tiny or divisor.numbers.high < -tiny)


def _number(node: Node, event: Event, name: str) -> float | None:
    """A number that an operation was given; None where that is a tensor, or not known."""
    given = value(node, event, name)
    return float(given) if isinstance(given, int | float) and event.input(name) is None else None


def ways_inside(observation: Observation, node: Node, event: Event) -> list[Fix]:
    """The changes that keep the operand inside, the best first."""
    return [*in_one(observation, node), *_clear_of_the_edge(observation, node, event)]


def _clear_of_the_edge(observation: Observation, node: Node, event: Event) -> list[Fix]:
    edge, source = edge_of(node, event), observation.source(node.id)
    operand = event.input(edge.role) if edge is not None else None
    if edge is None or operand is None:
        return []
    negative = operand.numbers is not None and operand.numbers.low < 0
    expressions = [edge.expression, *_OTHERWISE.get(edge.expression, ())]
    if edge is _QUOTIENT and not operand.floating:
        expressions = [_AT_LEAST_ONE]
    if negative and edge.role == "self" and edge.expression == _MORE:
        expressions = [_FROM_ZERO]  # of what may be negative, a small amount more is not enough
    told = {"tiny": _ROOM.get(operand.dtype, _TINY), "margin": _EDGE.get(operand.dtype, "1e-6")}
    inside = [_kept_inside(node, edge, expression, told, source) for expression in expressions]
    return [*inside, *_with_its_sign(node)] if negative and edge is _POWER else inside


def _with_its_sign(node: Node) -> list[Fix]:
    """A fractional power of what may be negative, where all of it is."""
    if node.argument("exponent") is None:
        return []
    signed = f"torch.sign(self) * (self.abs() + {_TINY}) ** exponent"
    return [
        Fix(
            "take the power of the magnitude, and the sign beside it: sign(x) * (abs(x) + 1e-12) ** p",
            edits=(Replace(node.id, signed),),
        )
    ]


def _kept_inside(node: Node, edge: Edge, expression: str, told: Mapping[str, str], source: str | None) -> Fix:
    shown = expression.format(x="x", **told)
    what = "what it divides by" if edge.role == "other" and "div" in node.name else f"what {node.bare_name} is given"
    return Fix(
        f"keep {what} away from there, before it is computed: {shown} in place of x",
        after=wrapped(source, node.bare_name, expression.format(x="{x}", **told)),
        edits=(Wrap(node.id, edge.role, shown),),
    )


def seen(numbers: Numbers | None) -> str:
    """What numbers an operand holds, as far as that matters: `24 of 36 are exactly 0`."""
    if numbers is None or not numbers.elements:
        return ""
    if numbers.nan or numbers.infinite:
        return f"{numbers.nan + numbers.infinite} of {numbers.elements} are not finite"
    if numbers.zero:
        return f"{numbers.zero} of {numbers.elements} are exactly 0"
    if numbers.low == numbers.high:
        return f"all {numbers.elements} are exactly {numbers.low:.9g}"
    return f"all {numbers.elements} are between {numbers.low:.9g} and {numbers.high:.9g}"
