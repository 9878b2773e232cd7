"""What the loss is the sum of: terms that a gradient can flow into, and terms that only shift its value.

The sum is walked back from the loss, through additions and through what scales or averages them. Where a dead term
belongs to an identity of values, as in `soft + (hard - soft).detach()`, nothing is said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, reduce
from math import isclose, isnan, nan
from operator import or_

from whygrad.engine.gradients.behind import Start, results
from whygrad.engine.gradients.cuts import Severed, place, severed, severed_at
from whygrad.engine.gradients.differentiating import without_graph
from whygrad.engine.gradients.flow import DETACHING, Cut, Flow
from whygrad.engine.gradients.stops import cause_of, flow, selecting_flow
from whygrad.engine.observation import Event, Node, Observation, Parameter, Tensor
from whygrad.engine.operations import SCALING

_MOST_TERMS = 64
"""So many terms are looked at: what each comes of is a walk through the program."""

_ADDING = frozenset({"add", "sub"})
_COLLECTING = frozenset({"stack", "cat", "concat", "hstack"})
_DELIBERATE = frozenset({"detached", "no-grad", "rebuilt", "fresh leaf"})
_NEGATING = frozenset({"neg", "rsub"})
_KEEPING = _NEGATING | frozenset(
    {"mean", "sum", "view", "reshape", "squeeze", "unsqueeze", "flatten", "to", "float", "double"}
    | {"half", "clone", "contiguous", "alias", "type_as", "nan_to_num", "requires_grad"}
)


@dataclass(frozen=True)
class DeadTerm:
    """A term without a gradient beside one that has: where it is added, and the cuts that took its history.

    The first of `cuts` is the one to change. `parameters` go without what it would add to their gradient. It is `meant`
    where the user detached the term as a whole, and gave it no weight of its own: it is shown. `taken` are the
    operations that took it out of tensors, where it is added as a number.
    """

    addition: Node
    cuts: tuple[Severed, ...]
    parameters: tuple[Parameter, ...]
    meant: bool
    taken: tuple[Node, ...] = ()

    @property
    def cut(self) -> Severed:
        """The cut to change."""
        return self.cuts[0]


@dataclass(frozen=True)
class _Part:
    """A tensor in the sum, or numbers taken out of tensors, as they were before an execution, and what adds them.

    `weight` is what they are multiplied by on their way into the loss, NaN where that is not known; `factors` are the
    tensors among that.
    """

    before: int
    addition: int
    tensors: tuple[Tensor, ...]
    numbers: frozenset[int] = frozenset()
    weight: float = 1.0
    factors: frozenset[int] = frozenset()

    @property
    def start(self) -> Start:
        """Where a walk back from it begins."""
        return Start(self.tensors, self.numbers, self.before)


@lru_cache(maxsize=8)
def dead_terms(observation: Observation) -> tuple[DeadTerm, ...]:
    """The terms of the loss that train nothing, though parameters computed them; each cut of the program once.

    Not those behind a cut that costs a parameter its gradient: that is told of the cut.
    """
    total = summed(observation)
    if not total.live or total.identity:
        return ()
    told = {place(observation, cut).id for cut in severed(observation)}
    found: dict[int, DeadTerm] = {}
    for part in total.dead[:_MOST_TERMS]:
        term = total.term(part)
        if term is not None and not told & {place(observation, cut).id for cut in term.cuts}:
            number = place(observation, term.cut).id
            known = found.setdefault(number, term)
            every = tuple(dict.fromkeys((*known.parameters, *term.parameters)))
            found[number] = replace(known, parameters=every, meant=known.meant and term.meant)
    return tuple(found.values())


@lru_cache(maxsize=8)
def summed(observation: Observation) -> Sum:
    """The loss of the first step as a sum."""
    return Sum(observation)


class Sum:
    """The loss of the first step as a sum, its live and its dead parts."""

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
        self.events = observation.first.events
        self.ways: Flow = flow(observation)
        self.live: list[_Part] = []
        self.dead: list[_Part] = []
        self._makers: dict[int, list[int]] = defaultdict(list)
        for index, event in enumerate(self.events):
            for tensor in results(event, self._node(event)) if event.completed else ():
                self._makers[tensor.id].append(index)
        self._walk()

    @property
    def identity(self) -> bool:
        """Whether a dead part is made of a live one, so that only their values cancel; its gradient is none of that."""
        live = {t.id for part in self.live for t in part.tensors}
        gradients = {i for i, event in enumerate(self.events) if without_graph(self._node(event))}
        return not live.isdisjoint(self._behind(self.dead, gradients)[1])

    def term(self, part: _Part) -> DeadTerm | None:
        """A dead part with the cuts that took its history; None where it is no term, or no parameter computed it."""
        cuts = self.cuts(part)
        if not cuts or not part.weight or self._fixed_side(part, cuts) or self._taken_back(part):
            return None
        last = max(cuts, key=lambda cut: cut.event)
        leading = self._leading(last) if len(cuts) > 1 else frozenset()
        own = [c for c in cuts if c.event not in leading]
        beside = {self.events[c.event].node: c for c in own}
        beside.pop(self.events[last.event].node)
        return DeadTerm(
            addition=self._node(self.events[part.addition]),
            cuts=tuple(severed_at(self.observation, cut) for cut in (last, *beside.values())),
            parameters=tuple(self.ways.parameters(reduce(or_, (c.parameters for c in own)))),
            meant=self._shown(part),
            taken=tuple(self.observation.givers[value] for value in sorted(part.numbers)),
        )

    def _fixed_side(self, part: _Part, cuts: Sequence[Cut]) -> bool:
        """Whether a part is the side of a difference that is held fixed: by a detach, and not by an operation."""
        meant = all(cause_of(self.observation, cut) in _DELIBERATE for cut in cuts)
        return meant and -part.weight in self._weights

    def _taken_back(self, part: _Part) -> bool:
        """Whether a live part is the other half of it.

        It was made with it and weighs as much, as a sum of exponentials beside the largest score; or is multiplied by
        what it is made of, as a cross-entropy by the probabilities whose entropy stands beside it.
        """
        if part.weight in self._weights and not self._lively.isdisjoint(t.id for t in part.tensors):
            return True
        factors = {f for live in self.live for f in live.factors}
        return not factors.isdisjoint(self._behind([part])[1])

    def _node(self, event: Event) -> Node:
        return self.observation.nodes[event.node]

    def _walk(self) -> None:
        step, end = self.observation.first, len(self.events)
        sums = [t for t in step.outputs if t.id in step.reads]
        pending = [_Part(end, end, (t,)) for t in sums if len(sums) == t.elements == 1]
        while pending:
            part = self._unscaled(pending.pop())
            added = list(self._added(part)) if self._alive(part) else []
            if any(self._alive(p) for p in added):
                pending += added
            else:
                (self.live if self._alive(part) else self.dead).append(part)

    def compared(self, part: _Part) -> Sequence[Tensor]:
        """What a part compares, where it is a loss; nothing for any other."""
        index = self.maker(part)
        event = self.events[index] if index is not None else None
        named = event is not None and self._node(event).bare_name.endswith(("_loss", "kl_div"))
        return event.tensors[:2] if event is not None and named else ()

    def _alive(self, part: _Part) -> bool:
        return any(t.requires_grad and self.ways.alive[t.id] for t in part.tensors)

    def maker(self, part: _Part) -> int | None:
        """The execution that made the tensor of a part."""
        made = self._makers.get(part.tensors[0].id, []) if part.tensors else []
        place = bisect_left(made, part.before)
        return made[place - 1] if place else None

    def _unscaled(self, part: _Part) -> _Part:
        """The part before it was multiplied, averaged, or merely handed on."""
        while (index := self.maker(part)) is not None:
            event = self.events[index]
            name = self._node(event).bare_name
            operands = [t for t in event.tensors if t.requires_grad or not self._alive(part)]
            if name not in SCALING | _KEEPING or len(operands) != 1:
                break
            if name != "mul" and operands[0].id != event.tensors[0].id:
                break
            weight = part.weight * _factor(event, self._node(event))
            factors = part.factors | {t.id for t in event.tensors if t.id != operands[0].id}
            part = replace(part, before=index, tensors=(operands[0],), weight=weight, factors=factors)
        return part

    def _added(self, part: _Part) -> Iterator[_Part]:
        """What a part is the sum of; nothing where it is no sum of terms, as a difference of several values."""
        index = self.maker(part)
        if index is None:
            return
        event = self.events[index]
        node = self._node(event)
        name, result = node.bare_name, event.outputs[0]
        if name not in _ADDING | _COLLECTING or len(result.shape) > 1:
            return
        for operand in event.inputs:
            sign = (-1 if name == "sub" else 1) * _number(event, node, "alpha") if operand.role == "other" else 1
            yield _Part(index, index, (operand.tensor,), weight=part.weight * sign, factors=part.factors)
        other = node.argument("other")
        if other is not None and event.input("other") is None and (numbers := self.ways.sources(other.value)):
            yield _Part(index, index, (), numbers, nan if name == "sub" else part.weight)

    def _shown(self, part: _Part) -> bool:
        """Whether it was detached as a whole, and weighs as much as what trains: less than that is for what trains."""
        index = self.maker(part)
        detached = index is not None and self._node(self.events[index]).op in DETACHING
        heaviest = max((abs(w) for w in self._weights if not isnan(w)), default=1.0)
        return detached and isclose(abs(part.weight), heaviest)

    @cached_property
    def _weights(self) -> frozenset[float]:
        """What the live parts are multiplied by."""
        return frozenset(part.weight for part in self.live)

    @cached_property
    def _lively(self) -> frozenset[int]:
        """The tensors that the live parts were made of."""
        return self._behind(self.live)[1]

    def _behind(self, parts: Iterable[_Part], stops: Collection[int] = ()) -> tuple[frozenset[int], frozenset[int]]:
        return self.ways.behind(*(part.start for part in parts), stops=stops)

    def cuts(self, part: _Part) -> list[Cut]:
        """The last cuts on the ways from parameters to a dead part; of what only selects where there are no others."""
        return self._last_cuts(self.ways, part) or self._last_cuts(selecting_flow(self.observation), part)

    def _last_cuts(self, ways: Flow, part: _Part) -> list[Cut]:
        """The cuts on the ways to a part behind which none leaves a whole result without history."""
        return ways.cuts_among(*ways.behind(part.start, stops=ways.whole_cuts))

    def _leading(self, cut: Cut) -> frozenset[int]:
        """The executions whose results go into a cut."""
        return selecting_flow(self.observation).behind(Start(self.events[cut.event].tensors, before=cut.event))[0]


def _factor(event: Event, node: Node) -> float:
    """What an operation multiplies by; NaN where that is a tensor."""
    if node.bare_name in _NEGATING:
        return -1.0
    if node.bare_name not in SCALING:
        return 1.0
    number = nan if event.input("other") is not None else _number(event, node, "other")
    return number if node.bare_name == "mul" else (1 / number if number else nan)


def _number(event: Event, node: Node, name: str) -> float:
    """A number given as an argument; 1 where there is none."""
    given = event.values.get(name, node.literal(name, 1.0))
    return float(given) if isinstance(given, int | float) else nan
