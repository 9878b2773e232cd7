"""Buffers and plain attributes that do the work of a weight without being a parameter.

They are told by what they hold and what they do, not by what they are called. What nobody changes and every sample
meets is a weight that was forgotten, if it was drawn at random, or begins as a sum or a product does that does nothing
yet. A plain attribute is in no checkpoint, so that its numbers were hardly meant to stay. A registered buffer may be
random by design where it stands in a product, as the projections of random features and reservoirs do, or as the rows
of a table: there it is told only if its product has a learnt bias, or if two parameters of its module do the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

from whygrad.engine.facts import Look
from whygrad.engine.gradients.flow import DETACHING
from whygrad.engine.gradients.roles import Roles, Use, each
from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.gradients.weights import standing_as_weights
from whygrad.engine.observation import Event, Node, Observation, Parameter
from whygrad.engine.operations import METADATA

_SELECTORS = frozenset({"index", "indices", "mask", "condition", "target", "attn_mask", "running_mean", "running_var"})


@dataclass(frozen=True)
class Unregistered:
    """Buffers or attributes of one module that are used as weights, and the nodes that read them."""

    held: tuple[Parameter, ...]
    nodes: tuple[Node, ...]
    order: int


@lru_cache(maxsize=8)
def unregistered(observation: Observation) -> tuple[Unregistered, ...]:
    """The buffers and attributes that are used as weights, module by module."""
    judge = _Judge(observation)
    groups: dict[str, list[Parameter]] = defaultdict(list)
    for held in observation.buffers:
        if held.floating and not observation.expected(held) and judge.is_weight(held):
            groups[_owner(held.name)].append(held)
    return tuple(_read(observation, group) for group in groups.values())


class _Judge:
    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._held = {1 << i: b for i, b in enumerate(observation.buffers) if b.floating}
        self._bits = {held.tensor: bit for bit, held in self._held.items()}
        self._reach = _Reach(observation, self._bits)

    @cached_property
    def _roles(self) -> Roles:
        return Roles(self._observation, self._bits)

    def is_weight(self, held: Parameter) -> bool:
        """Whether a gradient would come back to it, and it wants one or does what a weight does."""
        if not self._reach.arrived & self._bits[held.tensor] or _changed(self._observation, held):
            return False
        wanted = held.requires_grad or self._weighs_a_loss(held)
        return wanted or (not self._by_design(held) and any(self._told(held)))

    def _by_design(self, held: Parameter) -> bool:
        """Whether nobody learns it: data is measured by it, it follows or carries what is learnt, or becomes waves."""
        measuring = held.registered and _owner(held.name) in self._measuring
        designed = any(use.role in ("statistic", "detached", "base") for use in self._uses(held))
        return bool(held.copies or measuring or designed or self._reach.waves & self._bits[held.tensor])

    @cached_property
    def _measuring(self) -> frozenset[str]:
        """The modules that hold variances, as a batch normalisation does whose weight and bias are frozen."""
        found = (held for held in self._held.values() if held.registered)
        return frozenset(_owner(held.name) for held in found if any(_is_variance(u, held) for u in self._uses(held)))

    @cached_property
    def _cut_to_length(self) -> frozenset[int]:
        """The memory of what is cut to a size that is read: a state that begins with zeros is taken whole."""
        nodes = self._observation.nodes
        cuts = ((nodes[e.node], e) for e in self._observation.first.events if nodes[e.node].bare_name == "slice")
        ends = ((e, node.argument("end")) for node, e in cuts)
        return frozenset(t.storage for e, end in ends if end is not None and not end.constant for t in e.tensors[:1])

    def _uses(self, held: Parameter) -> Sequence[Use]:
        return self._roles.uses(self._bits[held.tensor])

    def _told(self, held: Parameter) -> Iterator[bool]:
        """For each of its uses whether it is that of a weight, with such numbers."""
        look, uses = held.look, self._uses(held)
        if look is None:
            return
        drawn = look.drawn(prod(held.shape)) and not look.regular
        if drawn and held.registered:
            if any(use.role in ("weight", "left") for use in uses):
                yield self._among_learnt(held)
                return
            yield from (self._alone(use, look) and _as_made(use, held) for use in uses)
        elif drawn:
            yield from (self._drawn(use, held, look) for use in uses)
        elif not held.registered:
            yield from (self._idle(use, look) for use in uses)
        elif sum(size > 1 for size in held.shape) > 1:
            yield from (self._is_empty_table(use, look) for use in uses)

    def _drawn(self, use: Use, held: Parameter, look: Look) -> bool:
        """Whether a plain tensor of random numbers is a weight there, and no graph."""
        if use.role == "weight" and not look.centred:
            return held.shape[-1:] != held.shape[-2:-1]
        return look.centred if use.role in ("weight", "left") else self._alone(use, look)

    def _alone(self, use: Use, look: Look) -> bool:
        """Whether random numbers are a weight there, outside products."""
        if use.role in ("bias", "token", "source"):
            return use.shared or use.role == "bias"
        return look.centred and use.shared and (use.role != "sum" or self._scales_are_told(use))

    def _idle(self, use: Use, look: Look) -> bool:
        """Whether zeros or ones are what a weight begins with there: as they are they do nothing, or end everything."""
        if look.idle == 0.0 and use.role == "sum":
            return use.shared and not use.scorer and self._scales_are_told(use)
        if use.role == "scale":
            return use.shared and (look.idle == 0.0 or (look.idle == 1.0 and use.normed))
        return look.idle == 0.0 and use.role in ("weight", "bias")

    def _is_empty_table(self, use: Use, look: Look) -> bool:
        """Whether zeros are added between two learnt layers, as learnt positions are."""
        cut = use.tensor.storage in self._cut_to_length
        return cut and use.role == "sum" and use.inner and not use.start and self._idle(use, look)

    def _weighs_a_loss(self, held: Parameter) -> bool:
        """Whether a plain attribute is an uncertainty: added to what a power of e of it scales, or its logarithm is."""
        own, idle = self._bits[held.tensor], held.look.idle if held.look is not None else None
        sums = [use for use in self._uses(held) if use.role == "sum" and not held.registered]
        return any(use.powers & own or (idle == 1.0 and use.logged and use.scales & own) for use in sums)

    def _scales_are_told(self, use: Use) -> bool:
        """Whether what scaled the other side of a sum is a weight too: else both bring data back to its measure."""
        return all(self._is_scale(self._held[bit]) for bit in each(use.scales))

    def _is_scale(self, held: Parameter) -> bool:
        look, scaling = held.look, [use for use in self._uses(held) if use.role == "scale"]
        return look is not None and any(self._alone(use, look) or self._idle(use, look) for use in scaling)

    def _among_learnt(self, held: Parameter) -> bool:
        """Whether nothing else learns, its product gets a learnt bias, or two parameters of its module do the same."""
        trainable = self._observation.trainable
        alike = [p.tensor for p in trainable if p.shape == held.shape and _owner(p.name) == _owner(held.name)]
        learnt = len(standing_as_weights(self._observation, left=False).intersection(alike))
        return not trainable or learnt > 1 or bool(self._roles.biased & self._bits[held.tensor])


def _is_variance(use: Use, held: Parameter) -> bool:
    return use.role == "variance" and use.tensor.elements >= prod(held.shape)


def _as_made(use: Use, held: Parameter) -> bool:
    """Whether a buffer is no first content of a memory, laid out for the samples, and nothing that they begin with.

    They begin with a mean, or with the words of a prompt that frozen layers read.
    """
    laid_out = use.repeated or use.role in ("token", "source")
    begins = (use.role == "sum" and use.start) or (use.role == "token" and use.frozen)
    return (not laid_out or held.shape[:1] == (1,)) and not begins


def _owner(name: str) -> str:
    """The module that holds a tensor: `encoder` of `encoder.gates[1]`."""
    return name.partition("[")[0].rpartition(".")[0]


def attribute_of(name: str) -> str:
    """The attribute that holds a tensor, or the list or dict of it: `gates` of `encoder.gates[1]`."""
    return name.partition("[")[0].rpartition(".")[2]


def _changed(observation: Observation, held: Parameter) -> bool:
    """Whether the program itself changes it, as it does running statistics, averages and what it remembers."""
    assigned, written = _changes(observation)
    return held.tensor in written or not assigned.isdisjoint(map(attribute_of, (held.name, *held.aliases)))


@lru_cache(maxsize=8)
def _changes(observation: Observation) -> tuple[frozenset[str | None], frozenset[int]]:
    """The names of the attributes that the program assigns, and the tensors whose memory it writes into."""
    assigned = frozenset(n.attribute for n in observation.nodes if n.op == "prim::SetAttr")
    events = observation.first.events
    memories = {t.storage for e in events if observation.nodes[e.node].writes for t in e.outputs}
    return assigned, frozenset(t.id for e in events for t in e.outputs if t.storage in memories)


def _read(observation: Observation, group: Sequence[Parameter]) -> Unregistered:
    """The group with the nodes that read it, in the order of execution."""
    first = _first_read(observation)
    orders = sorted({first[held.tensor] for held in group if held.tensor in first})
    nodes = tuple(observation.nodes[observation.first.events[order].node] for order in orders)
    return Unregistered(tuple(group), nodes, orders[0] if orders else 0)


@lru_cache(maxsize=8)
def _first_read(observation: Observation) -> Mapping[int, int]:
    """The execution that first reads each tensor from its module."""
    read = [(i, e) for i, e in enumerate(observation.first.events) if observation.nodes[e.node].op == "prim::GetAttr"]
    return {tensor.id: index for index, event in reversed(read) for tensor in event.outputs}


class _Reach:
    """What a gradient would come back to, if it were a parameter, and what becomes a wave: one bit each."""

    def __init__(self, observation: Observation, bits: Mapping[int, int]) -> None:
        self.waves = self.arrived = 0
        reached: dict[int, int] = defaultdict(int, bits)
        for event in observation.first.events:
            node = observation.nodes[event.node]
            mask = self._carried(node, event, reached) if event.completed else 0
            if node.bare_name in ("sin", "cos", "polar"):
                self.waves |= mask
            for output in event.outputs if mask else ():
                reached[output.id] |= mask if output.floating else 0
        step = observation.first
        for tensor in {*step.reads, *((step.loss.id,) if step.loss is not None else ())}:
            self.arrived |= reached[tensor]

    def _carried(self, node: Node, event: Event, reached: dict[int, int]) -> int:
        if not event.grad_mode or node.op in DETACHING or node.op in METADATA or node.op in TAKERS:
            return 0
        mask = 0
        for operand in event.inputs:
            if operand.role.partition("[")[0] not in _SELECTORS:
                mask |= reached[operand.tensor.id]
        return mask
