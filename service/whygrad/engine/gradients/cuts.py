"""Why parameters got no gradient: where the way to the loss was cut.

Each parameter is put down to one cause. Values that merely select others (an index, a mask) are followed only
where nothing else explains the loss of the gradient: an `argmax` beside a detached path is not the culprit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush

from whygrad.engine.edits import Edit, Keep, Leave, Reconnect, Replace
from whygrad.engine.finding import Finding, Fix, Link, Related, Severity, names
from whygrad.engine.gradients.aside import estimated, stands_aside, taught
from whygrad.engine.gradients.flow import DETACHING, Cut, Flow
from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.gradients.stops import (
    Cause,
    Place,
    cause_of,
    flow,
    fresh_leaf,
    no_grad_region,
    selecting_flow,
    standing,
)
from whygrad.engine.observation import Event, Node, Observation, Parameter, Tensor
from whygrad.engine.wording.phrases import subject
from whygrad.engine.wording.rewriting import undetached, unless_idle

REBUILDERS = frozenset(
    f"aten::{name}" for name in ("tensor", "as_tensor", "scalar_tensor", "full", "full_like", "new_full", "fill_")
)


@dataclass(frozen=True)
class Severed:
    """A place where gradients end, the parameters that it costs theirs, and the other cuts on their ways.

    `source` is the execution that took numbers out, or lost the history, where `event` is the one that built a
    tensor of them, or made a leaf of it. `part` says which part, where the rest of them gets a gradient.
    """

    order: int
    event: Event
    node: Node
    cause: Cause
    parameters: tuple[Parameter, ...]
    others: tuple[Node, ...] = ()
    source: Event | None = None
    part: str = ""

    @property
    def lost(self) -> Tensor | None:
        """The tensor that was alive before the cut."""
        tensors = (self.source or self.event).tensors
        return next((t for t in tensors if t.requires_grad), None)


@lru_cache(maxsize=8)
def severed(observation: Observation) -> tuple[Severed, ...]:
    """Every cut that costs a parameter its gradient, in the order of execution, each with its parameters."""
    lost = [(parameter, cuts) for parameter in observation.missing if (cuts := _on_its_ways(observation, parameter))]
    if not lost:
        return ()
    places = standing(observation)
    chosen = {place: rank for rank, place in enumerate(_fewest(observation, [cuts for _, cuts in lost]))}
    found: dict[Place, list[tuple[Cut, Parameter, list[Cut]]]] = defaultdict(list)
    for parameter, cuts in lost:
        at = min((places[c] for c in cuts if places[c] in chosen), key=chosen.__getitem__)
        cut = next(c for c in cuts if places[c] == at)
        found[at].append((cut, parameter, [c for c in cuts if c is not cut]))
    return tuple(sorted((_severed(observation, f) for f in found.values()), key=lambda s: s.order))


def _fewest(observation: Observation, each: Sequence[list[Cut]]) -> list[Place]:
    """The fewest places at which a cut of every list stands: those first that cannot be meant, then the earliest."""
    at = standing(observation)
    sets = [{at[cut] for cut in cuts} for cuts in each]
    several = dict.fromkeys(cut for cuts, places in zip(each, sets, strict=True) if len(places) > 1 for cut in cuts)
    live = {at[c] for c in several if not (_chosen(observation, c) and _meant(observation, c))}
    order = {at[cut]: cut.event for cuts in reversed(each) for cut in reversed(cuts)}
    idle = _idle(observation, sorted(several, key=lambda cut: cut.event))
    return _covering(sets, {place: (place not in live, (-idle.get(place, 0), order[place])) for place in order})


def _covering(sets: Sequence[set[Place]], ranks: Mapping[Place, tuple[bool, tuple[int, int]]]) -> list[Place]:
    """Places of which every set has one: each time one that cannot be meant, in the most sets, or the first."""
    left = Counter(place for each in sets for place in each)
    having: dict[Place, list[int]] = defaultdict(list)
    for number, each in enumerate(sets):
        for place in each:
            having[place].append(number)
    waiting = [(meant, -left[place], first, place) for place, (meant, first) in ranks.items()]
    heapify(waiting)
    chosen, covered = list[Place](), set[int]()
    while waiting:
        meant, count, first, place = heappop(waiting)
        if left[place] != -count:  # some of its sets have been covered since
            heappush(waiting, (meant, -left[place], first, place))
        elif count:
            chosen.append(place)
            fresh = set(having[place]) - covered
            covered |= fresh
            left.subtract(other for number in fresh for other in sets[number])
    return chosen


def _idle(observation: Observation, several: Iterable[Cut]) -> dict[Place, int]:
    """Which values nobody would detach: 2 where no layer learns from it, 1 where its layers have learnt from another.

    A discriminator learns from what is generated without teaching the generator; where it is given that again, it is
    the generator that is to learn.
    """
    ways, at, learning, found = flow(observation), standing(observation), 0, dict[Place, int]()
    for cut in (c for c in several if _chosen(observation, c) and not _of_an_estimate(observation, c)):
        bits = taught(observation, ways, cut)
        found.setdefault(at[cut], int(bool(bits & learning)) if bits else 2)
        learning |= bits
    return found


def _chosen(observation: Observation, cut: Cut) -> bool:
    """Whether somebody asked for a value without its history, which an operation without a derivative gives too."""
    return cause_of(observation, cut) in ("detached", "no-grad")


def _meant(observation: Observation, cut: Cut) -> bool:
    """Whether a value without its history is a target, or keeps the gradient from one way of an estimate."""
    return _of_an_estimate(observation, cut) or stands_aside(observation, cut)


def _of_an_estimate(observation: Observation, cut: Cut) -> bool:
    return estimated(observation, observation.first.events[cut.event].tensors, cut.dead) is not None


def _on_its_ways(observation: Observation, parameter: Parameter) -> list[Cut]:
    """The cuts that keep a gradient from a parameter; those of what only selects where there are no others."""
    both = (_costing(observation, ways, parameter) for ways in (flow(observation), selecting_flow(observation)))
    return next((cuts for cuts in both if cuts), [])


def _costing(observation: Observation, ways: Flow, parameter: Parameter) -> list[Cut]:
    """The cuts that keep a gradient from a parameter, without those that another one on every way makes idle.

    A straight-through estimate detaches a term beside a path that is alive: where both are cut behind it, that is why.
    """
    cuts = ways.costing(parameter)
    if len(cuts) < 2:
        return list(cuts)
    places, last = standing(observation), _last(observation, ways)
    return [c for c in cuts if places[c] in last] or list(cuts)


@lru_cache(maxsize=8)
def _last(observation: Observation, ways: Flow) -> frozenset[Place]:
    """The places behind which no other cut stands on the way to the loss."""
    places = standing(observation)
    return frozenset(places[c] for c in ways.relevant if c.event in ways.last_cuts)


def severed_at(observation: Observation, cut: Cut) -> Severed:
    """A cut with the parameters whose value it takes the history of, whether or not it costs them their gradient."""
    return _severed(observation, [(cut, p, []) for p in flow(observation).parameters(cut.parameters)])


def place(observation: Observation, cut: Severed) -> Node:
    """The operation to change: where gradients are switched off, or else where they end."""
    region = no_grad_region(observation, cut.event) if cut.cause == "no-grad" else None
    return region or cut.node


def cut_by(observation: Observation, cause: Cause) -> Iterator[Severed]:
    """The cuts of one cause that cost a parameter its gradient."""
    return (cut for cut in severed(observation) if cut.cause == cause)


def finding(
    observation: Observation, cut: Severed, *, why: str, message: str, chain: Sequence[Link], fix: Fix
) -> Finding:
    """The finding of a cut; `why` ends the sentence `encoder gets no gradient: …`."""
    return Finding(
        title=f"{_who(cut)} no gradient: {why}",
        message=message,
        node=_written(observation, cut),
        event=cut.event,
        order=cut.order,
        parameters=names(cut.parameters),
        severity=severity(observation),
        related=tuple(Related("also cut here", other.id) for other in cut.others),
        chain=tuple(chain),
        fix=fix,
        other_fixes=tuple(_elsewhere(observation, other) for other in cut.others),
    )


def _written(observation: Observation, cut: Severed) -> int:
    """The operation to point at: of one that torch put in itself, the one that the user wrote before it."""
    before = cut.source.node if cut.source is not None else cut.node.id
    return cut.node.id if observation.place(cut.node.id) is not None else before


def _who(cut: Severed) -> str:
    """What goes without a gradient, as a subject with its verb."""
    if cut.part:
        return f"{cut.part} {'gets' if cut.part.startswith('1 ') else 'get'}"
    return subject(cut.parameters, "gets")


def _elsewhere(observation: Observation, node: Node) -> Fix:
    """The change at another cut on the ways to the loss: where there are several ways, that one may be the shorter."""
    place = observation.place(node.id)
    where = f", in line {place.line}" if place else ""
    if node.op in DETACHING:
        edits: tuple[Edit, ...] = (Replace(node.id, "self"),)
        line, after = (place.source if place else None) or "", unless_idle(place, undetached(place))
        return Fix(f"let the gradient through at the other {node.name}{where}", line, after, edits)
    edits = (Leave(node.id),) if node.op in ("prim::Enter", "aten::set_grad_enabled") else ()
    return Fix(f"compute the other way to the loss with gradients{where}", before="", edits=edits)


def reconnected(observation: Observation, cut: Severed) -> tuple[Edit, ...]:
    """The edit by which a tensor that was rebuilt from numbers is the one that they were taken from.

    Where a number itself goes on, or several were put together, each stays a tensor.
    """
    source = cut.source or cut.event
    taken = observation.nodes[source.node]
    if taken.op not in TAKERS or not source.inputs:
        return ()
    whole = cut.source is not None and cut.event.outputs
    if whole and source.tensors[0].elements == cut.event.outputs[0].elements:
        return (Reconnect(cut.node.id, taken.id, taken.arguments[0].name),)
    return (Keep(taken.id),)


def everything_lost(observation: Observation) -> bool:
    """Whether no parameter that wants a gradient gets one: the step teaches nothing, or raises."""
    return len(observation.missing) == len(observation.trainable)


def severity(observation: Observation) -> Severity:
    """How bad a lost gradient is: an error where no parameter gets any."""
    return "error" if everything_lost(observation) else "warning"


def _severed(observation: Observation, group: Sequence[tuple[Cut, Parameter, list[Cut]]]) -> Severed:
    events = observation.first.events
    cut = min((c for c, _, _ in group), key=lambda c: c.event)
    order, source = cut.event, None
    user, leaf = flow(observation).users.get(cut.event), fresh_leaf(observation, cut)
    if leaf is not None:
        order, source = leaf, events[cut.event]
    elif user is not None and observation.nodes[events[user].node].op in REBUILDERS:
        order, source = user, events[cut.event]
    elsewhere = {events[c.event].node for _, _, rest in group for c in rest} - {events[cut.event].node}
    return Severed(
        order=order,
        event=events[order],
        node=observation.nodes[events[order].node],
        cause=cause_of(observation, cut),
        parameters=tuple(p for _, p, _ in group),
        others=tuple(observation.nodes[n] for n in sorted(elsewhere)),
        source=source,
    )
