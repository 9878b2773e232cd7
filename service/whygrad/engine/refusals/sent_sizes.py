"""Images, sequences and batches of other sizes than were sent: those that a program was made for.

What a program takes is told by what it makes of what it got: a score map that is to be one number, strides that do
not divide the positions, a table for another number of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isqrt, lcm

from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation, Step, Tensor
from whygrad.engine.operands.targets import Compared
from whygrad.engine.operands.windows import window
from whygrad.engine.refusals.sending import sent_otherwise, shape_to_send
from whygrad.engine.wording.phrases import sizes

Sized = tuple[Tensor, int]
"""A tensor, and the size of one of its axes."""

_MOST_WAYS = 3
_IMAGES = 4
"""The dimensions of a batch of images: samples, channels, height and width."""


def one_score(observation: Observation, step: Step, found: Compared) -> Iterator[Fix]:
    """Images of which a discriminator's last map is a single score, where there is one target for each sample."""
    given, target = found.input.tensor, found.target.tensor
    scores = _score_map(step, given, target) if found.classes is None and len(given.shape) < _IMAGES - 1 else None
    if scores is None:
        return
    positions = scores.shape[2:]
    needed = shape_to_send(observation, step, scores, (*scores.shape[:2], *(1 for _ in positions)))
    if needed is not None:
        was, wanted = step.inputs[needed[0]].shape[2:], needed[1][2:]
        told = f"its last map is {sizes(positions)}, and each target is one number"
        yield from _of_size(observation, step, was, wanted, told, guess=False)


def _score_map(step: Step, given: Tensor, target: Tensor) -> Tensor | None:
    """The map of one channel that a prediction was before it was laid out in a row, with more than one position."""
    for event in step.lineage(given.id):
        for tensor in event.outputs[:1]:
            if tensor.elements != given.elements:
                return None
            if len(tensor.shape) >= _IMAGES - 1 and tensor.shape[1] == 1:
                alone = tensor.shape[0] == target.elements < tensor.elements
                return tensor if alone and target.shape[:1] == tensor.shape[:1] else None
    return None


