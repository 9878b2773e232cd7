"""A parameter is never read by the forward.

What happened
-------------
The parameter is registered in the module, but no operation of this forward reads it. It keeps `grad=None`.

Why it matters
--------------
It is never trained, a checkpoint carries it along, and DistributedDataParallel stops with "Expected to have
finished reduction in the prior iteration".

How to fix it
-------------
Use the layer in the forward, or remove it. Where it belongs to a branch that this input does not take, that is
meant: name it in `expect_frozen`.

Not to be confused with
-----------------------
PAR204 is read, but its result is not used. The CUT codes are used, and cut off on the way to the loss.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 10)
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 10)
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(self.encoder(x))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from whygrad.engine.edits import Freeze
from whygrad.engine.facts import Frame
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.gradients.cuts import everything_lost, severity
from whygrad.engine.gradients.rejoining import Place, called_in_its_stead
from whygrad.engine.gradients.unreached import unreached, waits_for_data
from whygrad.engine.observation import Node, Observation, Parameter
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import subject
from whygrad.engine.wording.rewriting import renamed

_RECORDED = (
    " This is a trace: of an if it holds the branch that its example took, and numbers that are read while it is "
    "recorded (.item(), .tolist(), float()) are constants in it."
)

_WRITTEN = 10
"""The most characters of a number that somebody wrote: float() of a parameter gives more digits."""


@rule("PAR203", "unused", "warning")
def unused(observation: Observation) -> Iterator[Finding]:
    """The parameters that no operation reads."""
    silent = [p for group in unreached(observation) if group.event is None for p in group.parameters]
    if not silent or observation.opaque or observation.first.unlisted:
        return
    if everything_lost(observation) and len(silent) < len(observation.missing):
        return
    waiting = [p for p in silent if waits_for_data(observation, p)]
    if waiting:
        yield _not_this_time(waiting)
    silent = [p for p in silent if p not in waiting]
    if silent:
        yield _never(observation, silent)


def _not_this_time(waiting: Sequence[Parameter]) -> Finding:
    return Finding(
        title=f"{subject(waiting, 'is')} not used by these inputs",
        message="It is read in a branch that depends on the data, which took another way.",
        parameters=names(waiting),
        severity="note",
    )


def _never(observation: Observation, silent: Sequence[Parameter]) -> Finding:
    fixes = _fixes(observation, silent)
    what = "it" if len(silent) == 1 else f"its {len(silent)} parameters"
    recorded = _RECORDED if _is_trace(observation) else ""
    return Finding(
        title=f"{subject(silent, 'is', observation.parameters)} never used",
        message=f"No operation of the forward reads {what}.{recorded}",
        parameters=names(silent),
        severity=severity(observation),
        chain=tuple(Link(f"{name} is registered, wants a gradient, and keeps grad=None") for name in names(silent)[:8]),
        fix=fixes[0],
        other_fixes=tuple(fixes[1:]),
    )


def _is_trace(observation: Observation) -> bool:
    return observation.traced and not observation.exported


def _may_be_constant(observation: Observation, silent: Sequence[Parameter]) -> bool:
    """Whether a trace may hold numbers of parameters as constants, of which it does not show where they came from.

    It does not where it holds no tensor and no number that nobody wrote: 1.0 is written, and may be a parameter too.
    """
    single = any(prod(parameter.shape) == 1 for parameter in silent)
    return single or any(map(_holds_numbers, observation.nodes))


def _holds_numbers(node: Node) -> bool:
    given = (a.literal for a in node.arguments if a.constant)
    return node.look is not None or any(isinstance(n, float) and len(repr(n)) > _WRITTEN for n in given)


def _fixes(observation: Observation, silent: Sequence[Parameter]) -> list[Fix]:
    """The call that was meant for it, where that is evident; else without it, which shows that nothing needs it."""
    each = "it" if len(silent) == 1 else "them"
    others = len(observation.trainable) > len(silent)  # without them a step would have nothing to train
    removed = Fix(
        f"take {each} out, in __init__ and wherever else a line names {each}, for nothing needs {each}; or call {each} "
        "in the forward, if that was forgotten",
        edits=(Freeze(names(silent)),) if others else (),
    )
    if _is_trace(observation):
        tensors = "it as a tensor" if len(silent) == 1 else "them as tensors"
        told = f"use {tensors} in the forward, not as numbers; where no line reads {each}, take {each} out"
        removed = Fix(told, edits=() if _may_be_constant(observation, silent) else removed.edits)
    places = called_in_its_stead(observation, silent)
    return [*([_called(observation, places)] if places else []), removed]


def _called(observation: Observation, places: Sequence[Place]) -> Fix:
    first, *others = places
    line = _line(observation, first)
    return Fix(
        f"call {', '.join(p.name for p in places)} where {first.instead_of} is called once more than it should be",
        before=line.source if line else None,
        after=renamed(line, _attribute(first.instead_of), _attribute(first.name)) if line and not others else None,
        edits=tuple(edit for place in places for edit in place.edits),
    )


def _line(observation: Observation, place: Place) -> Frame | None:
    """The user's line of a call, where the layer stands in it."""
    lines = [frame for frame in observation.stack(place.node) if not frame.library and frame.source]
    return next((line for line in reversed(lines) if renamed(line, _attribute(place.instead_of), "")), None)


def _attribute(path: str) -> str:
    """The name of a layer in a line: `norm1`, `layers[0]`."""
    owner, _, name = path.rpartition(".")
    return f"{owner.rpartition('.')[2]}[{name}]" if name.isdigit() else name
