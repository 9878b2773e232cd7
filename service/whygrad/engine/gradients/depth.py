"""How a gradient changes on its way from the loss down to a parameter: by a little at each operation, or at one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, log10

from whygrad.engine.edits import Rescale
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.gradients.autopsy import VANISHED
from whygrad.engine.gradients.backward import Backward, kind
from whygrad.engine.gradients.nonfinite import close_step
from whygrad.engine.gradients.starving import starved_by
from whygrad.engine.gradients.weights import matrices
from whygrad.engine.observation import Event, Node, Observation, Parameter, Step, Tensor
from whygrad.engine.wording.phrases import counted, owners

_GAINS = (
    (2**0.5, "sqrt(2)", frozenset({"relu", "leaky_relu", "gelu", "silu", "elu"})),
    (5 / 3, "5/3", frozenset({"tanh"})),
)
"""By what an activation makes a signal smaller on average."""

ORDERS = 6.0
"""By how many orders of magnitude a gradient must change, the largest single change left out."""

TINY = 1e-2
"""A factor that is not larger was chosen so, even after some steps: it is none that chance has made small."""

LARGE = 1e6
"""A gradient that is smaller than this has not exploded, however much it grew."""


@dataclass(frozen=True)
class Drift:
    """A gradient that changes from layer to layer: the operation that does most of it, how often it stands on the way,
    by how many orders of magnitude it changes in all, and the parameters that it is no use to: those at the far end of
    the way, and those of such a size that are applied along it.

    `changes` are by how many each execution of its kind on the way changes it, by the indices of their events.
    """

    order: int
    event: Event
    node: Node
    times: int
    orders: float
    parameters: tuple[Parameter, ...]
    nodes: tuple[int, ...]
    changes: Mapping[int, float]


def vanishing(observation: Observation) -> Iterator[Drift]:
    """The way on which gradients shrink to nothing, and where nothing that learns lets them by in time."""
    step = close_step(observation)
    if step is None:
        return
    below = {p.name for found in starved_by(observation, "vanished") for p in found.parameters}
    small = [p for p in observation.trainable if p.name in below or _negligible(observation, p)]
    yield from (d for d in _drift(observation, step, small, sign=-1) if not _opens(observation, step, d))


def exploding(observation: Observation) -> Iterator[Drift]:
    """The way on which gradients grow beyond use."""
    step = close_step(observation)
    if step is None:
        return
    norms = {name: gradient.norm or 0.0 for name, gradient in observation.first.gradients.items()}
    large = [p for p in observation.trainable if norms.get(p.name, 0.0) > LARGE]
    yield from _drift(observation, step, sorted(large, key=lambda p: -norms[p.name]), sign=1)


def finding(drift: Drift, *, change: str, than_before: str, fixes: Sequence[Fix], so: str = "") -> Finding:
    """The finding of a gradient that `grows` and is `larger` than before, or the other way; `so` ends its chain."""
    name, lost = drift.node.bare_name, owners(drift.parameters)
    return Finding(
        title=f"the gradient {change} by {drift.orders:.0f} orders of magnitude on its way to {lost}",
        message=f"On this way it goes through {name} {counted(drift.times, 'time')}, and {change} at most of them.",
        node=drift.node.id,
        event=drift.event,
        order=drift.order,
        parameters=names(drift.parameters),
        chain=(
            Link("the gradient starts at the loss in an ordinary size"),
            Link(f"{name} makes it {than_before}, {counted(drift.times, 'time')} on this way", drift.node.id),
            Link(f"at {lost} it is {drift.orders:.0f} orders of magnitude {than_before}{so}"),
        ),
        fix=fixes[0],
        other_fixes=tuple(fixes[1:]),
    )


def scaled(observation: Observation) -> list[Fix]:
    """The weights with the spread that keeps a signal its size through what stands between them."""
    names = matrices(observation)
    used = {observation.nodes[e.node].bare_name for e in observation.first.events}
    gain, told = next(((g, t) for g, t, family in _GAINS if used & family), (1.0, "1"))
    words = (
        "initialise the weights for their width (nn.init.kaiming_normal_, nn.init.xavier_normal_): with a standard "
        f"deviation of {told} / sqrt(fan_in)"
    )
    orthogonal = (
        "initialise the weights with nn.init.orthogonal_, which keeps a signal its size however often it passes"
    )
    fixes = [Fix(words, edits=(Rescale(names, gain),)), Fix(orthogonal, edits=(Rescale(names, 1.0, orthogonal=True),))]
    return fixes if names else []


def _opens(observation: Observation, step: Step, drift: Drift) -> bool:
    """Whether it is tiny factors that make a gradient small, and all learn, as the scales of layers that are to begin
    as nothing do: once those next to the loss have grown, the others get a gradient too."""
    given = observation.first.gradients
    learning = {p.tensor: p.name in given and given[p.name].state == "ok" for p in observation.trainable}
    factors = {i: [t.id for t in step.events[i].tensors if t.id in learning and _is_tiny(t)] for i in drift.changes}
    theirs = sum(abs(change) for i, change in drift.changes.items() if factors[i])
    begins = any(learning[factor] for scaled_by in factors.values() for factor in scaled_by)
    return drift.node.bare_name == "mul" and begins and drift.orders - theirs < ORDERS


def _is_tiny(factor: Tensor) -> bool:
    return factor.numbers is not None and factor.numbers.magnitude <= TINY


def _negligible(observation: Observation, parameter: Parameter) -> bool:
    """Whether its gradient is next to the others' nothing, and yet not zero, in every step."""
    given = [s.gradients.get(parameter.name) for s in observation.steps if s.gradients]
    return bool(given) and all(g is not None and g.state == "zero" and g.norm for g in given)


