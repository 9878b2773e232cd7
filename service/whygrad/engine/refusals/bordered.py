"""Windows cut out of a map, padded so that every position keeps one: without a border the outermost have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from whygrad.engine.edits import Edit, Give, Replace
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.dividing import Misfit


@dataclass(frozen=True)
class _Cut:
    """What cuts windows out of a map of a `shape`, as wide as `widths` say for each dimension that it cuts along."""

    node: Node
    shape: tuple[int, ...]
    widths: Mapping[int, int]

    @property
    def border(self) -> list[int]:
        """As `F.pad` takes it: two numbers for each of the last dimensions, the last first."""
        last = range(len(self.shape) - 1, min(self.widths) - 1, -1)
        return [self.widths.get(dim, 1) // 2 for dim in last for _ in range(2)]

    def filled(self, elements: int) -> int | None:
        """How many elements there are with a border, of so many without; None where they are not all windows."""
        windows = prod(self.shape[dim] - width + 1 for dim, width in self.widths.items())
        each, left = divmod(elements, windows) if windows > 0 else (0, 1)
        return each * prod(self.shape[dim] for dim in self.widths) if not left else None


def bordered(observation: Observation, step: Step, wrong: Misfit) -> Iterator[Fix]:
    """The map padded where its windows are cut out of it, or where a padding by nothing stands before that."""
    cut, idle = _cut(observation, step, wrong.operand.tensor)
    elements = cut.filled(wrong.available) if cut is not None else None
    if cut is None or elements is None or not _fills(wrong, elements):
        return
    told = f"pad the map by {cut.border} before its windows are cut out, so that each position keeps one"
    yield Fix(told, before="", edits=(Give(idle.id, "pad", cut.border) if idle is not None else _padded(cut),))


def _fills(wrong: Misfit, elements: int) -> bool:
    """Whether that many elements fill the sizes asked for."""
    known = prod(size for size in wrong.asked if size != -1)
    return wrong.axis is None and known > 0 and (elements % known == 0 if -1 in wrong.asked else elements == known)


def _padded(cut: _Cut) -> Edit:
    if cut.node.bare_name == "im2col":
        return Give(cut.node.id, "padding", [cut.widths[dim] // 2 for dim in sorted(cut.widths)])
    return Replace(cut.node.id, f"torch.constant_pad_nd(self, {cut.border}).unfold(dimension, size, step)")


def _cut(observation: Observation, step: Step, tensor: Tensor) -> tuple[_Cut | None, Node | None]:
    """What cut the windows that a tensor holds, and a padding by nothing on the way to that."""
    cut: _Cut | None = None
    for event in step.lineage(tensor.id):
        node = observation.nodes[event.node]
        found = convolution(node, event)
        if cut is not None and node.bare_name == "pad" and not any(value(node, event, "pad", [1])):
            return cut, node
        if not event.inputs or (found is not None and set(found.weight.shape[2:]) != {1}):
            break
        cut = _with(cut, node, event) or cut
    return cut, None


def _with(cut: _Cut | None, node: Node, event: Event) -> _Cut | None:
    """The cut, with what another execution of it takes: `unfold` cuts along one dimension."""
    shape = event.tensors[0].shape
    if node.bare_name == "im2col" and cut is None and len(shape) == 4 and _at_every_place(node, event):
        return _odd(node, shape, dict(zip((2, 3), value(node, event, "kernel_size", []), strict=False)))
    if node.bare_name != "unfold" or len(shape) < 3 or (cut is not None and cut.node.bare_name != "unfold"):
        return None
    dim, step = value(node, event, "dimension", 0) % len(shape), value(node, event, "step", 0)
    known = cut.widths if cut is not None else {}
    spatial = step == 1 and dim > 1 and dim not in known
    return _odd(node, shape, {**known, dim: value(node, event, "size", 0)}) if spatial else None


def _at_every_place(node: Node, event: Event) -> bool:
    """Whether windows follow one another place by place, without a border and without holes."""
    stride, padding, dilation = (value(node, event, name, []) for name in ("stride", "padding", "dilation"))
    return {*stride, *dilation} == {1} and not any(padding)


def _odd(node: Node, shape: tuple[int, ...], widths: Mapping[int, int]) -> _Cut | None:
    """Windows with as many places at either side."""
    return _Cut(node, shape, widths) if widths and all(width % 2 for width in widths.values()) else None