def divisible(observation: Observation, step: Step) -> Iterator[Fix]:
    """Images whose height and width all strides divide, where two maps of them differ by what was rounded."""
    for place, strides in _strides(observation, step).items():
        given = step.inputs[place].shape[2:]
        wanted = tuple(-(-size // stride) * stride for size, stride in zip(given, strides, strict=True))
        if wanted != given:
            divisor = sizes(strides) if len(set(strides)) > 1 else str(strides[0])
            told = f"the strides go into {sizes(wanted)} evenly, by {divisor}"
            yield from _of_size(observation, step, given, wanted, told, guess=True)


def _strides(observation: Observation, step: Step) -> dict[int, tuple[int, ...]]:
    """The product of the strides over each image that was sent, along each axis, by its place."""
    behind = {
        sent.id: (place, (1,) * (len(sent.shape) - 2))
        for place, sent in enumerate(step.inputs)
        if len(sent.shape) >= _IMAGES - 1
    }
    most = dict[int, tuple[int, ...]]()
    for event in step.events:
        found = window(observation.nodes[event.node], event)
        for operand in (o for o in event.inputs if o.tensor.id in behind and event.outputs):
            place, strides = behind[operand.tensor.id]
            over = found is not None and found.operand.tensor.id == operand.tensor.id
            if found is not None and over and len(found.stride) == len(strides) and all(found.stride):
                strides = tuple(a * b for a, b in zip(strides, found.stride, strict=True))
                most[place] = tuple(map(lcm, most.get(place, strides), strides))
            for made in event.outputs:
                behind[made.id] = (place, strides)
            break
    return most


def in_proportion(observation: Observation, step: Step, one: Sized, other: Sized) -> Iterator[Fix]:
    """What was sent in proportion, where one of two sizes is the program's own and the other follows what was sent."""
    follows, of_any_size = _following(step, step.inputs), _of_any_size(observation, step)
    for (tensor, came), (own, wanted) in ((one, other), (other, one)):
        if tensor.id in follows and own.id not in of_any_size and 1 < wanted != came > 1:
            for change in list(_in_proportion(step, came, wanted))[:_MOST_WAYS]:
                yield from _scaled(observation, step, change, f"the program is made for {wanted}, not {came}")


def _in_proportion(step: Step, came: int, wanted: int) -> Iterator[dict[int, int]]:
    """The sizes that were sent with those that give `wanted` where they gave `came`: each alone, then all of them.

    The positions of an image in a row are as many as its height by its width; a real transform has a frequency for
    each two steps, and one more.
    """
    sent = sorted({size for tensor in step.inputs for size in tensor.shape[_places(tensor.shape)]}, reverse=True)
    fitting = {size: size * wanted // came for size in sent if size * wanted % came == 0}
    yield from ({size: other} for size, other in fitting.items())
    if len(fitting) > 1:
        yield fitting
    yield from ({size: 2 * (wanted - 1)} for size in sent if size // 2 + 1 == came)
    root, goal = isqrt(came), isqrt(wanted)
    if (root**2, goal**2) == (came, wanted) and all(size * goal % root == 0 for size in sent):
        yield {size: size * goal // root for size in sent}


def _places(shape: Sequence[int]) -> slice:
    """The axes that are positions: none of the samples, nor of the channels of an image."""
    return slice(2 if len(shape) >= _IMAGES else 1, None)


def _scaled(observation: Observation, step: Step, change: Mapping[int, int], told: str) -> Iterator[Fix]:
    def scaled(shape: tuple[int, ...]) -> tuple[int, ...]:
        places = _places(shape)
        return (*shape[: places.start], *(change.get(size, size) for size in shape[places]))

    ask, was = sent_otherwise(observation, scaled), [t.shape for t in step.inputs if scaled(t.shape) != t.shape]
    if ask is not None and was:
        yield Fix(_send([scaled(shape) for shape in was], was, told), edits=(ask,), guess=True)


def _of_any_size(observation: Observation, step: Step) -> set[int]:
    """The tensors whose sizes are not those of weights and buffers alone: of what was sent, or of a size given."""
    given = (made for event in step.events if not event.inputs for made in event.outputs)
    return _following(step, [*step.inputs, *(made for made in given if made.id not in observation.stored)])


def _following(step: Step, first: Iterable[Tensor]) -> set[int]:
    """The tensors that were computed of others, and those, by their ids."""
    found = {tensor.id for tensor in first}
    for event in step.events:
        if any(tensor.id in found for tensor in event.tensors):
            found.update(made.id for made in event.outputs)
    return found


def one_at_a_time(observation: Observation, step: Step, samples: int) -> Iterator[Fix]:
    """One sample in place of a batch, of all that begins with as many."""
    ask = sent_otherwise(observation, lambda shape: shape[1:] if shape[:1] == (samples,) else shape)
    was = [t.shape for t in step.inputs if t.shape[:1] == (samples,)]
    if ask is not None and was:
        yield Fix(_send([shape[1:] for shape in was], was, "one sample at a time"), edits=(ask,), guess=True)


def _of_size(
    observation: Observation, step: Step, was: tuple[int, ...], wanted: tuple[int, ...], told: str, *, guess: bool
) -> Iterator[Fix]:
    """All images that were sent of a size, with another."""

    def resized(shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*shape[: -len(was)], *wanted) if shape[-len(was) :] == was and len(shape) > len(was) else shape

    ask, changed = sent_otherwise(observation, resized), [t.shape for t in step.inputs if resized(t.shape) != t.shape]
    if ask is not None and changed:
        yield Fix(_send([resized(shape) for shape in changed], changed, told), edits=(ask,), guess=guess)


def _send(wanted: Iterable[tuple[int, ...]], given: Iterable[tuple[int, ...]], told: str) -> str:
    now, was = (list(dict.fromkeys(sizes(shape) for shape in each)) for each in (wanted, given))
    return f"send {' and '.join(now)}; {'this was' if len(was) == 1 else 'these were'} {' and '.join(was)}: {told}"
