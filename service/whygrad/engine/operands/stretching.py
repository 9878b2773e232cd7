"""Shapes that must stretch to each other, and where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whygrad.engine.observation import Event, Json, Node, Operand
from whygrad.engine.operands import value

_ELEMENTWISE = frozenset(
    (
        "add", "sub", "rsub", "mul", "div", "true_divide", "floor_divide", "remainder", "fmod", "pow",
        "float_power", "atan2", "arctan2", "maximum", "minimum", "max", "min", "fmax", "fmin", "eq", "ne", "lt",
        "le", "gt", "ge", "less", "greater", "less_equal", "greater_equal", "not_equal", "isclose", "logical_and",
        "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "__and__", "__or__", "__xor__",
        "__iand__", "__ior__", "where", "lerp", "addcmul", "addcdiv", "masked_fill", "masked_select",
        "masked_scatter", "copy", "hypot", "logaddexp", "logaddexp2", "xlogy", "nextafter", "copysign", "heaviside",
        "polar", "complex", "dist", "cosine_similarity", "pairwise_distance", "clamp", "clamp_min", "clamp_max",
        "broadcast_tensors", "gcd", "lcm", "ldexp", "multiply", "subtract", "divide",
    )
)  # fmt: skip
_STRETCHED = frozenset({"expand", "expand_as", "broadcast_to"})
_ADDED = {"linear": "bias", "addmm": "self", "addmv": "self", "baddbmm": "self", "addbmm": "self"}


@dataclass(frozen=True)
class Clash:
    """Two operands, or an operand and the sizes asked for, that differ in a dimension; it is counted from the end."""

    first: Operand
    second: Operand | None
    asked: tuple[int, ...]
    axis: int

    @property
    def sizes(self) -> tuple[int, int]:
        """The two sizes of that dimension; 0 where one has no such dimension."""
        shape = self.first.tensor.shape
        return (
            shape[self.axis] if len(shape) >= -self.axis else 0,
            self.asked[self.axis] if len(self.asked) >= -self.axis else 0,
        )


def clash(node: Node, event: Event) -> Clash | None:
    """The first pair of shapes that cannot be stretched to one; None for operations that stretch nothing."""
    op = node.bare_name
    if op in _STRETCHED:
        return _stretched(node, event)
    if op in _ADDED:
        return _added(node, event, _ADDED[op])
    if op in ("index", "index_put"):
        return _indices(event)
    if op not in _ELEMENTWISE:
        return None
    written = next((o for o in event.inputs if o.role in node.writes), None)
    others = [o for o in event.inputs if o is not written]
    return _pairwise(event.inputs) or (_into(written, others) if written else None)


def lined_up(shape: Sequence[int], other: Sequence[int], *, last: bool) -> list[int] | None:
    """Where dimensions of one are missing for the shape of fewer to go with the other's; None where nothing fits.

    Its first dimensions are the other's first, what is left of it the other's last: `last` takes as many as fit for
    these, as a mask over positions wants it.
    """
    missing = len(other) - len(shape)
    splits = range(1, len(shape) + 1) if last else range(len(shape), 0, -1)
    for split in splits if missing > 0 else ():
        spread = (*shape[:split], *([1] * missing), *shape[split:])
        if spread[0] == other[0] and all(a in (1, b) for a, b in zip(spread, other, strict=True)):
            return list(range(split, split + missing))
    return None


def _pairwise(operands: Sequence[Operand]) -> Clash | None:
    for i, first in enumerate(operands):
        for second in operands[i + 1 :]:
            axis = _axis(first.tensor.shape, second.tensor.shape)
            if axis is not None:
                return Clash(first, second, second.tensor.shape, axis)
    return None


def _axis(first: Sequence[int], second: Sequence[int]) -> int | None:
    """The last dimension whose sizes differ without one of them being 1."""
    for axis in range(-1, -min(len(first), len(second)) - 1, -1):
        if first[axis] != second[axis] and 1 not in (first[axis], second[axis]):
            return axis
    return None


def _into(written: Operand, others: Sequence[Operand]) -> Clash | None:
    """What is written in place cannot grow."""
    for other in others:
        axis = _growing(other.tensor.shape, written.tensor.shape)
        if axis is not None:
            return Clash(other, written, written.tensor.shape, axis)
    return None


def _growing(shape: Sequence[int], target: Sequence[int]) -> int | None:
    """The dimension in which `shape` is larger than what it must stretch to; sizes of -1 stay as they are."""
    for axis in range(-1, -len(shape) - 1, -1):
        wanted = target[axis] if len(target) >= -axis else None
        if wanted is None or (shape[axis] not in (1, wanted) and wanted != -1):
            return axis
    return None


def _stretched(node: Node, event: Event) -> Clash | None:
    operand = event.inputs[0] if event.inputs else None
    other = next((o for o in event.inputs if o.role == "other"), None)
    asked: Json = other.tensor.shape if other is not None else value(node, event, "size")
    axis = _growing(operand.tensor.shape, asked) if operand is not None and asked is not None else None
    return None if operand is None or axis is None else Clash(operand, other, tuple(asked), axis)


def _added(node: Node, event: Event, role: str) -> Clash | None:
    """The bias of a product, against what the product gives."""
    bias = next((o for o in event.inputs if o.role == role), None)
    weight = next((o for o in event.inputs if o.role in ("weight", "mat2", "batch2")), None)
    if bias is None or weight is None or not bias.tensor.shape or not weight.tensor.shape:
        return None
    width = weight.tensor.shape[0] if node.op == "aten::linear" else weight.tensor.shape[-1]
    if node.bare_name == "addmv" or bias.tensor.shape[-1] in (1, width):
        return None
    return Clash(bias, weight, (width,), -1)


def _indices(event: Event) -> Clash | None:
    """Indices against each other, and a mask against what it masks."""
    indices = [o for o in event.inputs if o.role.startswith("indices")]
    masks = [o for o in indices if o.tensor.dtype in ("bool", "uint8")]
    masked = next((o for o in event.inputs if o.role == "self"), None)
    if len(indices) == 1 and masks and masked is not None:
        return _mask(masks[0], masked)
    return None if masks else _pairwise(indices)


def _mask(mask: Operand, masked: Operand) -> Clash | None:
    for axis, given in enumerate(mask.tensor.shape):
        if axis < len(masked.tensor.shape) and given != masked.tensor.shape[axis]:
            rank = len(mask.tensor.shape)
            return Clash(mask, masked, masked.tensor.shape[:rank], axis - rank)
    return None
