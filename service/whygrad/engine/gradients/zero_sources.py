"""Where a tensor of nothing but zeros comes from: the factor that makes a product, and its gradient, vanish."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from whygrad.engine.observation import Event, Node, Observation, Operand, Parameter, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import METADATA

RECTIFYING = frozenset({"relu", "relu6", "threshold", "hardshrink", "softshrink", "rrelu"})
FLATTENING = frozenset({"clamp", "clamp_min", "clamp_max", "hardtanh", "hardsigmoid", "hardswish", "sigmoid", "exp",
                        "grid_sampler"})  # fmt: skip
STEPPING = frozenset({"round", "floor", "ceil", "trunc", "fix", "sign", "sgn", "heaviside"})
BLANKING = frozenset({"masked_fill", "where", "dropout", "tril", "triu", "zero", "fill", "embedding"})
CENTRING = frozenset({"sub", "rsub", "subtract"})
NORMALISING = frozenset({"layer_norm", "batch_norm", "instance_norm", "group_norm"})
_REDUCING = frozenset({"norm", "linalg_vector_norm", "linalg_norm", "sum", "mean", "amax", "amin", "max", "min",
                      "logsumexp", "normalize", "frobenius_norm", "cosine_similarity", "median"})  # fmt: skip
_PICKED = frozenset(
    {"select", "slice", "index", "gather", "scatter", "one_hot", "topk", "index_select", "unbind", "split", "chunk"}
)
_DRAWN = frozenset(
    {
        "bernoulli", "rand", "rand_like", "randn", "randn_like", "randint", "randint_like", "randperm", "multinomial",
        "normal", "uniform", "exponential", "random", "geometric", "cauchy", "log_normal", "poisson", "binomial",
        "dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout", "native_dropout", "rrelu",
    }
)  # fmt: skip
_DROPPING = ("dropout", "dropout_p")
"""What layers call the share of numbers that they drop themselves."""
_TAKING = frozenset({"linear", "matmul", "mm", "addmm", "conv1d", "conv2d", "conv3d", "cat", "concat", "concatenate"})
_FACTORS = {"Mul": ("self", "other"), "Div": ("self", "other")}
"""The operands of a product in the order of the edges of its derivative."""
_INPUTS = frozenset({"input", "self", "mat1", "tensors"})
_ADDED = frozenset({"bias"})
_ADDING_SELF = frozenset({"addmm", "baddbmm", "addbmm", "addmv"})


@dataclass(frozen=True)
class Source:
    """What made a tensor all zeros: a parameter, an execution by its index, or, where both are None, what was given.

    `chance`: it was drawn, or only the part that was picked is zero; another time it may not be.
    """

    parameter: Parameter | None = None
    event: int | None = None
    chance: bool = False


OPPOSITE = {"gt": "le", "le": "gt", "ge": "lt", "lt": "ge"}
"""Comparisons, each with the one that holds wherever it does not."""


class ZeroSources:
    """Follows zeros back through one step."""

    def __init__(self, observation: Observation, step: Step) -> None:
        self._nodes = observation.nodes
        self._stored = {p.tensor: p for p in observation.parameters}
        self._step = step
        self._made: dict[tuple[int, int], int] = {}
        for order, event in enumerate(step.events):
            for tensor in event.outputs:
                self._made.setdefault((tensor.id, tensor.version), order)

    def factors(self, event: Event, onto: Operand | None = None) -> list[Tensor]:
        """The operands of an execution that are all zero, parameters first; without the one a gradient goes on to."""
        others = [o for o in event.inputs if o is not onto and not _added(self._nodes[event.node], o.role, o.tensor)]
        zeros = [o.tensor for o in others if _all_zero(o.tensor)]
        return sorted(zeros, key=lambda t: t.id not in self._stored)

    def maker(self, tensor: Tensor) -> Event | None:
        """The execution that made a tensor; None for what was given."""
        order = self._made.get((tensor.id, tensor.version))
        return None if order is None else self._step.events[order]

    def of(self, tensor: Tensor) -> Source:
        """What made a tensor all zeros."""
        seen: set[int] = set()
        while tensor.id not in seen:
            seen.add(tensor.id)
            if tensor.id in self._stored:
                return Source(parameter=self._stored[tensor.id])
            order = self._made.get((tensor.id, tensor.version))
            if order is None:
                return Source()
            event = self._step.events[order]
            name = self._nodes[event.node].bare_name
            factors = self.factors(event)
            if self._centres_one(event):
                return Source(event=order)
            if factors:
                tensor = factors[0]
            elif by_chance(self._nodes[event.node], event):
                return Source(chance=True)
            elif name in RECTIFYING | FLATTENING | STEPPING | BLANKING:
                return Source(event=order)
            else:
                return Source(chance=name in _PICKED)
        return Source()

    def begins_a_recurrence(self, zeros: Tensor) -> bool:
        """Whether zeros are the first state of a recurrence: what a loop replaces, or like what a layer takes in.

        So a forget gate of one step learns nothing from a state of zeros. A mask is nothing that a layer takes in.
        """
        fresh = self._fresh(zeros)
        if fresh is None:
            return False
        looped = self._looped.intersection(self._nodes[fresh.node].outputs)
        return bool(looped) or zeros.shape in self._taken_in

    def _fresh(self, tensor: Tensor) -> Event | None:
        """The execution that made a tensor of nothing but a size; None where it was computed, or a module holds it."""
        maker = self.maker(tensor)
        node = self._nodes[maker.node] if maker is not None else None
        if maker is None or node is None or node.op == "prim::GetAttr" or (maker.inputs and node.op not in METADATA):
            return None
        return maker if _all_zero(tensor) else None

    @cached_property
    def drawn(self) -> frozenset[int]:
        """The tensors that are given by chance, also those of a dropout that drops nothing in this mode."""
        return frozenset(t.id for event in self._step.events if self._draws(event) for t in event.outputs)

    def _draws(self, event: Event) -> bool:
        node = self._nodes[event.node]
        shares = [value(node, event, name) for name in _DROPPING]
        drops = any(isinstance(share, float) and share > 0 for share in shares)
        return drops or (node.bare_name in _DRAWN and value(node, event, "p") != 0.0)

    @cached_property
    def _looped(self) -> frozenset[int]:
        """The values that loops begin with, and replace."""
        loops = (node for node in self._nodes if node.op == "prim::Loop")
        return frozenset(source for loop in loops for source, _ in loop.joins)

    @cached_property
    def _taken_in(self) -> frozenset[tuple[int, ...]]:
        """The shapes of the fresh zeros that a layer takes in, alone or beside others."""
        taking = (e for e in self._step.events if self._nodes[e.node].bare_name in _TAKING)
        read = (o.tensor for e in taking for o in e.inputs if o.role.partition("[")[0] in _INPUTS)
        return frozenset(t.shape for t in read if len(t.shape) > 1 and self._fresh(t) is not None)

    def _centres_one(self, event: Event) -> bool:
        """Whether an execution takes from a tensor its own mean over one element: nothing is left."""
        node = self._nodes[event.node]
        if node.bare_name in NORMALISING:
            return over_one(node, event)
        pairs = (event.tensors, event.tensors[::-1]) if node.bare_name in CENTRING and len(event.tensors) == 2 else ()
        return any(self._mean_of_one(mean, of) for mean, of in pairs)

    def _mean_of_one(self, mean: Tensor, of: Tensor) -> bool:
        maker = self.maker(mean)
        return maker is not None and reduces_one(self._nodes[maker.node], maker) and maker.tensors[0].id == of.id

    def is_settled(self, event: Event) -> bool:
        """Whether an execution picks the same elements each time: by numbers written down, not by what it is sent."""
        node = self._nodes[event.node]
        picked = [o.tensor for o in event.inputs if o.role != "self"]
        written = all(a.constant for a in node.arguments if a.name in ("index", "start", "end", "dim") and not picked)
        return written and not any(map(self._varies, picked))

    def _varies(self, tensor: Tensor) -> bool:
        """Whether a tensor may hold other numbers another time: it is made of an input, a parameter, or by chance."""
        sent = {t.id for t in self._step.inputs}
        pending, seen = [tensor], {tensor.id}
        while pending:
            each = pending.pop()
            if each.id in self._stored or each.id in sent:
                return True
            order = self._made.get((each.id, each.version))
            event = self._step.events[order] if order is not None else None
            if event is not None and self._nodes[event.node].bare_name in _DRAWN:
                return True
            new = [t for t in event.tensors if t.id not in seen] if event is not None else []
            seen |= {t.id for t in new}
            pending += new
        return False


def thresholds(observation: Observation, step: Step, event: Event) -> tuple[Event, ...]:
    """The masked fills, one on the other, whose masks hold what they fill against something: steps, written out.

    There are none where a mask is given, or where no two of them fill both sides of one bound: what lies between two
    bounds stays as it is.
    """
    if observation.nodes[event.node].bare_name != "masked_fill":
        return ()
    makers = {t.id: e for e in step.events for t in e.outputs}
    fills = [event]
    for reader in step.events:
        if observation.nodes[reader.node].bare_name == "masked_fill" and reader.tensors[0] in fills[-1].outputs:
            fills.append(reader)
    filled, held = {fill.tensors[0].id for fill in fills}, []
    for fill in fills:
        mask = fill.input("mask")
        maker = makers.get(mask.id) if mask is not None else None
        node = observation.nodes[maker.node] if maker is not None else None
        if maker is None or node is None or node.bare_name not in OPPOSITE or maker.tensors[0].id not in filled:
            return ()
        bound = maker.input("other")
        held.append((node.bare_name, bound.id if bound is not None else value(node, maker, "other")))
    return tuple(fills) if any((OPPOSITE[name], bound) in held for name, bound in held) else ()


def operand_behind(event: Event, derivative: str, edge: int, direct: Parameter | None) -> Operand | None:
    """The operand that the gradient goes on to, where that is known: its own zeros do not take the gradient away."""
    if direct is not None:
        return next((o for o in event.inputs if o.tensor.id == direct.tensor), None)
    role = _FACTORS.get(derivative, ())[edge : edge + 1]
    return next((o for o in event.inputs if o.role in role), None)


def over_one(node: Node, event: Event) -> bool:
    """Whether a softmax or a normalisation is over one element."""
    made = event.outputs[0] if event.outputs else None
    if made is None or not made.elements:
        return False
    if node.bare_name == "scaled_dot_product_attention":
        keys = event.input("key")
        return keys is not None and keys.shape[-2] == 1
    if node.bare_name == "cross_entropy_loss":
        scores = event.tensors[0].shape
        return scores[min(1, len(scores) - 1)] == 1 if scores else False
    if node.bare_name == "layer_norm":
        shape = node.literal("normalized_shape", event.values.get("normalized_shape")) or []
        return bool(shape) and all(size == 1 for size in shape)
    if node.bare_name == "batch_norm":
        training = node.literal("training", event.values.get("training"))
        return training is not False and len(made.shape) > 1 and made.elements == made.shape[1]
    if node.bare_name in ("group_norm", "instance_norm"):
        groups = node.literal("num_groups", made.shape[1] if len(made.shape) > 1 else 1)
        return isinstance(groups, int) and made.elements == made.shape[0] * groups
    dim = node.literal("dim", event.values.get("dim"))
    return isinstance(dim, int) and -len(made.shape) <= dim < len(made.shape) and made.shape[dim] == 1


def reduces_one(node: Node, event: Event) -> bool:
    """Whether an operation takes the sum, the mean or the largest of one element."""
    read, made = event.tensors[:1], event.outputs[:1]
    return node.bare_name in _REDUCING and bool(read and made) and read[0].elements == made[0].elements


def by_chance(node: Node, event: Event) -> bool:
    """Whether an operation draws what it gives, so that it may give another time what it did not give now."""
    probability = node.literal("p", event.values.get("p"))
    return node.bare_name in _DRAWN and not (node.bare_name.endswith("dropout") and probability == 1.0)


def _added(node: Node, role: str, tensor: Tensor) -> bool:
    """Whether an operand is added to a product, and so can be no factor of it."""
    if role in _ADDED or (role == "self" and node.bare_name in _ADDING_SELF):
        return True
    return role.startswith("params[") and len(tensor.shape) == 1


def _all_zero(tensor: Tensor) -> bool:
    countable = tensor.floating or tensor.dtype == "bool"
    return countable and tensor.numbers is not None and tensor.elements > 0 and tensor.numbers.all_zero
