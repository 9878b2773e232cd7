"""Normalisations: the sizes that their weights and statistics were made for, and those that they get."""

from __future__ import annotations

from dataclasses import dataclass, replace

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value

_BY_CHANNEL = frozenset({"batch_norm", "instance_norm"})
_BY_SHAPE = frozenset({"layer_norm", "rms_norm"})
_HELD = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True)
class Normalised:
    """Sizes that do not fit: `wanted` by the layer, `given` by its input in the dimensions from `axis` on.

    `held` are the layer's own tensors; `groups` is set where the channels cannot be divided into them. Without any of
    its own a layer wants no size.
    """

    input: Operand
    held: tuple[Operand, ...]
    wanted: tuple[int, ...]
    given: tuple[int, ...]
    axis: int
    groups: int | None = None

    @property
    def elsewhere(self) -> int | None:
        """The dimension that has the size which the layer wants, where that is one size and one dimension."""
        shape = self.input.tensor.shape
        if len(self.wanted) != 1:
            return None
        axes = [a for a in range(1, len(shape)) if shape[a] == self.wanted[0]]
        return axes[-1] if axes else None


def unlike_norm(node: Node, event: Event) -> Normalised | None:
    """What a normalisation was made for, where its input is something else."""
    given = next((o for o in event.inputs if o.role == "input"), None)
    held = tuple(o for o in event.inputs if o.role in _HELD)
    if given is None or not given.tensor.shape:
        return None
    if node.bare_name in _BY_CHANNEL and held and len(given.tensor.shape) > 1:
        return _of_channels(given, held)
    if node.bare_name == "group_norm" and len(given.tensor.shape) > 1:
        groups = value(node, event, "num_groups", 1)
        channels = given.tensor.shape[1]
        undivided = groups if isinstance(groups, int) and groups > 0 and channels % groups else None
        wrong = _of_channels(given, held)
        if wrong is not None:
            return replace(wrong, groups=undivided)
        return Normalised(given, held, (), (channels,), 1, undivided) if undivided is not None else None
    return _of_shape(node, event, given, held) if node.bare_name in _BY_SHAPE else None


def _of_channels(given: Operand, held: tuple[Operand, ...]) -> Normalised | None:
    channels = given.tensor.shape[1]
    wrong = next((o for o in held if o.tensor.shape != (channels,)), None)
    return Normalised(given, held, wrong.tensor.shape, (channels,), 1) if wrong else None


def _of_shape(node: Node, event: Event, given: Operand, held: tuple[Operand, ...]) -> Normalised | None:
    wanted = value(node, event, "normalized_shape")
    if not isinstance(wanted, list) or not wanted:
        return None
    last = given.tensor.shape[-len(wanted) :]
    odd = next((o for o in held if o.tensor.shape != tuple(wanted)), None)
    if last == tuple(wanted) and odd is None:
        return None
    sizes = tuple(wanted) if last != tuple(wanted) or odd is None else odd.tensor.shape
    return Normalised(given, held, sizes, last, len(given.tensor.shape) - len(wanted))
