"""How many dimensions operations take, and where an operand has too few or too many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.observation import Event, Json, Node, Operand
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution

MANY = 1 << 10
"""More dimensions than any tensor has."""

_TAKES: dict[str, dict[str, tuple[int, int]]] = {
    "linear": {"input": (1, MANY)},
    "matmul": {"self": (1, MANY), "other": (1, MANY)},
    "mm": {"self": (2, 2), "mat2": (2, 2)},
    "bmm": {"self": (3, 3), "mat2": (3, 3)},
    "mv": {"self": (2, 2), "vec": (1, 1)},
    "dot": {"self": (1, 1), "tensor": (1, 1)},
    "vdot": {"self": (1, 1), "other": (1, 1)},
    "outer": {"self": (1, 1), "vec2": (1, 1)},
    "ger": {"self": (1, 1), "vec2": (1, 1)},
    "addmm": {"mat1": (2, 2), "mat2": (2, 2)},
    "addmv": {"mat": (2, 2), "vec": (1, 1)},
    "addbmm": {"batch1": (3, 3), "batch2": (3, 3)},
    "baddbmm": {"batch1": (3, 3), "batch2": (3, 3)},
    "scaled_dot_product_attention": {"query": (2, MANY), "key": (2, MANY), "value": (2, MANY)},
    "t": {"self": (0, 2)},
    "mT": {"self": (2, MANY)},
    "tril": {"self": (2, MANY)},
    "triu": {"self": (2, MANY)},
    "select": {"self": (1, MANY)},
    "unbind": {"self": (1, MANY)},
    "narrow": {"self": (1, MANY)},
    "slice": {"self": (1, MANY)},
    "pixel_shuffle": {"self": (3, MANY)},
    "pixel_unshuffle": {"self": (3, MANY)},
    "channel_shuffle": {"self": (3, MANY)},
    "group_norm": {"input": (2, MANY)},
    "batch_norm": {"input": (2, MANY)},
    "im2col": {"self": (3, 4)},
    "col2im": {"self": (2, 3)},
    "upsample_nearest1d": {"input": (3, 3), "self": (3, 3)},
    "upsample_linear1d": {"input": (3, 3), "self": (3, 3)},
    "upsample_nearest2d": {"input": (4, 4), "self": (4, 4)},
    "upsample_bilinear2d": {"input": (4, 4), "self": (4, 4)},
    "upsample_bicubic2d": {"input": (4, 4), "self": (4, 4)},
    "upsample_nearest3d": {"input": (5, 5), "self": (5, 5)},
    "upsample_trilinear3d": {"input": (5, 5), "self": (5, 5)},
    "grid_sampler": {"input": (4, 5)},
    "embedding_bag": {"indices": (1, 2)},
    "one_hot": {},
} | {
    f"{kind}_pool{n}d": {"self": (n + 1, n + 2)}
    for n in (1, 2, 3)
    for kind in ("max", "avg", "adaptive_avg", "adaptive_max", "fractional_max")
}

_LAYERS = {
    "BatchNorm1d": (2, 3),
    "BatchNorm2d": (4, 4),
    "BatchNorm3d": (5, 5),
    "InstanceNorm1d": (2, 3),
    "InstanceNorm2d": (3, 4),
    "InstanceNorm3d": (4, 5),
    "AdaptiveAvgPool1d": (2, 3),
    "AdaptiveAvgPool2d": (3, 4),
    "AdaptiveAvgPool3d": (4, 5),
    "LSTM": (2, 3),
    "GRU": (2, 3),
    "RNN": (2, 3),
    "LSTMCell": (1, 2),
    "GRUCell": (1, 2),
    "RNNCell": (1, 2),
    "MultiheadAttention": (2, 3),
}
"""What torch checks in Python before the operation of a layer."""

MODES = {3: "linear", 4: "bilinear", 5: "trilinear"}
"""How `interpolate` calls its mode for so many dimensions."""

_OF_MODES = {mode: rank for rank, mode in MODES.items()} | {"bicubic": 4}
_NEEDED = re.compile(r"Got \dD input, but \w+ mode needs (\d)D input")
_SPATIAL = re.compile(r"input with spatial dimensions of .*? and (?:output size of|scale_factor of shape) \[(.*?)\]")
_MODE = re.compile(r"input Tensors supported \(got \dD\) .* \(got (\w+)\)")

_AXES = (
    "dim",
    "dim0",
    "dim1",
    "dim2",
    "axis",
    "axis0",
    "axis1",
    "dims",
    "start_dim",
    "end_dim",
    "source",
    "destination",
)
_ONE_MORE = frozenset({"unsqueeze", "stack", "unsqueeze_copy"})
_OTHER_DIMS = frozenset(
    {"hstack", "vstack", "dstack", "einsum", "cosine_similarity", "arange", "cross", "linalg_cross"}
)


@dataclass(frozen=True)
class WrongRank:
    """An operand with a number of dimensions outside [`least`, `most`]; `axis` is one that it does not have."""

    operand: Operand
    least: int
    most: int
    axis: int | None = None

    @property
    def given(self) -> int:
        """The number of dimensions that it has."""
        return len(self.operand.tensor.shape)

    @property
    def wanted(self) -> str:
        """In words: `3 or 4 dimensions`, `at least 2 dimensions`."""
        if self.most >= MANY:
            return f"at least {_dimensions(self.least)}"
        if self.least == 0:
            return f"at most {_dimensions(self.most)}"
        return _dimensions(self.most) if self.least == self.most else f"{self.least} or {_dimensions(self.most)}"


def wrong_rank(node: Node, event: Event, layer_type: str | None = None) -> WrongRank | None:
    """The first operand with the wrong number of dimensions. `layer_type` is the type of the module it stands in."""
    return next(iter(_wrong(node, event, layer_type)), None)


def missing_axis(node: Node, event: Event) -> WrongRank | None:
    """An axis that is named as an argument and that the operand does not have."""
    operand = event.inputs[0] if event.inputs else None
    if operand is None or node.bare_name in _OTHER_DIMS:
        return None
    rank = max(1, len(operand.tensor.shape) + (node.bare_name in _ONE_MORE))
    for axis in _axes(node, event):
        if not -rank <= axis < rank:
            least = (axis + 1 if axis >= 0 else -axis) - (node.bare_name in _ONE_MORE)
            return WrongRank(operand, least, MANY, axis)
    return None


def _wrong(node: Node, event: Event, layer_type: str | None) -> Iterator[WrongRank]:
    seen = {o.role: o for o in event.inputs}
    found = convolution(node, event)
    if found is not None and not found.fits_rank:
        yield WrongRank(seen["input"], found.spatial + 1, found.spatial + 2)
    if found is not None and found.lacks_channels:
        yield WrongRank(seen["input"], found.spatial + 2, found.spatial + 2)
    if "input" in seen and _unbatched(node, event):
        yield WrongRank(seen["input"], 3, 3)
    if "input" in seen:
        yield from _by_layer(seen["input"], layer_type)
    for role, (least, most) in _TAKES.get(node.bare_name, {}).items():
        if role in seen and not least <= len(seen[role].tensor.shape) <= most:
            yield WrongRank(seen[role], least, most)
    yield from _by_arguments(node, event, seen)
    axis = missing_axis(node, event)
    if axis is not None:
        yield axis


def _unbatched(node: Node, event: Event) -> bool:
    """Whether one sample of (channels, positions) was read as a batch."""
    given, mean = event.input("input"), event.input("running_mean")
    if node.bare_name != "batch_norm" or given is None or mean is None or len(given.shape) != 2:
        return False
    return given.shape[0] == mean.elements != given.shape[1]


def _by_layer(operand: Operand, layer_type: str | None) -> Iterator[WrongRank]:
    least, most = _LAYERS.get(layer_type or "", (0, MANY))
    if not least <= len(operand.tensor.shape) <= most:
        yield WrongRank(operand, least, most)


def wrong_for_layer(operand: Operand, layer_type: str | None) -> WrongRank | None:
    """The input of a layer where torch checked it before any operation."""
    return next(_by_layer(operand, layer_type), None)


def wrong_to_interpolate(operand: Operand, said: str) -> WrongRank | None:
    """What torch's `interpolate` says of its input before any operation; None where it says no such thing."""
    needed, spatial, mode = (found.search(said) for found in (_NEEDED, _SPATIAL, _MODE))
    rank = int(needed[1]) if needed else len(spatial[1].split(",")) + 2 if spatial else None
    rank = _OF_MODES.get(mode[1]) if mode else rank
    return WrongRank(operand, rank, rank) if rank is not None and len(operand.tensor.shape) != rank else None


