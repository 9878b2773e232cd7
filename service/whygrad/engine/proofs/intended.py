"""The shape that an operation meant to give when it was refused, so that a run can go on; and what it gives mended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

from whygrad.engine.diagnose import Diagnosed
from whygrad.engine.edits import Ask, Become, Give, Replace, Wrap
from whygrad.engine.finding import Finding
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import Convolution, convolution
from whygrad.engine.operands.recurrent import LAYERS, recurrent
from whygrad.engine.operands.subscripts import equation, result
from whygrad.engine.proofs.trials import Trial

Shape = tuple[int, ...]

_LIKE_INPUT = frozenset({"batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "softmax", "relu"})


@dataclass(frozen=True)
class Intended:
    """A shape that was meant; `sure` where the operation itself says so (a layer), not operands that may be wrong."""

    shape: Shape
    sure: bool


def intended(node: Node, event: Event) -> Intended | None:
    """What the result would have been with operands that fit; None where it is not known."""
    if node.writes:  # its result is read from the memory that it writes
        return None
    by_layer = _of_layer(node, event)
    if by_layer is not None:
        return Intended(by_layer, sure=True)
    guessed = _guessed(node, event)
    return Intended(guessed, sure=False) if guessed is not None else None


def _of_layer(node: Node, event: Event) -> Shape | None:
    name, found = node.bare_name, convolution(node, event)
    if found is not None:
        return _convolved(found)
    if name == "linear":
        return _linear(event)
    if name == "embedding":
        return _embedded(event)
    if name in _LIKE_INPUT:
        return _first(event)
    if name in LAYERS:
        return _recurrent(node, event)
    return () if node.argument("target") is not None or name.endswith("_loss") else None


def _guessed(node: Node, event: Event) -> Shape | None:
    name = node.bare_name
    if name in ("matmul", "mm", "bmm", "addmm", "addmv", "mv"):
        return _product(event)
    if name in ("view", "reshape"):
        return _viewed(node, event)
    if (written := equation(node, event)) is not None:
        return result(written, event)
    if name == "cat":
        return _joined(node, event)
    if name == "stack":
        return _stacked(node, event)
    return _stretched(event) if len(event.inputs) > 1 else None


def meant_by(fault: Diagnosed) -> Intended | None:
    """The shape that the operation of a fault was to give, where that is known."""
    node, event = fault.finding.node, fault.finding.event
    return intended(fault.observation.nodes[node], event) if node is not None and event is not None else None


def changes_shapes(trial: Trial) -> bool:
    """Whether what follows the mended operation gets another shape than it gave, or was to give."""
    node, event = trial.fault.finding.node, trial.fault.finding.event
    now = _given_now(trial)
    if node is None or event is None or now is None:
        return any(isinstance(e, Wrap | Replace | Become | Give | Ask) for e in trial.fix.edits)
    was = event.outputs[0].shape if event.outputs else None
    if was is None and _gets_the_same(trial, event):
        return False
    meant = meant_by(trial.fault) if was is None else None
    return now != (meant.shape if meant is not None else was)


def of_other_ranks(trial: Trial, new: Finding) -> bool:
    """Whether what stretches silently differs in its number of dimensions, which a fix of sizes left as it was."""
    refused, now = trial.fault.finding.event, _given_now(trial)
    if new.event is None or not new.event.completed or refused is None or now is None:
        return False
    ranks = {len(tensor.shape) for tensor in new.event.tensors}
    return len(ranks) > 1 and {len(tensor.shape) for tensor in refused.tensors} == {len(now)}


def _gets_the_same(trial: Trial, refused: Event) -> bool:
    """Whether the mended operation is what it was, and reads the shapes that it was refused with, as after a cast."""
    if any(isinstance(e, Replace | Become | Give) and e.node == refused.node for e in trial.fix.edits):
        return False
    shapes = [t.shape for t in refused.tensors]
    return any(
        e.node == refused.node and [t.shape for t in e.tensors] == shapes for e in trial.after.observation.first.events
    )


def _given_now(trial: Trial) -> tuple[int, ...] | None:
    """The shape that the mended operation gives, or the one that stands in its place now; None where neither ran.

    What was put behind it is a part of it: an axis that is swapped before it is swapped back there.
    """
    seen, added = trial.after.observation, len(trial.base.observation.nodes)
    node = trial.fault.finding.node
    place = seen.stack(node) if node is not None and node not in seen.executed else None
    given: Tensor | None = None
    for event in seen.first.events:
        own = event.node == node
        put_in = event.node >= added and (given in event.tensors or seen.stack(event.node) == place)
        if event.outputs and (own or put_in):
            given = event.outputs[0]
        elif given is not None and given in event.tensors:
            break
    return given.shape if given is not None else None


def follows_from(observation: Observation, finding: Finding, node: int, added: int) -> bool:
    """Whether what a finding is about was computed from the result of a node, or of those numbered from `added` on."""
    if finding.event is None:
        return False
    reached: set[int] = set()
    for event in observation.first.events:
        if event.node == node or event.node >= added or reached & {t.id for t in event.tensors}:
            reached |= {t.id for t in event.outputs}
    return any(t.id in reached for t in finding.event.tensors)


def meets_again(observation: Observation, finding: Finding, node: int, added: int) -> bool:
    """Whether a finding is about two tensors that came of two operands of a node, past it or what is numbered as above.

    What did not fit there does not fit here either.
    """
    ours = [e for e in observation.first.events if e.node == node or e.node >= added]
    given = {t.id for t in ours[0].tensors} if ours else set[int]()
    came = {one: _reached(observation, one, given - {one}, {t.id for e in ours for t in e.outputs}) for one in given}
    met = [t.id for t in finding.event.tensors] if finding.event is not None else []
    owners = [{one for one, reached in came.items() if t in reached} for t in met]
    alone = {next(iter(o)) for o in owners if len(o) == 1}
    return len(alone) > 1


def _reached(observation: Observation, start: int, others: Collection[int], barred: Collection[int]) -> set[int]:
    """What was computed of a tensor, and not of what is barred or by way of the others."""
    reached = {start}
    for event in observation.first.events:
        if reached & {t.id for t in event.tensors}:
            reached |= {t.id for t in event.outputs if t.id not in barred and t.id not in others}
    return reached


def _first(event: Event) -> Shape | None:
    return event.tensors[0].shape if event.tensors else None


def _linear(event: Event) -> Shape | None:
    weight, given = event.input("weight"), event.input("input")
    if weight is None or given is None or len(weight.shape) != 2:
        return None
    return (*given.shape[:-1], weight.shape[0])


def _recurrent(node: Node, event: Event) -> Shape | None:
    """Its outputs over time: the last dimension is what all its directions give."""
    found = recurrent(node, event)
    directions = 2 if value(node, event, "bidirectional", False) else 1
    return (*found.input.tensor.shape[:-1], found.hidden[0] * directions) if found is not None else None


def _product(event: Event) -> Shape | None:
    factors = [t for t in event.tensors if len(t.shape) >= 2][-2:]
    if len(factors) != 2:
        return None
    return (*factors[0].shape[:-1], factors[1].shape[-1])


def _convolved(found: Convolution) -> Shape | None:
    if found.transposed or not found.fits_rank:
        return None
    outer = found.input.shape[: -found.spatial - 1]
    sizes = []
    for axis in range(found.spatial):
        kernel = found.weight.shape[2 + axis]
        stride, padding, dilation = (_at(found.settings[n], axis) for n in ("stride", "padding", "dilation"))
        if stride is None or padding is None or dilation is None:
            return None
        size = found.input.shape[axis - found.spatial]
        sizes.append(max(1, (size + 2 * padding - dilation * (kernel - 1) - 1) // max(1, stride) + 1))
    return (*outer, found.produced, *sizes)


def _at(setting: object, axis: int) -> int | None:
    if isinstance(setting, list):
        setting = setting[axis if axis < len(setting) else -1] if setting else None
    return setting if isinstance(setting, int) else None


def _embedded(event: Event) -> Shape | None:
    table, indices = event.input("weight"), event.input("indices")
    if table is None or indices is None or len(table.shape) != 2:
        return None
    return (*indices.shape, table.shape[-1])


def _viewed(node: Node, event: Event) -> Shape | None:
    sizes = value(node, event, "size") or value(node, event, "shape")
    if not isinstance(sizes, list) or not event.tensors or not all(isinstance(s, int) for s in sizes):
        return None
    known = prod(s for s in sizes if s != -1) or 1
    return tuple(max(1, event.tensors[0].elements // known) if s == -1 else s for s in sizes)


def _joined(node: Node, event: Event) -> Shape | None:
    axis, shapes = value(node, event, "dim", 0), [t.shape for t in event.tensors]
    if not shapes or not isinstance(axis, int) or len({len(s) for s in shapes}) != 1:
        return None
    rank = len(shapes[0])
    if not -rank <= axis < rank:
        return None
    joined = list(shapes[0])
    joined[axis] = sum(s[axis] for s in shapes)
    return tuple(joined)


def _stacked(node: Node, event: Event) -> Shape | None:
    axis, longest = value(node, event, "dim", 0), _stretched(event)
    if not isinstance(axis, int) or not -len(longest) - 1 <= axis <= len(longest):
        return None
    at = axis % (len(longest) + 1)
    return (*longest[:at], len(event.tensors), *longest[at:])


def _stretched(event: Event) -> Shape:
    shapes = [t.shape for t in event.tensors]
    rank = max(len(s) for s in shapes)
    padded = [(1,) * (rank - len(s)) + s for s in shapes]
    return tuple(max(sizes) for sizes in zip(*padded, strict=True))
