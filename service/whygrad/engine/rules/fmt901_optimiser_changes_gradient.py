"""torch's optimising executor gives another gradient than the program says.

What happened
-------------
TorchScript is rewritten before it runs: from the first call on, equal expressions are computed once; from the second
on, whole stretches are differentiated by formulas of the executor's own. Run as it is written, this program gives one
gradient; run as torch runs it, it gives another, or none, or NaN. The operation that is named is the one where the two
part: kept out of the executor's hands, the gradient is right again.

Why it matters
--------------
The model in Python trains, and so does the first call of the exported one. What is seen later (a loss that turns NaN
at the second step, a weight that stands still) cannot be found in the source, and goes away under a debugger.

How to fix it
-------------
Write the operation so that both agree. An expression that stands inside of `no_grad` and outside: compute it once, and
`detach()` it where it must be constant. A derivative that is infinite at the edge (`acos` at 1, `sqrt` and `log` at 0):
keep the argument away from the edge. `torch.std` of what is constant: `torch.sqrt(torch.var(x) + 1e-12)`.
`torch.min(a, b)` at ties: `torch.minimum(a, b)`. Where nothing else helps, train inside of
`with torch.jit.optimized_execution(False):`.

Not to be confused with
-----------------------
CUT102: the program as it is written computes everything without gradients. NUM602: the gradient is not finite
whoever runs it.

Example
-------
Shapes: 3
Loss: sum

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(3))

        def forward(self, x):
            with torch.no_grad():
                scale = torch.tanh(self.w)
            return x * torch.tanh(self.w) / scale

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(3))

        def forward(self, x):
            scale = torch.tanh(self.w).detach()
            return x * torch.tanh(self.w) / scale
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.finding import Finding, Link, Related, Severity, names
from whygrad.engine.gradients.executor import apart, executions, merged, remedies
from whygrad.engine.gradients.writes import unseen_changes
from whygrad.engine.observation import Departure, Observation, Parameter
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners, subject


@rule("FMT901", "optimiser-changes-gradient", "warning")
def optimiser_changes_gradient(observation: Observation) -> Iterator[Finding]:
    """A call as torch runs it whose gradients are not those of the program as it is written."""
    departure = observation.departure
    if departure is None or any(unseen_changes(observation)):  # each executor saves other tensors: IPL305 says it
        return
    lost = [p for p in observation.trainable if departure.error or p.name in departure.gradients]
    twins = merged(observation, departure)
    hidden = () if departure.hidden is None else (departure.hidden,)
    node = next(iter((*twins, *hidden, *departure.nodes)), None)
    fix, *others = remedies(observation, departure)
    yield Finding(
        title=f"{_since(departure)}torch's optimiser {_does(departure, lost)}",
        message=apart(observation, departure),
        node=node,
        event=next(iter(executions(observation, [node])), None) if node is not None else None,
        parameters=names(lost),
        severity=_severity(observation, departure, lost),
        order=len(observation.first.events),  # behind all that the program itself does wrong
        chain=tuple(_chain(observation, departure)),
        related=tuple(Related("the same expression, with gradients", other) for other in twins[1:]),
        fix=fix,
        other_fixes=tuple(others),
    )


def _does(departure: Departure, lost: Sequence[Parameter]) -> str:
    if departure.error is not None:
        return f"raises in {departure.error.stage}, and {subject(lost, 'gets')} no gradient"
    return f"gives {owners(lost)} {_given(departure)}"


def _given(departure: Departure) -> str:
    states = {gradient.state for gradient in departure.gradients.values()}
    if "non-finite" in states:
        return "a gradient that is not finite"
    if states == {"none"}:
        return "no gradient"
    return "a zero gradient" if states <= {"zero", "none"} else "another gradient"


def _since(departure: Departure) -> str:
    return f"from call {departure.call} on, " if departure.call > 1 else ""


def _severity(observation: Observation, departure: Departure, lost: Sequence[Parameter]) -> Severity:
    """An error where the step raises, numbers break, or nothing is left that learns."""
    states = {gradient.state for gradient in departure.gradients.values()}
    nothing = states <= {"zero", "none"} and len(lost) == len(observation.trainable)
    return "error" if departure.error is not None or "non-finite" in states or nothing else "warning"


def _chain(observation: Observation, departure: Departure) -> Iterator[Link]:
    yield Link("run as it is written, every operation by itself, the program gives the gradients that are listed")
    if departure.error is not None:
        said = departure.error.message.partition("\n")[0][:200]
        yield Link(f"run by the optimising executor, call {departure.call} raises in {departure.error.stage}: {said}")
    else:
        yield Link(f"run by the optimising executor, call {departure.call} gives {_given(departure)}")
    for number in departure.nodes:
        op = observation.nodes[number].op
        yield Link(f"with {op} kept out of the executor's hands, it gives the listed gradients again", number)
    if departure.hidden is not None:
        op = observation.nodes[departure.hidden].op
        yield Link(f"the derivative of {op} is not finite at these values", departure.hidden)
