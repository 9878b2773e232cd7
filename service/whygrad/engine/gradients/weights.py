"""Tensors that do the work of a weight without being a parameter: constants, buffers and plain attributes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from whygrad.engine.facts import METADATA
from whygrad.engine.gradients.flow import DETACHING
from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.observation import Event, Node, Observation, Parameter, Tensor

_LAYERS = {
    "linear": ("weight", "bias"), "conv1d": ("weight", "bias"), "conv2d": ("weight", "bias"),
    "conv3d": ("weight", "bias"), "_convolution": ("weight", "bias"), "convolution": ("weight", "bias"),
    "conv_transpose1d": ("weight", "bias"), "conv_transpose2d": ("weight", "bias"),
    "conv_transpose3d": ("weight", "bias"), "embedding": ("weight",), "embedding_bag": ("weight",),
    "bilinear": ("weight", "bias"), "addmm": ("mat2", "mat1", "self"), "matmul": ("self", "other"),
    "mm": ("self", "mat2"), "bmm": ("self", "mat2"), "einsum": ("tensors",), "lstm": ("params",), "gru": ("params",),
}  # fmt: skip
"""For each operation the operands in which a weight stands."""

_LEFT = frozenset({"self", "mat1"})
_RESHAPING = frozenset({"t", "transpose", "view", "reshape", "permute", "to", "unsqueeze", "expand", "contiguous", "T"})
_SELECTORS = frozenset({"index", "indices", "mask", "condition", "target", "attn_mask", "running_mean", "running_var"})

_LEARNT = frozenset({
    "weight", "weights", "bias", "biases", "w", "ws", "b", "mu", "sigma", "logsigma", "logvar", "gamma", "beta",
    "embedding", "embeddings", "embed", "emb", "token", "tokens", "cls", "query", "queries", "slot", "slots",
    "prompt", "prompts", "kernel", "filter", "filters", "gate", "gates", "theta", "proj", "projection", "coef",
    "coefs", "coeffs", "parameter", "parameters", "param", "params", "wq", "wk", "wv", "wo", "wx", "wh", "ux", "uh",
    "u", "v", "scale", "shift", "alpha", "head", "codes", "prototype", "prototypes", "pos", "matrix", "lora",
})  # fmt: skip
"""What people call weights, word by word."""

_KEPT = frozenset({
    "running", "mean", "std", "var", "noise", "mask", "anchor", "anchors", "grid", "freq", "freqs", "frequency",
    "frequencies", "target", "teacher", "ema", "momentum", "queue", "codebook", "memory", "hidden", "state",
    "cache", "eps", "basis", "window", "mel", "dct", "rotary", "cos", "sin", "fixed", "frozen", "random",
    "reservoir", "orig", "features", "rff", "fourier", "average", "avg", "statistics", "stats", "buffer", "input",
    "inputs", "adj", "adjacency", "laplacian", "graph", "camera", "pca", "whitening", "data", "labels",
})  # fmt: skip
"""What people call tensors that are kept and not learnt."""


@dataclass(frozen=True)
class Unregistered:
    """Buffers or attributes of one module that are used as weights, and the nodes that read them."""

    held: tuple[Parameter, ...]
    nodes: tuple[Node, ...]
    order: int


@lru_cache(maxsize=8)
def baked_weights(observation: Observation) -> tuple[tuple[int, Node, Tensor], ...]:
    """The constants that stand where a layer takes its weight: execution, constant, its tensor.

    Beside parameters that train, only those that look learnt: a blur or an edge filter is a constant by right.
    """
    events = observation.first.events
    constants = {e.outputs[0].id: observation.nodes[e.node] for e in events if _is_constant(observation, e)}
    found: dict[int, tuple[int, Node, Tensor]] = {}
    for index, operand in weights_read(observation):
        node = constants.get(operand.id)
        if node is not None and node.id not in found and (not observation.parameters or _learnt(node, operand)):
            found[node.id] = (index, node, operand)
    return tuple(found.values())


def _is_constant(observation: Observation, event: Event) -> bool:
    held = observation.nodes[event.node].look is not None and bool(event.outputs)
    return held and event.outputs[0].id not in observation.stored


def _learnt(node: Node, tensor: Tensor) -> bool:
    return node.look is not None and tensor.elements >= 8 and node.look.drawn(tensor.elements)


def matrices(observation: Observation) -> tuple[str, ...]:
    """The names of the trainable weights of layers and products, without biases and tables."""
    read = _standing_as_weights(observation, left=True)
    names = {e.node for e in observation.first.events if observation.nodes[e.node].bare_name.startswith("embedding")}
    tables = {t.id for e in observation.first.events if e.node in names for t in e.tensors}
    return tuple(p.name for p in observation.trainable if p.tensor in read - tables and len(p.shape) > 1)


def weights_read(observation: Observation, *, left: bool = True) -> Iterator[tuple[int, Tensor]]:
    """The tensors that stand where a layer takes its weight, before they were reshaped, with the execution.

    In a product a weight may stand on the left too, as a graph or a rotation does that nobody learns.
    """
    origin: dict[int, Tensor] = {}
    for index, event in enumerate(observation.first.events):
        name = observation.nodes[event.node].bare_name
        if name in _RESHAPING and event.tensors:
            for output in event.outputs:
                origin[output.id] = origin.get(event.tensors[0].id, event.tensors[0])
        roles = {*_LAYERS.get(name, ())} - (set() if left else _LEFT)
        for operand in event.inputs:
            if operand.role.partition("[")[0] in roles and operand.tensor.floating:
                yield index, origin.get(operand.tensor.id, operand.tensor)


@lru_cache(maxsize=8)
def _standing_as_weights(observation: Observation, *, left: bool) -> frozenset[int]:
    """The tensors that a layer takes as its weight."""
    return frozenset(t.id for _, t in weights_read(observation, left=left))


@lru_cache(maxsize=8)
def unregistered(observation: Observation) -> tuple[Unregistered, ...]:
    """The buffers and attributes that are used as weights, module by module."""
    reach = _Reach(observation)
    groups: dict[str, list[Parameter]] = defaultdict(list)
    for held in observation.buffers:
        if (
            reach.trains(held)
            and not observation.expected(held)
            and not _changed(observation, held)
            and _is_weight(observation, held, reach)
        ):
            groups[_owner(held.name)].append(held)
    return tuple(_read(observation, group) for group in groups.values())


def _is_weight(observation: Observation, held: Parameter, reach: _Reach) -> bool:
    """Whether it wants a gradient, or is called and looks like what is learnt and is used so.

    What a program reads from a module that does not even register it was hardly meant to stay: it need not be called
    so where it stands in a layer's place, nor drawn where it has the numbers that a weight begins with.
    """
    if held.requires_grad:
        return True
    words = _words(attribute_of(held.name))
    if held.look is None or words & _KEPT or _beside_statistics(observation, held) or reach.by_design(held):
        return False
    called = bool(words & _LEARNT)
    if not held.look.drawn(prod(held.shape)):
        return called and held.look.idle and not held.registered
    alone = not observation.trainable
    in_a_layer = _standing_as_weights(observation, left=alone) if alone or not held.registered else ()
    return called or held.tensor in in_a_layer


def _beside_statistics(observation: Observation, held: Parameter) -> bool:
    """Whether its module holds running statistics, as a batch normalisation does whose weight and bias are frozen."""
    return _owner(held.name) in _with_statistics(observation)


@lru_cache(maxsize=8)
def _with_statistics(observation: Observation) -> frozenset[str]:
    """The modules that hold running statistics."""
    held = (buffer.name.rpartition(".") for buffer in observation.buffers)
    return frozenset(path for path, _, name in held if "running" in _words(name))


def _owner(name: str) -> str:
    """The module that holds a tensor: `encoder` of `encoder.gates[1]`."""
    return name.partition("[")[0].rpartition(".")[0]


def attribute_of(name: str) -> str:
    """The attribute that holds a tensor, or the list or dict of it: `gates` of `encoder.gates[1]`."""
    return name.partition("[")[0].rpartition(".")[2]


def _words(name: str) -> set[str]:
    """The words of a name, in lower case: `slots_log_sigma`, `slotsMu2`."""
    return {w.lower() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


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
    """Which held tensors would get a gradient through which executions, if they were parameters: one bit each."""

    def __init__(self, observation: Observation) -> None:
        self._bits = {b.tensor: 1 << i for i, b in enumerate(observation.buffers) if b.floating}
        self._waves = self._stops = 0
        reached: dict[int, int] = defaultdict(int, self._bits)
        for event in observation.first.events:
            node = observation.nodes[event.node]
            mask = self._carried(node, event, reached)
            if not event.completed or not mask:
                continue
            self._note(node, event, mask)
            for output in event.outputs:
                reached[output.id] |= mask if output.floating else 0
        step = observation.first
        ends = {*step.reads, *((step.loss.id,) if step.loss is not None else ())}
        self._arrived = 0
        for tensor in ends:
            self._arrived |= reached[tensor]

    def trains(self, held: Parameter) -> bool:
        """Whether a gradient would come back to it."""
        return bool(self._bits.get(held.tensor, 0) & self._arrived)

    def by_design(self, held: Parameter) -> bool:
        """Whether it is used as what nobody learns: frequencies of waves, statistics, weights of classes."""
        return bool(self._bits.get(held.tensor, 0) & (self._waves | self._stops))

    def _carried(self, node: Node, event: Event, reached: dict[int, int]) -> int:
        if not event.grad_mode or node.op in DETACHING or node.op in METADATA or node.op in TAKERS:
            for tensor in event.tensors if node.op in DETACHING else ():
                self._stops |= reached[tensor.id]
            return 0
        mask = 0
        for operand in event.inputs:
            if operand.role.partition("[")[0] not in _SELECTORS:
                mask |= reached[operand.tensor.id]
        return mask

    def _note(self, node: Node, event: Event, mask: int) -> None:
        """Remember what a learnt tensor is not used for."""
        if node.bare_name in ("sin", "cos", "polar"):
            self._waves |= mask
        if node.bare_name in ("sqrt", "rsqrt"):
            self._stops |= mask & self._direct(event, "self")
        if node.bare_name in ("sub", "div"):
            self._stops |= mask & self._direct(event, "other")
        if node.argument("target") is not None:
            self._stops |= self._direct(event, "weight") | self._direct(event, "pos_weight")

    def _direct(self, event: Event, role: str) -> int:
        operand = event.input(role)
        return self._bits.get(operand.id, 0) if operand is not None else 0
