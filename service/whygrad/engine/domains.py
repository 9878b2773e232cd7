"""Where an operation, or its derivative, is not finite, and what keeps its operand away from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Numbers
from whygrad.engine.rewriting import wrapped

_ROOM = {"float16": "1e-6"}
_EDGE = {"float16": "1e-3", "bfloat16": "1e-2"}


@dataclass(frozen=True)
class Edge:
    """The end of what an operation takes: where it is, in words, and the expression over `x` that stays inside.

    `tiny` and `margin` in an expression stand for what the type of the operand can still tell from zero, and from one.
    """

    role: str
    where: str
    expression: str


_FROM_ZERO = "{x}.clamp_min({tiny})"
_INSIDE_ONE = "{x}.clamp(-1 + {margin}, 1 - {margin})"
_NO_OVERFLOW = "{x}.clamp_max(80.0)"

EDGES: Mapping[str, Edge] = {
    "sqrt": Edge("self", "the slope of a square root is infinite at 0", "{x} + {tiny}"),
    "rsqrt": Edge("self", "one over a square root is infinite at 0", "{x} + {tiny}"),
    "pow": Edge(
        "self", "a power below one has an infinite slope at 0, and a negative one is infinite there", _FROM_ZERO
    ),
    "float_power": Edge("self", "a power below one has an infinite slope at 0", _FROM_ZERO),
    "log": Edge("self", "the logarithm of 0 is infinite, and so is its slope", _FROM_ZERO),
    "log2": Edge("self", "the logarithm of 0 is infinite, and so is its slope", _FROM_ZERO),
    "log10": Edge("self", "the logarithm of 0 is infinite, and so is its slope", _FROM_ZERO),
    "log1p": Edge("self", "log1p is infinite at -1", "{x}.clamp_min(-1 + {margin})"),
    "xlogy": Edge("other", "the logarithm of 0 is infinite, and so is its slope", _FROM_ZERO),
    "logit": Edge("self", "the logit of 0 and of 1 is infinite", "{x}.clamp({margin}, 1 - {margin})"),
    "acos": Edge("self", "the slope of acos is infinite at -1 and 1", _INSIDE_ONE),
    "asin": Edge("self", "the slope of asin is infinite at -1 and 1", _INSIDE_ONE),
    "arccos": Edge("self", "the slope of acos is infinite at -1 and 1", _INSIDE_ONE),
    "arcsin": Edge("self", "the slope of asin is infinite at -1 and 1", _INSIDE_ONE),
    "atanh": Edge("self", "atanh is infinite at -1 and 1", _INSIDE_ONE),
    "arctanh": Edge("self", "atanh is infinite at -1 and 1", _INSIDE_ONE),
    "erfinv": Edge("self", "erfinv is infinite at -1 and 1", _INSIDE_ONE),
    "acosh": Edge("self", "the slope of acosh is infinite at 1", "{x}.clamp_min(1 + {margin})"),
    "atan2": Edge("other", "atan2 has no slope where both of its arguments are 0", "{x} + {tiny}"),
    "arctan2": Edge("other", "atan2 has no slope where both of its arguments are 0", "{x} + {tiny}"),
    "div": Edge("other", "a division by 0 is not finite", "{x} + {tiny}"),
    "true_divide": Edge("other", "a division by 0 is not finite", "{x} + {tiny}"),
    "reciprocal": Edge("self", "one over 0 is infinite", "{x} + {tiny}"),
    "exp": Edge("self", "the exponential leaves the range of its type", _NO_OVERFLOW),
    "expm1": Edge("self", "the exponential leaves the range of its type", _NO_OVERFLOW),
    "sinh": Edge("self", "sinh leaves the range of its type", "{x}.clamp(-80.0, 80.0)"),
    "cosh": Edge("self", "cosh leaves the range of its type", "{x}.clamp(-80.0, 80.0)"),
}


def edge_of(node: Node) -> Edge | None:
    """Where an operation ends to be finite, if it is one that does."""
    return EDGES.get(node.bare_name)


def inside(node: Node, event: Event, source: str | None) -> Fix | None:
    """The change that keeps the operand inside; None where the operation is not one that has an end."""
    edge = edge_of(node)
    operand = event.input(edge.role) if edge is not None else None
    if edge is None or operand is None:
        return None
    expression = edge.expression
    if "{x} + {tiny}" in expression and operand.numbers is not None and operand.numbers.low < 0 and edge.role == "self":
        expression = _FROM_ZERO  # of what may be negative, a small amount more is not enough
    told = {"tiny": _ROOM.get(operand.dtype, "1e-12"), "margin": _EDGE.get(operand.dtype, "1e-6")}
    template = expression.format(x="{x}", **told)
    shown = expression.format(x="x", **told)
    return Fix(
        f"keep the {'divisor' if edge.role == 'other' and 'div' in node.name else 'operand'} of {node.bare_name} "
        f"away from there, before it is computed: {shown} in place of x",
        after=wrapped(source, node.bare_name, template),
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