def _by_arguments(node: Node, event: Event, seen: dict[str, Operand]) -> Iterator[WrongRank]:
    """What depends on the other arguments: a permutation, a padding, several indices, a grid."""
    op = node.bare_name
    if op == "permute" and "self" in seen:
        yield from _exactly(seen["self"], len(value(node, event, "dims", [])))
    if op == "pad" and "self" in seen:
        yield from _padded(seen["self"], value(node, event, "pad", []), value(node, event, "mode", "constant"))
    if op in ("index", "index_put") and "self" in seen:
        taken = _indexed(o for o in event.inputs if o.role.startswith("indices"))
        if taken > len(seen["self"].tensor.shape):
            yield WrongRank(seen["self"], taken, MANY)
    if op in ("gather", "scatter", "scatter_add", "scatter_reduce") and {"self", "index"} <= seen.keys():
        yield from _exactly(seen["index"], len(seen["self"].tensor.shape))
    if op == "grid_sampler" and {"input", "grid"} <= seen.keys():
        yield from _exactly(seen["grid"], len(seen["input"].tensor.shape))


def _exactly(operand: Operand, rank: int) -> Iterator[WrongRank]:
    if len(operand.tensor.shape) != rank:
        yield WrongRank(operand, rank, rank)


def _padded(operand: Operand, pad: Json, mode: str) -> Iterator[WrongRank]:
    pairs, rank = len(pad) // 2, len(operand.tensor.shape)
    if mode == "constant" and rank < pairs:
        yield WrongRank(operand, pairs, MANY)
    if mode != "constant" and rank not in (pairs + 1, pairs + 2):
        yield WrongRank(operand, pairs + 1, pairs + 2)


def _indexed(indices: Iterator[Operand]) -> int:
    """How many dimensions the indices take: a mask takes as many as it has."""
    return sum(len(o.tensor.shape) if o.tensor.dtype in ("bool", "uint8") else 1 for o in indices)


def _axes(node: Node, event: Event) -> Iterator[int]:
    for name in _AXES:
        given = value(node, event, name)
        for axis in given if isinstance(given, list) else [given]:
            if isinstance(axis, int) and not isinstance(axis, bool):
                yield axis


def _dimensions(number: int) -> str:
    return "1 dimension" if number == 1 else f"{number} dimensions"
