"""Windows cut out of a map, padded so that every position keeps one: without a border the outermost have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """What cuts windows, each as wide as `widths` says, out of the last dimensions of a map of these `sizes`."""

    node: Node
    widths: tuple[int, ...]
    sizes: tuple[int, ...]

    @property
    def border(self) -> list[int]:
        """As `F.pad` takes it: two numbers for each dimension, the last first."""
        return [width // 2 for width in reversed(self.widths) for _ in range(2)]

    @property
    def grown(self) -> float:
        """How many times as many windows there are with a border."""
        return prod(n / (n - width + 1) for n, width in zip(self.sizes, self.widths, strict=True))


def bordered(observation: Observation, step: Step, wrong: Misfit) -> Iterator[Fix]:
    """The map padded where its windows are cut out of it, or where a padding by nothing stands before that."""
    cut, idle = _cut(observation, step, wrong.operand.tensor)
    if cut is None or not _fills(wrong, round(wrong.available * cut.grown)):
        return
    told = f"pad the map by {cut.border} before its windows are cut out, so that each position keeps one"
    yield Fix(told, before="", edits=(Give(idle.id, "pad", cut.border) if idle is not None else _padded(cut),))


def _fills(wrong: Misfit, elements: int) -> bool:
    """Whether that many elements fill the sizes asked for."""
    known = prod(size for size in wrong.asked if size != -1)
    return wrong.axis is None and known > 0 and (elements % known == 0 if -1 in wrong.asked else elements == known)


def _padded(cut: _Cut) -> Edit:
    if cut.node.bare_name == "im2col":
        return Give(cut.node.id, "padding", [width // 2 for width in cut.widths])
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
    """The cut, with what another execution of it takes: `unfold` cuts along one dimension, the last of them first."""
    shape = event.tensors[0].shape
    if node.bare_name == "im2col" and cut is None and len(shape) == 4:
        return _odd(node, value(node, event, "kernel_size", []), value(node, event, "stride", []), shape[2:])
    if node.bare_name != "unfold" or len(shape) < 3:
        return None
    widths = (value(node, event, "size", 0), *(cut.widths if cut is not None else ()))
    sizes = (shape[value(node, event, "dimension", 0)], *(cut.sizes if cut is not None else ()))
    return _odd(node, widths, [value(node, event, "step", 0)], sizes)


def _odd(node: Node, widths: Sequence[int], strides: Sequence[int], sizes: Sequence[int]) -> _Cut | None:
    """Windows at every position, with as many places at either side."""
    odd = all(isinstance(width, int) and width % 2 for width in widths)
    return _Cut(node, tuple(widths), tuple(sizes)) if odd and set(strides) == {1} else None
