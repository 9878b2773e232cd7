"""What torch's optimising executor made of a program where its gradients are not those of the program as written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from whygrad.engine.edits import Become, Edit, Leave, Replace, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.gradients.domains import ways_inside
from whygrad.engine.gradients.stops import no_grad_region
from whygrad.engine.gradients.twins import does_the_same
from whygrad.engine.observation import Departure, Event, Frame, Node, Observation
from whygrad.engine.wording.rewriting import assigned, rewritten, rooted
from whygrad.engine.wording.spelling import with_behind

_TIES = {"min": "minimum", "max": "maximum"}
"""Operations that the executor gives no gradient where their operands are equal, and those that it leaves alone."""

_TINY = "1e-12"

_WITHOUT = Fix(
    "run the training step without the optimising executor",
    before="",
    after="with torch.jit.optimized_execution(False):",
)


def merged(observation: Observation, departure: Departure) -> tuple[int, ...]:
    """An operation that was computed without gradients, then an equal one with them; empty where that is not it."""
    events = observation.first.events
    for event in events:
        if event.node in departure.nodes:
            equal = [e for e in events if _equal(observation, e, event) and e.grad_mode != event.grad_mode]
            pair = sorted([*equal[:1], event], key=lambda e: e.grad_mode)
            if equal:
                return tuple(e.node for e in pair)
    return ()


def apart(observation: Observation, departure: Departure) -> str:
    """Why the two part, in a sentence."""
    if merged(observation, departure):
        return (
            "The same expression stands here without gradients and elsewhere with them. The executor computes it once, "
            "and takes the one for both."
        )
    if departure.hidden is not None:
        return (
            "Its derivative is not finite at these values. As the program is written, what comes before it leaves that "
            "out where nothing was passed on; the executor's own formula multiplies it by zero, which is NaN."
        )
    gives = "raises" if departure.error is not None else "gives something else at these values"
    return f"The executor differentiates this by a formula of its own, which {gives}."


def remedies(observation: Observation, departure: Departure) -> list[Fix]:
    """What can be changed, the best first; the last is always to do without the executor."""
    found: list[Fix] = []
    twins = merged(observation, departure)
    if twins:
        found += _apart_by_detach(observation, twins[0])
    numbers = departure.nodes if departure.hidden is None else (departure.hidden,)
    spoilt = any(gradient.state == "non-finite" for gradient in departure.gradients.values())
    for event in [] if twins else executions(observation, numbers):
        node, line = observation.nodes[event.node], observation.place(event.node)
        inside = ways_inside(observation, node, event) if spoilt else []
        found += [*_throughout(observation, node, inside), *inside, *_another(node, line)]
    return [*found, _WITHOUT]


def _throughout(observation: Observation, node: Node, fixes: Sequence[Fix]) -> list[Fix]:
    """The same, made for all operations of that kind in the line: `sqrt(a) - sqrt(b)`, or that of each layer."""
    place = observation.place(node.id)
    others = [n for n in observation.nodes if n.op == node.op and n.id != node.id and n.id in observation.executed]
    there = [n.id for n in others if (line := observation.place(n.id)) and place and line.line == place.line]
    wraps = [(fix, [edit for edit in fix.edits if isinstance(edit, Wrap)]) for fix in fixes if there]
    return [
        replace(fix, edits=tuple(replace(edit, node=number) for number in (node.id, *there) for edit in own))
        for fix, own in wraps
        if len(own) == len(fix.edits)
    ]


def executions(observation: Observation, numbers: Collection[int]) -> list[Event]:
    """The first execution of each of those nodes."""
    first = {event.node: event for event in reversed(observation.first.events)}
    return [first[number] for number in numbers if number in first]


def _equal(observation: Observation, one: Event, other: Event) -> bool:
    """Whether two executions compute the same of the same tensors."""
    tensors = [sorted(t.id for t in event.tensors) for event in (one, other)]
    return one.node != other.node and tensors[0] == tensors[1] and does_the_same(observation, one, other)


def _apart_by_detach(observation: Observation, number: int) -> Iterator[Fix]:
    """Another expression than its twin: of operands that are detached; or computed with gradients, and detached."""
    (event,) = executions(observation, [number])
    node = observation.nodes[number]
    alive = [o.role for o in event.inputs if o.tensor.requires_grad]
    yield Fix(
        "detach what it is computed of, so that it is no longer the same expression",
        after=with_behind(observation, node, alive[0], ".detach()") if len(alive) == 1 else None,
        edits=tuple(Wrap(number, role, "x.detach()") for role in alive),
    )
    region = no_grad_region(observation, event)
    summary = "compute it outside of the region without gradients, and detach it where it must be constant"
    after = assigned(observation.source(number), ".detach()")
    yield Fix(summary, after=after, edits=_detached(observation, region) if region is not None else ())


def _detached(observation: Observation, region: Node) -> tuple[Edit, ...]:
    """Gradients are recorded in a region, and what leaves it is detached; nothing where a join takes it on."""
    inside = [n for n in observation.nodes if region.id in n.regions]
    made = {value for node in inside for value in node.outputs if node.op.startswith("aten::")}
    if observation.returns in made or any(source in made for n in observation.nodes for source, _ in n.joins):
        return ()
    outside = [n for n in observation.nodes if region.id not in n.regions]
    wraps = [Wrap(n.id, a.name, "x.detach()") for n in outside for a in n.arguments if a.value in made]
    tensors = all(a.type == "Tensor" for n in outside for a in n.arguments if a.value in made)
    return (Leave(region.id), *wraps) if wraps and tensors else ()


def _another(node: Node, line: Frame | None) -> list[Fix]:
    """Operations that mean the same, and that the executor does not differentiate by itself."""
    if node.bare_name in _TIES and node.argument("other") is not None and len(node.outputs) == 1:
        instead = _TIES[node.bare_name]
        after = rewritten(line, rf"\b{node.bare_name}\(", f"{instead}(")
        return [Fix(f"use torch.{instead}", after=after, edits=(Become(node.id, f"aten::{instead}"),))]
    if node.op == "aten::std":
        rest = "".join(f", {a.name}={a.name}" for a in node.arguments[1:])
        edit = Replace(node.id, f"torch.sqrt(torch.var(self{rest}) + {_TINY})")
        summary = f"take the root of the variance, a little more than zero: torch.sqrt(x.var() + {_TINY})"
        return [Fix(summary, before=line.source if line else None, after=rooted(line, _TINY), edits=(edit,))]
    return []
