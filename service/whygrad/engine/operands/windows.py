"""Windows that slide over an input - convolutions, pools, unfoldings - and inputs that are smaller than they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from whygrad.engine.observation import Event, Json, Node, Operand, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution

_POOL = re.compile(r"(max|avg|lp)_pool([123])d(_with_indices)?")
_UPSAMPLE = re.compile(r"upsample_\w+?([123])d")


@dataclass(frozen=True)
class Window:
    """A window over the last dimensions of an operand, one number for each.

    `padding` is what is added on one side, `generous` that an incomplete last window counts (`ceil_mode`).
    """

    operand: Operand
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    generous: bool = False

    @property
    def least(self) -> tuple[int, ...]:
        """The smallest sizes that it goes into."""
        return self.input_for((1,) * len(self.kernel))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes that it is to slide over."""
        return self.operand.tensor.shape[-len(self.kernel) :]

    @property
    def refused(self) -> bool:
        """Whether it fits nowhere, and so gives nothing."""
        return any(given < least for given, least in zip(self.sizes, self.least, strict=True))

    def input_for(self, output: Sequence[int]) -> tuple[int, ...]:
        """The smallest sizes that give as many outputs."""
        settings = zip(output, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        return tuple(
            max(1, (o - 1) * s + d * (k - 1) + 1 - 2 * p - (s - 1 if self.generous else 0))
            for o, k, s, p, d in settings
        )


def window(node: Node, event: Event) -> Window | None:
    """The window of an operation that has one; None where it has none, or its input is no image for it."""
    found = _convolved(node, event) or _pooled(node, event) or _unfolded(node, event)
    if found is None or len(found.operand.tensor.shape) < len(found.kernel):
        return None
    return found


def too_large(node: Node, event: Event) -> Window | None:
    """A window that is larger than its input."""
    found = window(node, event)
    return found if found is not None and found.refused else None


def reaching(node: Node, event: Event) -> tuple[Operand, tuple[int, ...]] | None:
    """An operand that is padded by more than it has to mirror, and the sizes that it would need."""
    operand, pad = event.input("self"), value(node, event, "pad", [])
    mode = value(node, event, "mode", "constant")
    if node.bare_name != "pad" or mode not in ("reflect", "circular") or operand is None or not pad:
        return None
    spare = 1 if mode == "reflect" else 0
    least = tuple(max(pad[i : i + 2]) + spare for i in range(0, len(pad), 2))[::-1]
    if len(least) > len(operand.shape) or all(g >= n for g, n in zip(operand.shape[-len(least) :], least, strict=True)):
        return None
    return Operand("self", operand), least


def nothing_left(node: Node, event: Event) -> tuple[Operand, tuple[int, ...]] | None:
    """An operand without elements, or one too small to be scaled down as asked, and the sizes that it would need."""
    given = next((o for o in event.inputs if o.role in ("self", "input")), None)
    if given is None:
        return None
    factors = value(node, event, "scale_factors")
    if _UPSAMPLE.fullmatch(node.bare_name) and isinstance(factors, list) and all(map(_is_positive, factors)):
        least = tuple(ceil(1 / f) for f in factors)
        if any(size < needed for size, needed in zip(given.tensor.shape[-len(least) :], least, strict=False)):
            return given, least
    return (given, tuple(max(1, s) for s in given.tensor.shape)) if given.tensor.elements == 0 else None


def _is_positive(factor: Json) -> bool:
    """Whether it is a number above 0; one that is not finite comes as text."""
    return isinstance(factor, int | float) and factor > 0


def input_for(node: Node, event: Event, given: Tensor, wanted: Sequence[int]) -> tuple[int, ...] | None:
    """The shape that an operation needs of `given` for its output to have `wanted`; None where that is not told."""
    unfolds = node.bare_name == "im2col"  # whose last size is the number of windows
    found, before = None if unfolds else window(node, event), given.shape
    after = event.outputs[0].shape if event.outputs else ()
    if found is not None and found.operand.tensor.id == given.id:
        rank = len(found.kernel)
        return (*before[:-rank], *found.input_for(wanted[-rank:]))
    if node.bare_name == "embedding":
        return tuple(wanted[:-1])
    if node.bare_name in ("transpose", "permute", "unsqueeze") and len(after) == len(wanted):
        return _turned_back(node, event, wanted)
    if _UPSAMPLE.fullmatch(node.bare_name) and 0 not in after:
        return tuple(ceil(w * b / a) for w, b, a in zip(wanted, before, after, strict=True))
    return _as_large(before, after, wanted)


def _as_large(before: Sequence[int], after: Sequence[int], wanted: Sequence[int]) -> tuple[int, ...] | None:
    """Sizes that pass an operation as they are; what it changes must be as wanted already."""
    if not len(before) == len(after) == len(wanted):
        return None
    sizes = list(zip(before, after, wanted, strict=True))
    return tuple(w if b == a else b for b, a, w in sizes) if all(b == a or a == w for b, a, w in sizes) else None


def _turned_back(node: Node, event: Event, wanted: Sequence[int]) -> tuple[int, ...] | None:
    """The shape before dimensions were moved or added."""
    axes, rank = list(range(len(wanted))), len(wanted)
    if node.bare_name == "permute":
        order = value(node, event, "dims", [])
        return tuple(wanted[order.index(axis)] for axis in axes) if sorted(order) == axes else None
    if node.bare_name == "unsqueeze":
        added = value(node, event, "dim", 0) % rank
        return (*wanted[:added], *wanted[added + 1 :])
    one, two = value(node, event, "dim0", 0) % rank, value(node, event, "dim1", 0) % rank
    axes[one], axes[two] = axes[two], axes[one]
    return tuple(wanted[axis] for axis in axes)


def _convolved(node: Node, event: Event) -> Window | None:
    found = convolution(node, event)
    if found is None or found.transposed:
        return None
    kernel = found.weight.shape[2:]
    settings = found.settings
    if settings["padding"] == "same":
        return None
    padding = 0 if settings["padding"] == "valid" else settings["padding"]
    each = (spread(settings["stride"], kernel, 1), spread(padding, kernel, 0), spread(settings["dilation"], kernel, 1))
    return Window(Operand("input", found.input), kernel, *each)


def _pooled(node: Node, event: Event) -> Window | None:
    match, operand = _POOL.fullmatch(node.bare_name), event.input("self")
    if match is None or operand is None:
        return None
    rank = int(match[2])
    kernel = spread(value(node, event, "kernel_size"), (0,) * rank, 1)
    stride = value(node, event, "stride")
    return Window(
        Operand("self", operand),
        kernel,
        spread(stride, kernel, 1) if stride else kernel,
        spread(value(node, event, "padding"), kernel, 0),
        spread(value(node, event, "dilation"), kernel, 1),
        generous=bool(value(node, event, "ceil_mode", False)),
    )


def _unfolded(node: Node, event: Event) -> Window | None:
    operand = event.input("self")
    if operand is None or node.bare_name != "im2col":
        return None
    kernel = spread(value(node, event, "kernel_size"), (0, 0), 1)
    padding, dilation = value(node, event, "padding"), value(node, event, "dilation")
    stride = spread(value(node, event, "stride"), kernel, 1)
    return Window(Operand("self", operand), kernel, stride, spread(padding, kernel, 0), spread(dilation, kernel, 1))


def spread(given: Json, like: Sequence[int], usual: int) -> tuple[int, ...]:
    """One number for each dimension, as torch reads a setting."""
    if isinstance(given, list) and given and all(isinstance(g, int) for g in given):
        return tuple(given) if len(given) == len(like) else (given[0],) * len(like)
    return (given,) * len(like) if isinstance(given, int) else (usual,) * len(like)