def _drift(observation: Observation, step: Step, parameters: list[Parameter], sign: int) -> Iterator[Drift]:
    ways = _Ways(step, sign)
    changed = {p.name: ways.changes(p) for p in parameters}
    lost = [p for p in parameters if changed[p.name] >= ORDERS]
    if not lost:
        return
    worst = max(lost, key=lambda p: changed[p.name])
    changes = ways.by_kind(worst)
    most = max(changes.values(), key=lambda of_kind: sign * sum(c for _, c in of_kind))
    executed = {e: change for number, change in most if (e := step.functions[number].event) is not None}
    if not executed:
        return
    order = max(executed, key=lambda e: sign * executed[e])
    event = step.events[order]
    nodes = dict.fromkeys(step.events[e].node for e in executed)
    applied = {t.id for e in step.events if e.node in nodes for t in e.tensors}
    spoiled = tuple(p for p in parameters if p in lost or p.tensor in applied)
    orders = changed[worst.name]
    yield Drift(order, event, observation.nodes[event.node], len(most), orders, spoiled, tuple(nodes), executed)


@dataclass(frozen=True)
class _Climb:
    """By how many orders a gradient changes from the loss down to a function: in all, at most, and at least at once."""

    total: float = 0.0
    highest: float = -inf
    lowest: float = inf


class _Ways:
    """The strongest ways from parameters to the loss. Most share their last stretch, and each is walked once.

    Where gradients grow (`sign` is 1), the way of a parameter that is applied again and again is the one on which they
    grew the most: a share that is as large where they had not grown has large values to thank for it.
    """

    def __init__(self, step: Step, sign: int) -> None:
        self._backward = Backward(step)
        self._sign = sign
        self._known: dict[int, _Climb] = {}

    def changes(self, parameter: Parameter) -> float:
        """The orders of magnitude by which the gradient changes on the way down, without the largest single change."""
        first = self._first(parameter)
        climb = self._climbed(first) if first is not None else _Climb()
        largest = climb.highest if self._sign > 0 else -climb.lowest
        return self._sign * climb.total - largest if largest > -inf else 0.0

    def by_kind(self, parameter: Parameter) -> dict[str, list[tuple[int, float]]]:
        """The functions on the way with what they change, by the operations that they belong to."""
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        below = self._first(parameter)
        while below is not None and (above := self._backward.strongest(below)) is not None:
            found[kind(self._backward.functions[above])].append((above, self._change(below, above)))
            below = above
        return found

    def _first(self, parameter: Parameter) -> int | None:
        if self._sign > 0:
            return self._backward.hardest_hit(parameter.tensor)
        return self._backward.first(parameter.tensor)

    def _climbed(self, function: int) -> _Climb:
        way = [function]
        while way[-1] not in self._known and (above := self._backward.strongest(way[-1])) is not None:
            way.append(above)
        self._known.setdefault(way[-1], _Climb())
        for below, above in reversed(list(pairwise(way))):
            rest, change = self._known[above], self._change(below, above)
            self._known[below] = _Climb(rest.total + change, max(rest.highest, change), min(rest.lowest, change))
        return self._known[function]

    def _change(self, below: int, above: int) -> float:
        arrived, before = (max(self._backward.arrived(number), VANISHED) for number in (below, above))
        return log10(arrived / before)
