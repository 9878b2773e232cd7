"""What held tensors do for a program: how each meets what is computed from its inputs, or what it learns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from whygrad.engine.gradients.flow import DETACHING
from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.gradients.weights import LAYERS, LEFT
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import JOINING, METADATA

Role = Literal["weight", "left", "bias", "sum", "scale", "token", "source", "statistic", "variance", "detached", "base"]
"""A layer's weight or the right side of a product, its left side, a layer's bias, what is added, what is multiplied
with, what lies among others in a row, what a learnt layer or an attention takes in, or begins with; what data is
measured by, what a root is taken of, what is let go, and what something learnt is added to, multiplied with or laid
beside."""

_SELECTORS = frozenset({"index", "indices", "mask", "condition", "target", "attn_mask"})
_STATISTICS = frozenset({"running_mean", "running_var"})
_WEIGHING = frozenset({"weight", "pos_weight"})
_ATTENDED = frozenset({"query", "key", "value"})
_BESIDE = JOINING | {"stack", "hstack", "vstack"}
_SCALING = frozenset({"mul", "div"})
_OF_E = frozenset({"exp", "log"})
_REDUCING = frozenset({"sum", "mean"})
_ROOTS = frozenset({"sqrt", "rsqrt"})
_NORMS = frozenset({"layer_norm", "batch_norm", "instance_norm", "group_norm", "rms_norm"})
_SOFTMAXES = frozenset({"softmax", "log_softmax"})
_DRAWING = frozenset({"rand", "randn", "rand_like", "randn_like", "normal", "bernoulli", "uniform", "multinomial"})


@dataclass(frozen=True)
class Use:
    """One execution in which a held tensor meets another, in which role, and as which tensor it does.

    `repeated`: one for all samples was laid out for each. `shared`: they meet the same numbers. `normed`: what it meets
    was normalised, or what comes of it is. `scorer`: its result is a matrix of scores for a softmax. `scales` are the
    bits of those that scaled what it is added to, `powers` of those that did so as a power of e; `logged`: it is a
    logarithm. `start`: what it is added to was computed from it, or is taken in by no learnt layer behind, as where a
    prediction is added to the mean that it begins with. `inner`: what it meets was computed by a learnt layer.
    `frozen`: of those behind that take in what it makes, frozen ones are all.
    """

    role: Role
    tensor: Tensor
    repeated: bool = False
    shared: bool = False
    normed: bool = False
    scorer: bool = False
    scales: int = 0
    powers: int = 0
    logged: bool = False
    start: bool = False
    inner: bool = False
    frozen: bool = False


@dataclass(frozen=True)
class _Origin:
    """What a tensor was made of: of inputs and fresh draws, of what is learnt, or of the held tensors of `bits` alone.

    `product` and `scaled` are the bits of those that it is a product with, or was multiplied with, `raised` of those
    that were a power of e then; `behind` those of all that it depends on. `made_by` is what computed it of held tensors
    alone, `exp` or `log`.
    """

    live: bool = False
    learnt: bool = False
    bits: int = 0
    repeated: bool = False
    normed: bool = False
    root: bool = False
    product: int = 0
    scaled: int = 0
    raised: int = 0
    made_by: str = ""
    behind: int = 0


_NOTHING = _Origin()


class Roles:
    """One sweep over the first step: what each of the held tensors, one bit each, is used for.

    `biased` are the bits of those whose products get a learnt bias.
    """

    def __init__(self, observation: Observation, bits: Mapping[int, int]) -> None:
        step = observation.first
        self._origins = {tensor: _Origin(bits=bit, behind=bit) for tensor, bit in bits.items()}
        self._origins |= {p.tensor: _Origin(learnt=True) for p in observation.trainable}
        self._origins |= {t.id: _Origin(live=True) for t in step.inputs}
        self._living: set[int] = set()
        self._uses: dict[int, list[Use]] = defaultdict(list)
        self.biased = 0
        named = [(observation.nodes[e.node], e) for e in step.events if e.completed and e.outputs]
        self._scores = {t.id for node, e in named if node.bare_name in _SOFTMAXES for t in e.tensors}
        self._divided = {e.tensors[0].id for node, e in named if node.bare_name == "div" and len(e.tensors) > 1}
        learnt = {p.tensor for p in observation.trainable}
        self._taken_in = _taken_in(named, learnt)
        self._taken_in_frozen = _taken_in(named, {p.tensor for p in observation.parameters} - learnt)
        for node, event in named:
            self._pass(node, event)

    def uses(self, bit: int) -> Sequence[Use]:
        """All that a held tensor is used for."""
        return self._uses[bit]

    def _origin(self, tensor: Tensor) -> _Origin:
        known = self._origins.get(tensor.id, _NOTHING)
        return replace(known, live=True) if tensor.storage in self._living else known

    def _pass(self, node: Node, event: Event) -> None:
        if node.bare_name in _DRAWING:
            self._origins |= {t.id: _Origin(live=True) for t in event.outputs}
        if node.op in METADATA or node.op in TAKERS or not event.inputs:
            return
        read = [(o, self._origin(o.tensor)) for o in event.inputs]
        read = [(o, known) for o, known in read if known.live or _role(o) not in _SELECTORS]
        made = _made(node, read)
        for operand, known in read:
            if known.bits and event.grad_mode:
                self._meet(node, event, operand, [other for o, other in read if o is not operand])
        if node.bare_name == "add" and any(_is_bias(o.tensor, known, event.outputs[0]) for o, known in read):
            for _, known in read:
                self.biased |= known.product
        if made.live and node.writes:
            self._living |= {t.storage for t in event.outputs}
        for output in event.outputs:
            larger = output.elements > max((o.tensor.elements for o, _ in read), default=output.elements)
            self._origins[output.id] = replace(made, repeated=made.repeated or (bool(made.bits) and larger))

    def _meet(self, node: Node, event: Event, operand: Operand, others: list[_Origin]) -> None:
        """Note what a held tensor does in an execution, if it does not merely take another form there."""
        known, output = self._origin(operand.tensor), event.outputs[0]
        role = _role_of(node, event, operand, known, others)
        if role is None:
            return
        tensor = operand.tensor
        broadcast = tensor.elements < output.elements or len(tensor.shape) < len(output.shape)
        for bit in each(known.bits):
            self._uses[bit].append(
                Use(
                    role,
                    tensor,
                    repeated=known.repeated,
                    shared=known.repeated or tensor.shape[:1] == (1,) or (broadcast and role in ("sum", "scale")),
                    normed=node.bare_name in _NORMS or output.id in self._divided or any(o.normed for o in others),
                    scorer=output.id in self._scores and min(tensor.shape[-2:], default=1) > 1,
                    scales=_union(o.scaled for o in others),
                    powers=_union(o.raised for o in others),
                    logged=known.made_by == "log",
                    start=output.id not in self._taken_in or any(o.behind & bit for o in others),
                    inner=any(o.live and o.learnt for o in others),
                    frozen=output.id in self._taken_in_frozen and output.id not in self._taken_in,
                )
            )
        bias = event.input("bias")
        if role == "weight" and bias is not None and self._origin(bias).learnt:
            self.biased |= known.bits


def _taken_in(named: Sequence[tuple[Node, Event]], learnt: set[int]) -> set[int]:
    """The tensors that a learnt layer takes in, at once or after others have made something of them."""
    found: set[int] = set()
    for node, event in reversed(named):
        layer = node.bare_name in LAYERS and any(t.id in learnt for t in event.tensors)
        if layer or any(t.id in found for t in event.outputs):
            found.update(t.id for t in event.tensors if t.id not in learnt)
    return found


def _made(node: Node, read: list[tuple[Operand, _Origin]]) -> _Origin:
    """What comes of an execution, by what it read."""
    name, origins = node.bare_name, [known for _, known in read]
    live, learnt = any(o.live for o in origins), any(o.learnt for o in origins)
    bits = _union(o.bits for o in origins)
    behind = _union(o.behind for o in origins)
    if not live and not learnt:
        repeated, made_by = (
            any(o.repeated for o in origins),
            name if name in _OF_E else _same(o.made_by for o in origins),
        )
        return _Origin(bits=bits, behind=behind, repeated=repeated, root=name in _ROOTS, made_by=made_by)
    divides = name == "div" and len(origins) > 1 and origins[1].live
    product = name in LAYERS and "bias" not in {_role(o) for o, known in read if known.bits}
    return _Origin(
        live=live,
        learnt=learnt,
        normed=divides or name in _NORMS or any(o.root for o in origins) or (len(origins) == 1 and origins[0].normed),
        root=name in _ROOTS,
        product=bits if product else 0,
        scaled=_union(o.scaled for o in origins) if name in _REDUCING else bits if name in _SCALING else 0,
        raised=_union(o.raised for o in origins)
        if name in _REDUCING
        else _union(o.bits for o in origins if o.made_by == "exp" and name in _SCALING),
        behind=behind,
    )


def _role_of(node: Node, event: Event, operand: Operand, known: _Origin, others: list[_Origin]) -> Role | None:
    """The role in which a held tensor meets what is live or learnt; None where it meets neither, or in no known one."""
    name, role = node.bare_name, _role(operand)
    live, layer = any(o.live for o in others), name in LAYERS
    if node.op in DETACHING:
        return "detached"
    if role in _STATISTICS or name in _ROOTS:
        return "variance"
    if not live and not any(o.learnt for o in others):
        return None
    if (layer and role == ("self" if name == "addmm" else "bias")) or (name in _NORMS and role == "bias"):
        return "bias"
    if not live:
        return "source" if layer and (role in LEFT or role not in LAYERS[name]) else "base"
    if (name in ("sub", "div") and role == "other") or (node.argument("target") and role in _WEIGHING):
        return "statistic"
    if layer and role in LAYERS[name]:
        left = role in LEFT and name != "bilinear"
        return ("source" if left else None) if known.repeated else "left" if left else "weight"
    if role == "hx":
        return "source" if known.repeated else None
    return _loose_role(node, event, role, operand.tensor)


def _loose_role(node: Node, event: Event, role: str, tensor: Tensor) -> Role | None:
    """The role outside layers and products: features laid beside others are data, and no token."""
    name = node.bare_name
    if name in _BESIDE:
        axis = value(node, event, "dim")
        return None if axis in (-1, len(tensor.shape) - 1) else "token"
    if role in _ATTENDED:
        return "source"
    if name == "where":
        return "token"
    if name in _NORMS:
        return "scale" if role == "weight" else None
    return "sum" if name == "add" else "scale" if name == "mul" else None


def _is_bias(tensor: Tensor, known: _Origin, output: Tensor) -> bool:
    return known.learnt and not known.live and bool(output.shape) and tensor.elements == output.shape[-1]


def _role(operand: Operand) -> str:
    return operand.role.partition("[")[0]


def _same(names: Iterator[str]) -> str:
    """The one name that is given; "" where there are several."""
    given = {name for name in names if name}
    return given.pop() if len(given) == 1 else ""


def _union(masks: Iterator[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def each(mask: int) -> Iterator[int]:
    """The bits of a mask, one by one."""
    while mask:
        low = mask & -mask
        yield low
        mask ^= low
