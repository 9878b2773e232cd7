"""A NaN that a where, a mask or nan_to_num hides in the forward comes back through the gradient.

What happened
-------------
An operation is computed for every position, also for those where its result is thrown away afterwards: a square
root of negative numbers in the branch of a `where` that is not taken, zero times minus infinity that `nan_to_num`
repairs. The forward is fine. Backward sends a gradient of zero to the positions that were thrown away, and the
operation multiplies it with its slope there, which is NaN or infinite: zero times infinity is NaN.

Why it matters
--------------
The loss looks fine, and the first update turns every weight behind that operation into NaN.

How to fix it
-------------
Make the *input* safe before the operation, not its output afterwards: `sqrt(x.clamp_min(eps))`, or a second `where`
in front, `sqrt(where(mask, x, 1.0))`. For `p * log(p)` use `torch.special.entr(p)` or `torch.xlogy(p, p)`.

Not to be confused with
-----------------------
NUM602 has no hidden position: the slope is infinite where the result is used. Where NaN reaches the loss it is NUM601.

Example
-------
Shapes: 5x4
Loss: sum

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 3)

        def forward(self, x):
            t = self.fc(x)
            return torch.where(t > 0, torch.sqrt(t), t)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 3)

        def forward(self, x):
            t = self.fc(x)
            return torch.where(t > 0, torch.sqrt(t.clamp_min(1e-6)), t)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.gradients.domains import edge_of, seen, ways_inside
from whygrad.engine.gradients.finite import all_divided
from whygrad.engine.gradients.nonfinite import Spoiler, close_step, finding, spoiled_gradients
from whygrad.engine.gradients.unchosen import safe_argument
from whygrad.engine.observation import Node, Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import subject


@rule("NUM603", "masked-nan", "error")
def masked_nan(observation: Observation) -> Iterator[Finding]:
    """Every operation that spoils a gradient at positions which a later one throws away."""
    branches: dict[object, list[Spoiler]] = defaultdict(list)
    for spoiler in spoiled_gradients(observation):
        if spoiler.hider is not None:
            branches[_branch(observation, spoiler, spoiler.hider)].append(spoiler)
    for first, *others in branches.values():
        lost = {p.name for spoiler in (first, *others) for p in spoiler.parameters}
        parameters = tuple(p for p in observation.trainable if p.name in lost)
        yield _finding(observation, replace(first, parameters=parameters), others)


def _branch(observation: Observation, spoiler: Spoiler, hider: Node) -> object:
    """What those share that one change makes safe: it is for a whole branch, of which each makes a part NaN."""
    safe = _safe(observation, spoiler, hider) if spoiler.spreads is not None else []
    return safe[0].edits if safe else spoiler.order


def _finding(observation: Observation, spoiler: Spoiler, others: Sequence[Spoiler]) -> Finding:
    hider = spoiler.hider or spoiler.node
    name, hiding, edge = spoiler.node.bare_name, hider.bare_name, edge_of(spoiler.node, spoiler.event)
    fixes = _fixes(observation, spoiler, hider)
    operand = seen(spoiler.operand(edge.role)) if edge else ""
    made = seen(spoiler.result.numbers) if spoiler.result and spoiler.spoils_forward else ""
    first = f"of the results of {name}, {made}" if made else f"of what {name} is given, {operand}"
    spread = spoiler.spreads.bare_name if spoiler.spreads is not None else name
    slope = "a slope that is not finite" if spoiler.spreads is None else "what it was given of that"
    return finding(
        spoiler,
        title=f"{subject(spoiler.parameters, 'gets')} NaN as gradient: {hiding} hides what {name} does only in forward",
        message=f"{hiding} throws those positions away, and in backward {spread} multiplies a gradient of zero with "
        f"{slope}: NaN.",
        related=(Related("hidden here", hider.id), *(Related("here too", other.node.id) for other in others)),
        chain=(
            *((Link(first, spoiler.node.id),) if made or operand else ()),
            Link(f"{hiding} puts other numbers in their place, so that the loss is finite", hider.id),
            Link(
                f"backward sends them a gradient of zero, and {spread} makes NaN of it",
                spoiler.spreads.id if spoiler.spreads is not None else None,
            ),
        ),
        fixes=fixes or [_otherwise(spoiler)],
    )


def _fixes(observation: Observation, spoiler: Spoiler, hider: Node) -> list[Fix]:
    """A safe argument of the operation, or of its whole branch; of that first where more of the branch is spoilt."""
    inside, safe = ways_inside(observation, spoiler.node, spoiler.event), _safe(observation, spoiler, hider)
    shown = any(fix.after for fix in safe) and not any(fix.after for fix in inside)
    around = [*safe, *inside] if spoiler.spreads is not None or shown else [*inside, *safe]
    return [*all_divided(observation, spoiler), *around]


def _safe(observation: Observation, spoiler: Spoiler, hider: Node) -> list[Fix]:
    step = close_step(observation)
    return safe_argument(observation, step, spoiler.order, hider) if step is not None else []


def _otherwise(spoiler: Spoiler) -> Fix:
    """Of a product with infinity: fill that before it is multiplied."""
    node = spoiler.node
    infinite = [o.role for o in spoiler.event.inputs if o.tensor.numbers is not None and o.tensor.numbers.infinite]
    edits = tuple(Wrap(node.id, role, "x.masked_fill(torch.isinf(x), 0.0)") for role in infinite)
    if not edits:
        return Fix(f"make what {node.bare_name} is given safe before it is computed, at the positions not used")
    return Fix(f"fill the infinite positions before {node.bare_name}: x.masked_fill(torch.isinf(x), 0.0)", edits=edits)
