"""Views that fold the batch into the features of a sample, or parts of a sample into the batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.joins import counts_parts, interleaved
from whygrad.engine.axes.layouts import Layouts, sent
from whygrad.engine.axes.moving import REGROUPING
from whygrad.engine.axes.pieces import Axis, Layout, Piece, holds_batch, length
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands.targets import compared

_BATCHED = {"conv1d": 3, "conv2d": 4, "conv3d": 5, "batch_norm": 2, "max_pool2d": 4, "avg_pool2d": 4, "max_pool1d": 3}
_ROLES = {"linear": ("input", "weight"), "addmm": ("mat1", "mat2"), "mm": ("self", "mat2"), "matmul": ("self", "other")}


@dataclass(frozen=True)
class Fold:
    """A view at `order` that changed how many samples there are, and the layer that then read it.

    `swallowed`: the samples are among the features; else parts of each sample are among the samples.
    """

    order: int
    view: Event
    reader: Event
    weight: Tensor
    wanted: int
    samples: int
    swallowed: bool

    @property
    def width(self) -> int:
        """The features of one sample."""
        return self.view.tensors[0].elements // self.samples

    @property
    def fits(self) -> bool:
        """Whether the layer was made for the features of one sample."""
        return self.width == self.wanted


def folds(observation: Observation, known: Layouts) -> Iterator[Fold]:
    """The views that a layer with weights reads as if they had kept the batch."""
    told: set[int] = set()
    for reader in known.step.events:
        read = _read(observation, reader)
        found = _view(observation, known, reader, read[0]) if read is not None else None
        if read is None or found is None or found[0] in told:
            continue
        wanted = read[1].shape[observation.nodes[reader.node].bare_name == "linear"]
        fold = Fold(found[0], known.step.events[found[0]], reader, read[1], wanted, *found[1:])
        if (fold.fits and not reader.completed) or (reader.completed and _has_batch(observation, known)):
            told.add(fold.order)
            yield fold


@dataclass(frozen=True)
class Unfolded:
    """A view at `order` that makes images of `features`, with another number of them than there are `samples`."""

    order: int
    view: Event
    samples: int
    features: int

    @property
    def wanted(self) -> int:
        """The numbers in each image."""
        return self.view.outputs[0].elements // self.view.outputs[0].shape[0]


def unfolds(observation: Observation, known: Layouts) -> Iterator[Unfolded]:
    """The views of rows of features as images whose number is left open and comes out wrong.

    Fewer features than an image has: each is made of several samples. More of them may be meant, as several images of
    a sample, unless a loss then refuses its target. Rows that stay whole are put in groups, as the nodes of graphs.
    """
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        if opens_the_batch(known, node, event):
            found = Unfolded(order, event, *event.tensors[0].shape)
            several = found.features % found.wanted == 0 and found.samples == _targets(observation)
            whole = event.outputs[0].shape[-1] == found.features
            if not whole and (found.features < found.wanted or several):
                yield found


def opens_the_batch(known: Layouts, node: Node, event: Event) -> bool:
    """Whether a view makes another number of things of (batch, features) by leaving the first size open: `(-1, …)`."""
    given = node.literal("size") or node.literal("shape")
    if node.bare_name not in ("view", "reshape") or not event.completed or not isinstance(given, list):
        return False
    if not (event.tensors and event.outputs and event.outputs[0].shape):
        return False
    before = known.of(event.tensors[0])
    samples = samples_first(before) if len(before) == 2 and len(given) > 2 and given[0] == -1 else None
    return samples is not None and event.outputs[0].shape[0] not in (0, samples)


def _read(observation: Observation, event: Event) -> tuple[Tensor, Tensor] | None:
    """What a linear layer read, and its weight."""
    roles = _ROLES.get(observation.nodes[event.node].bare_name)
    given, weight = (event.input(role) for role in roles) if roles else (None, None)
    if given is None or weight is None or len(weight.shape) != 2 or weight.id not in observation.stored:
        return None
    return given, weight


def _view(observation: Observation, known: Layouts, reader: Event, read: Tensor) -> tuple[int, int, bool] | None:
    """The last view behind a layer that changed the number of samples, how many there were, and in which way."""
    layout, targets = known.of(read), _targets(observation)
    if not layout or not (_swallowed(known, layout) or _spread(layout, refused=targets is not None, image=True)):
        return None
    for order in sorted(known.behind(reader), reverse=True):
        view, node = known.step.events[order], observation.nodes[known.step.events[order].node]
        if node.bare_name not in REGROUPING or not view.inputs or interleaved(observation, known, node, view):
            continue
        before, after = known.of(view.tensors[0]), known.of(view.outputs[0])
        samples = samples_first(before)
        if samples and _swallowed(known, after) and not _swallowed(known, before):
            return order, samples, True
        refused = samples == targets
        image = len(before) > 3
        spread = _spread(after, refused=refused, image=image) and (refused or image or _through_channels(after))
        if samples and spread and not _unfolded(observation, known, after[0]):
            return order, samples, False
    return None


def samples_first(layout: Layout) -> int | None:
    """How many samples stand in the first axis, where nothing else does."""
    alone = bool(layout) and len(layout[0]) == 1 and holds_batch(layout[0]) and length(layout[0]) > 1
    return length(layout[0]) if alone else None


def _swallowed(known: Layouts, layout: Layout) -> bool:
    """Whether the samples are among the features."""
    features = layout[-1] if layout else ()
    return len(features) > 1 and any(p.source.batch and not counts_parts(known, p) for p in features)


def _spread(layout: Layout, *, refused: bool, image: bool) -> bool:
    """Whether features are among the samples: a part of them whose rest is not, or all where a loss refuses that.

    Of what was sent only those of an image: the steps of a sequence may be told one by one.
    """
    if len(layout) != 2 or not holds_batch(layout[0]):
        return False
    among = [p for p in layout[0] if not p.source.batch]
    if any(_torn(p, layout[1]) for p in among if not p.whole) or layout[0][0].source.kind == "mixed":
        return True
    of_image = image and len(layout[1]) > 1  # a row of all channels of one position is a feature of that position
    return refused and bool(among) and (among[0].source.kind == "made" or of_image)


def _through_channels(after: Layout) -> bool:
    """Whether each row has some channels of a layer at all positions: steps or features alone may be cut on purpose."""
    among = [p for p in after[0] if p.source.kind == "made"]
    return len(after[1]) > 1 and any(_torn(p, after[1][:1]) for p in among)


def _targets(observation: Observation) -> int | None:
    """How many targets there are for a loss that refused another number of predictions; None where none did."""
    failed = observation.failure
    found = compared(observation.nodes[failed.node], failed) if failed is not None else None
    given, target = (found.input.tensor.shape[:1], found.target.tensor.shape[:1]) if found is not None else ((), ())
    return target[0] if target and given != target else None


def _torn(part: Piece, rest: Axis) -> bool:
    return any(p.source == part.source for p in rest)


def _unfolded(observation: Observation, known: Layouts, axis: Axis) -> bool:
    """Whether a later view gives the samples an axis of their own again."""
    for event in known.step.events:
        if observation.nodes[event.node].bare_name in REGROUPING and event.inputs and event.outputs:
            before, after = known.of(event.tensors[0]), known.of(event.outputs[0])
            if before[:1] == (axis,) != after[:1] and samples_first(after):
                return True
    return False


def _has_batch(observation: Observation, known: Layouts) -> bool:
    """Whether the first axis is known to be the batch: a layer takes it so, or two inputs share it."""
    shared = [t for t in sent(observation, known.step) if t.shape and holds_batch(known.of(t)[0])]
    if len(shared) > 1:
        return True
    return any(_takes_batch(observation.nodes[e.node], known, e) for e in known.step.events)


def _takes_batch(node: Node, known: Layouts, event: Event) -> bool:
    name = f"conv{len(event.tensors[1].shape) - 2}d" if node.op == "aten::_convolution" else node.bare_name
    rank = _BATCHED.get(name)
    layout = known.of(event.tensors[0]) if event.inputs else ()
    return rank is not None and len(layout) >= rank and holds_batch(layout[0])
