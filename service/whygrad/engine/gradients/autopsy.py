"""Of what a gradient died, where an execution passed on none of what had arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from whygrad.engine.facts import Edge, Function
from whygrad.engine.gradients.backward import Backward, Dead, Joint, kind
from whygrad.engine.gradients.derivatives import (
    ADDING,
    BEST,
    ELEMENTWISE,
    FITTED,
    FLAT,
    JOINING,
    MASKS,
    NORMS,
    PICKING,
    RECTIFIERS,
    SOFTMAXES,
    STEPS,
    VIEWS,
)
from whygrad.engine.gradients.shares import Shares
from whygrad.engine.gradients.shifting import only_shifts
from whygrad.engine.gradients.twins import twins
from whygrad.engine.gradients.zero_sources import (
    BLANKING,
    CENTRING,
    FLATTENING,
    NORMALISING,
    RECTIFYING,
    STEPPING,
    ZeroSources,
    by_chance,
    operand_behind,
    over_one,
    reduces_one,
    thresholds,
)
from whygrad.engine.observation import Event, Node, Observation, Parameter, Step
from whygrad.engine.operands import value

Cause = Literal[
    "step", "saturated", "single", "invariant", "dead", "stuck", "masked", "vanished", "underflow", "unknown"
]

_WEAK: Mapping[Cause, int] = {"masked": 1, "unknown": 2}
"""The causes that give way to others, the weakest last."""

VANISHED = 1e-30
"""A gradient that arrives smaller than this died of many small slopes, not of the last."""

LEAST = {"float16": 2.0**-24}
"""The smallest number above zero that a type holds."""

_NEAREST = 1


@dataclass(frozen=True)
class Starved:
    """An execution that passes on no gradient, why, and the parameters that go without because of it.

    `function` is torch's name of the derivative; `arriving` the magnitude of what reached it. `factor` is the
    parameter whose zeros it was multiplied with; `ends` is where the gradient ends, where that is behind: zeros that
    this execution made were multiplied with there.
    """

    order: int
    event: Event
    node: Node
    cause: Cause
    function: str
    arriving: float
    parameters: tuple[Parameter, ...]
    factor: Parameter | None = None
    ends: Node | None = None


class Autopsy:
    """Finds out, for one step, where the gradients of those that starve died, and of what."""

    def __init__(self, observation: Observation, step: Step, starving: Sequence[Parameter], rounding: float) -> None:
        self._observation = observation
        self._step = step
        self._starving = {parameter.tensor for parameter in starving}
        self._backward = Backward(step, rounding=rounding)
        self._sources = ZeroSources(observation, step)
        self._shares = Shares(observation, step)
        self._joined: dict[tuple[int | None, int | None], tuple[int, Cause] | None] = {}

    def of(self, parameter: Parameter) -> Starved | None:
        """What keeps the gradient of a parameter at zero; None where that is as it should be, or not known.

        What one use leaves out, as the zeros that a recurrence begins with do, tells less than what others die of.
        """
        found = [self._judged(parameter, dead) for dead in self._backward.deaths(parameter.tensor)]
        told = [f for f in found if f is not None]
        return min(told, key=lambda s: (_WEAK.get(s.cause, 0), s.order)) if told else None

    def _judged(self, parameter: Parameter, dead: Dead) -> Starved | None:
        function = self._step.functions[dead.function]
        order = function.event
        if order is None or dead.how == "not-finite" or self._is_harmless(parameter, dead):
            return None
        if dead.how == "cancelled":
            return self._cancelled(parameter, dead)
        if self._direct(parameter, dead) and self._only_shifts(function):
            return self._starved(order, "invariant", dead, parameter)
        named = kind(function)
        if named in FITTED and (whence := self._fits_anyway(order, parameter)) is not None:
            return self._starved(whence, "invariant", dead, parameter)
        if named in JOINING:
            return self._left_out(parameter, dead, order)
        cause = self._by_name(named, order, dead)
        if cause is not None:
            return self._starved(order, cause, dead, parameter)
        return self._multiplied(parameter, dead, order, named)

    def _starved(
        self, order: int, cause: Cause, dead: Dead, parameter: Parameter, factor: Parameter | None = None
    ) -> Starved:
        event = self._step.events[order]
        function = kind(self._step.functions[dead.function])
        arriving = self._backward.arrived(dead.function)
        node = self._observation.nodes[event.node]
        return Starved(order, event, node, cause, function, arriving, (parameter,), factor)

    def _is_harmless(self, parameter: Parameter, dead: Dead) -> bool:
        """Whether that is as it should be: a fit that is perfect, a batch of which nothing was selected, or a bias.

        What is merely added shifts everything alike, and may well change nothing; not so where the weight beside it
        changes nothing either, or where a softmax alone reads the sum.
        """
        function = self._step.functions[dead.function]
        gave, named = function.edges[dead.edge].gave, kind(function)
        if dead.edge in ADDING.get(named, ()) and self._direct(parameter, dead):
            return not self._does_nothing(function, dead)
        order = function.event
        fitted = named in FITTED and (order is None or self._fits_anyway(order, parameter) is None)
        return dead.how == "flat" and (fitted or (gave is not None and not gave.elements))

    def _fits_anyway(self, order: int, parameter: Parameter) -> int | None:
        """The execution by which a fit is perfect whatever goes in: it compares what is alike, or a sum of shares."""
        event = self._step.events[order]
        alike = twins(self._observation, self._sources, event) is not None
        return order if alike else self._shares.summed_in(event, parameter)

    def _does_nothing(self, function: Function, dead: Dead) -> bool:
        """Whether what is added was to do more than shift: beside its weight, or by itself, as nothing but a shift."""
        return self._only_shifts(function) or (dead.how == "cancelled" and self._weight_cancelled(function, dead))

    def _only_shifts(self, function: Function) -> bool:
        order = function.event
        return order is not None and only_shifts(
            self._observation, self._observation.nodes[self._step.events[order].node]
        )

    def _weight_cancelled(self, function: Function, dead: Dead) -> bool:
        """Whether a parameter that what comes in is multiplied with got something there, and starves all the same."""
        others = (place for place in range(len(function.edges)) if place not in ADDING[kind(function)])
        return any(
            self._leaf(function.edges[place]) in self._starving and self._backward.gives(dead.function, place)
            for place in others
        )

    def _direct(self, parameter: Parameter, dead: Dead) -> bool:
        """Whether the operand is the parameter itself, or another look at it."""
        return self._leaf(self._step.functions[dead.function].edges[dead.edge]) == parameter.tensor

    def _leaf(self, edge: Edge) -> int | None:
        """The parameter or input that an edge leads to, if need be by other looks at it."""
        while edge.function is not None:
            function = self._step.functions[edge.function]
            if kind(function) not in VIEWS:
                return None
            edge = function.edges[0]
        return edge.leaf

    def _by_name(self, named: str, order: int, dead: Dead) -> Cause | None:
        """The cause, where the operation alone tells it."""
        event = self._step.events[order]
        if self._backward.arrived(dead.function) < VANISHED:
            return "vanished"
        if named == "Mean" and self._underflows(event, dead):
            return "underflow"
        if named in STEPS or self._rounds(event):
            return "step"
        if named in SOFTMAXES | NORMS or named.startswith("ScaledDotProduct"):
            return None if self._sources.factors(event) else self._normalised(named, event)
        if named in RECTIFIERS or (named in FLAT and self._observation.nodes[event.node].bare_name == "relu6"):
            return "dead"
        if named in FLAT:
            return "saturated"
        if named in MASKS:
            return "step" if thresholds(self._observation, self._step, event) else "masked"
        return None

    def _underflows(self, event: Event, dead: Dead) -> bool:
        """Whether the share of each element in a mean is less than its type holds."""
        given, made = event.tensors[0], event.outputs[0]
        share = self._backward.arrived(dead.function) * made.elements / max(given.elements, 1)
        return share < LEAST.get(given.dtype, 0.0)

    def _rounds(self, event: Event) -> bool:
        node = self._observation.nodes[event.node]
        return value(node, event, "rounding_mode") is not None or value(node, event, "interpolation_mode") == _NEAREST

    def _normalised(self, named: str, event: Event) -> Cause:
        node = self._observation.nodes[event.node]
        if over_one(node, event):
            return "single"
        results = event.outputs[0].numbers if event.outputs else None
        settled = results is not None and (results.low, results.high) == (0.0, 1.0)
        return "saturated" if named in SOFTMAXES and settled and self._is_exact else "invariant"

    @property
    def _is_exact(self) -> bool:
        return self._backward.rounding == 0.0

    def _multiplied(self, parameter: Parameter, dead: Dead, order: int, named: str) -> Starved | None:
        """Of a product: whence the zeros are that the gradient was multiplied with."""
        event, direct = self._step.events[order], self._direct(parameter, dead)
        factors = self._sources.factors(event, operand_behind(event, named, dead.edge, parameter if direct else None))
        if not factors:
            return self._without_factor(parameter, dead, order, named)
        source = self._sources.of(factors[0])
        if source.event is not None:
            made = self._starved(source.event, self._zeroing(source.event), dead, parameter)
            return replace(made, ends=self._observation.nodes[event.node])
        if source.parameter is not None:
            moves = source.parameter.requires_grad and not self._gets_nothing(source.parameter)
            return None if moves else self._starved(order, "stuck", dead, parameter, source.parameter)
        harmless = source.chance or direct or self._sources.begins_a_recurrence(factors[0])
        return None if harmless else self._starved(order, "masked", dead, parameter)

    def _left_out(self, parameter: Parameter, dead: Dead, order: int) -> Starved | None:
        """What was joined with others and is never picked; None where another time it may be."""
        for above in self._backward.above(dead.function):
            function = self._step.functions[above]
            if kind(function) in BEST:
                return None
            if kind(function) in PICKING and function.event is not None and self._leaves(function.event):
                settled = self._sources.is_settled(self._step.events[function.event])
                return self._starved(function.event, "masked", dead, parameter) if settled else None
            if kind(function) not in VIEWS:
                break
        return self._starved(order, "unknown", dead, parameter)

    def _leaves(self, order: int) -> bool:
        """Whether an execution gives other than all elements of what it was given."""
        event = self._step.events[order]
        return [t.elements for t in event.outputs] != [t.elements for t in event.tensors[:1]]

    def _without_factor(self, parameter: Parameter, dead: Dead, order: int, named: str) -> Starved | None:
        if not self._is_exact:
            return self._starved(order, "invariant", dead, parameter)
        if by_chance(self._observation.nodes[self._step.events[order].node], self._step.events[order]):
            return None
        return self._starved(order, "masked" if named in ELEMENTWISE else "unknown", dead, parameter)

    def _zeroing(self, order: int) -> Cause:
        name = self._observation.nodes[self._step.events[order].node].bare_name
        families: tuple[tuple[frozenset[str], Cause], ...] = (
            (RECTIFYING, "dead"), (FLATTENING, "saturated"), (STEPPING, "step"), (BLANKING, "masked"),
            (CENTRING | NORMALISING, "single"),
        )  # fmt: skip
        return next((cause for family, cause in families if name in family), "unknown")

    def _gets_nothing(self, parameter: Parameter) -> bool:
        gradient = self._step.gradients.get(parameter.name)
        return gradient is None or gradient.norm == 0.0 or gradient.state == "none"

    def _cancelled(self, parameter: Parameter, dead: Dead) -> Starved | None:
        """Contributions to one target that come to nothing together: what joins them is looked for once."""
        edge = self._step.functions[dead.function].edges[dead.edge]
        target = (edge.function, edge.leaf)
        if target not in self._joined:
            self._joined[target] = self._joining(self._backward.joint(dead))
        joining = self._joined[target]
        return self._starved(*joining, dead, parameter) if joining is not None else None

    def _joining(self, joint: Joint) -> tuple[int, Cause] | None:
        """The execution that joined what cancels, and why it does: it is a norm over one element, or shifts alike."""
        if not joint.events:
            return None
        between = (self._step.events[order] for order in joint.events)
        single = any(reduces_one(self._observation.nodes[e.node], e) for e in between)
        return joint.events[-1], "single" if single else "invariant"
