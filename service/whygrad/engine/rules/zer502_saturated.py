"""An activation or a clamp works where it is flat, for every number that it is given.

What happened
-------------
Outside its bounds a `clamp` is constant; far from zero `sigmoid` and `tanh` round to exactly 0 or 1, a softmax to one
winner; `grid_sample` reads nothing but its padding outside of the image, which lies between -1 and 1. There the
derivative is 0, and every number that the loss depends on lies there.

Why it matters
--------------
Nothing raises, and the parameters before it get a gradient of exactly zero. They cannot move back into the range
where they would learn.

How to fix it
-------------
Bring what goes in back into the range: scale it, normalise it, initialise smaller weights. Leave the last activation
to a loss that takes logits (`binary_cross_entropy_with_logits`, `cross_entropy`). Clamp after the loss was computed,
or use bounds that the values do not all exceed.

Not to be confused with
-----------------------
A ReLU that is never active is ZER505. Where only some of the numbers are in the flat part, the rest still learns,
and nothing is reported.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            return torch.clamp(self.score(x), 100.0, 200.0)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            return torch.clamp(self.score(x), -100.0, 200.0)
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log10

from whygrad.engine.edits import Give, Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.domains import seen
from whygrad.engine.gradients.starving import finding, starved_by
from whygrad.engine.observation import Numbers, Observation, Tensor
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import renumbered

_BOUNDED = frozenset(
    {"clamp", "clamp_min", "clamp_max", "hardtanh", "relu6", "maximum", "minimum", "max", "min", "clip"}
)
_ALONE = frozenset(
    {"clamp", "clamp_min", "clamp_max", "hardtanh", "relu6", "sigmoid", "tanh", "hardsigmoid", "logsigmoid", "erf",
     "softmax", "log_softmax", "exp", "expm1", "softplus", "elu", "gelu", "silu", "mish", "hardswish"}
)  # fmt: skip
"""Operations of one tensor, whose slope is largest where that is small."""

_SAMPLER = "grid_sampler"
_LOWER, _UPPER = ("min", "min_val"), ("max", "max_val")

_LEAST = 1e-300
"""Numbers that lie closer together, or further apart than its inverse, leave no room for a bound of few digits."""


@rule("ZER502", "saturated", "warning")
def saturated(observation: Observation) -> Iterator[Finding]:
    """Every activation that is flat for all that the loss depends on."""
    for found in starved_by(observation, "saturated"):
        yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, operand = found.node.bare_name, _operand(found)
    read = operand.numbers if operand is not None else None
    fixes = _fixes(observation, found)
    given = f", and of what it is given {seen(read)}" if read is not None else ""
    return finding(
        observation,
        found,
        why=f"{name} is flat for everything that it is given",
        message=f"Where {name} is flat its derivative is 0{given}.",
        chain=(
            *((Link(f"of what {name} is given {seen(read)}", found.node.id),) if read is not None else ()),
            Link(f"{name} is constant there: a gradient arrives, and 0 goes on"),
            Link(f"every element of the gradient of {owners(found.parameters)} is 0"),
        ),
        fix=fixes[0],
        other_fixes=fixes[1:],
    )


def _operand(found: Starved) -> Tensor | None:
    """What it is that is out of range: of a sampled image the positions."""
    return found.event.input("grid") or next(iter(found.event.tensors), None)


def _fixes(observation: Observation, found: Starved) -> list[Fix]:
    """What goes in is brought to where the operation has a slope: about zero, else between 0 and 1."""
    name, read = found.node.bare_name, _operand(found)
    if name == _SAMPLER:
        return [_from_pixels(found)]
    advice = f"normalise what goes into {name} (a norm before it, smaller weights), or use a loss on logits"
    if name in _BOUNDED:
        advice = f"scale what goes into {name}, or choose bounds that the values do not all exceed"
    if read is None or read.numbers is None or name not in _ALONE:
        return [Fix(advice)]
    middle, half = (read.numbers.high + read.numbers.low) / 2, (read.numbers.high - read.numbers.low) / 2 or 1.0
    bounds = _widened(observation, found, read.numbers, advice)
    centred = f"(x - {middle:.6g}) / {half:.6g}"
    return [*bounds, *(_scaled(found, advice, expression) for expression in (centred, f"({centred} + 1) / 2"))]


def _from_pixels(found: Starved) -> Fix:
    """Positions between the corners of an image, of such as count its pixels."""
    image = found.event.tensors[0].shape
    scaled = (f"x[..., {axis}] * {2 / max(1, size - 1)!r} - 1" for axis, size in enumerate(reversed(image[2:])))
    return Fix(
        "bring the positions to where the image is: it lies between -1 and 1 on each axis, the last size first; "
        "where x counts pixels, 2 * x / (size - 1) - 1",
        edits=(Wrap(found.node.id, "grid", f"torch.stack([{', '.join(scaled)}], dim=-1)"),),
    )


def _widened(observation: Observation, found: Starved, numbers: Numbers, advice: str) -> list[Fix]:
    """Bounds that the values do not all exceed, where they are written down."""
    room = 0.5 * (numbers.high - numbers.low or abs(numbers.high) or 1.0)
    if not _LEAST < room < 1 / _LEAST:
        return []
    source, edits = observation.source(found.node.id), []
    for names, wider, bound in ((_LOWER, min, numbers.low - room), (_UPPER, max, numbers.high + room)):
        argument = next((a for a in found.node.arguments if a.name in names and a.constant), None)
        was = argument.literal if argument is not None else None
        if argument is not None and isinstance(was, int | float) and wider(was, bound) != was:
            now = _outward(bound, room)
            source = renumbered(source, was, now)
            edits.append(Give(found.node.id, argument.name, now))
    told = ", ".join(f"{edit.argument}={edit.value:.15g}" for edit in edits)
    return [Fix(f"{advice}: {told}", after=source, edits=tuple(edits))] if edits else []


def _outward(bound: float, room: float) -> float:
    """A bound with as many digits as its room needs, further out."""
    unit = 10.0 ** floor(log10(room))
    return round((floor if bound < 0 else ceil)(bound / unit) * unit, 12)


def _scaled(found: Starved, advice: str, expression: str) -> Fix:
    return Fix(
        f"{advice}: tried with {expression} in place of x",
        edits=(Wrap(found.node.id, found.event.inputs[0].role, expression),),
    )
