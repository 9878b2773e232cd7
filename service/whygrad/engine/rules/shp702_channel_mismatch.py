"""A convolution gets another number of channels than it was made for.

What happened
-------------
The input of a convolution has, in its channel dimension, another size than the first argument of the layer; or the
channels cannot be divided into the groups; or the bias has another length than the output channels.

Why it matters
--------------
The forward raises "expected input[2, 24, 8, 8] to have 16 channels, but got 24 channels instead", so no parameter
gets a gradient.

How to fix it
-------------
Follow the channels: each layer takes what the one before gives, and `torch.cat(..., dim=1)` adds them up. Change the
first argument of the layer, or what comes before it.

Not to be confused with
-----------------------
SHP703: the input lacks a whole dimension. SHP701: the same for linear layers. Images with their channels last
(height x width x 3) need `x.permute(0, 3, 1, 2)`, not another layer; those that have them in front already do not.

Example
-------
Shapes: 2x3x8x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(3, 8, 3, padding=1)
            self.second = nn.Conv2d(16, 4, 3, padding=1)

        def forward(self, x):
            h = torch.relu(self.first(x))
            return self.second(h)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(3, 16, 3, padding=1)
            self.second = nn.Conv2d(16, 4, 3, padding=1)

        def forward(self, x):
            h = torch.relu(self.first(x))
            return self.second(h)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.moved_twice import MovedTwice, moved_twice
from whygrad.engine.axes.one_sample import one_sample
from whygrad.engine.edits import Edit, Give, Replace, Resize, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Node, Observation, Operand
from whygrad.engine.operands.convolutions import Convolution, convolution, definition
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.sending import place_of, reshaped
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import layer, made_with, origin, parameter_name
from whygrad.engine.wording.phrases import counted, size, sizes
from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten, unless_idle
from whygrad.engine.wording.spelling import with_behind


@rule("SHP702", "channel-mismatch", "error")
def channel_mismatch(observation: Observation) -> Iterator[Finding]:
    """The convolution that was refused."""
    for failed, node, event in refused(observation, "channels"):
        found = convolution(node, event)
        lacking = failed.step is observation.first and one_sample(observation, layouts(observation), node, event)
        if found is not None and not lacking:
            yield _finding(observation, failed, node, found)


def _finding(observation: Observation, failed: Failure, node: Node, found: Convolution) -> Finding:
    name = layer(observation, found.weight, node) or "the convolution"
    moved = _moved(observation, failed, found)
    in_order = _in_order(observation, failed, moved) if moved is not None else ()
    return finding(
        observation,
        failed,
        title=_title(name, found),
        message=f"{name} looks for {found.wanted} channels in an input of {size(found.input)}, "
        f"and its weight is {size(found.weight)} with {counted(found.groups, 'group')}."
        + (" What was sent has them in front, and they are moved there as if they were last." if moved else ""),
        chain=[origin(observation, failed.step, node, Operand("input", found.input))],
        fixes=[*in_order, *_fed_more(observation, failed, found), _fix(observation, node, name, found)],
    )


def _title(name: str, found: Convolution) -> str:
    if found.given != found.wanted:
        return f"{name} takes {found.wanted} channels, and gets {found.given}"
    if found.bias is not None and found.bias.shape != (found.produced,):
        return f"the bias of {name} is {size(found.bias)}, and it gives {found.produced} channels"
    return f"{name} cannot divide {found.weight.shape[0]} output channels into {found.groups} groups"


def _fix(observation: Observation, node: Node, name: str, found: Convolution) -> Fix:
    if found.given == found.wanted:
        return Fix("make the output channels a multiple of the groups, and the bias as long as they are")
    if _depthwise(found):
        return _deeper(observation, node, name, found)
    if found.given % found.groups or (found.transposed and found.groups > 1):
        return Fix(f"give {name} {found.wanted} channels; the groups must divide them")
    held, turn = parameter_name(observation, found.weight), ".transpose(0, 1)"
    if held is None and _fits_turned(found):
        edit, turned = Wrap(node.id, "weight", f"x{turn}"), with_behind(observation, node, "weight", turn)
        return Fix("exchange the two numbers of channels of its weight", after=turned, edits=(edit,))
    summary = f"make {name} take {counted(found.given, 'channel')}, or give it {found.wanted}"
    if held is None:
        return Fix(summary)
    resized = Resize(held, _for_the_given(found))
    if "Conv" in (observation.modules.get(name) or ""):
        before, after = (definition(found, channels) for channels in (found.wanted, found.given))
    else:
        before, after = (made_with(observation, held, shape) for shape in (found.weight.shape, resized.shape))
    return Fix(summary, before, after, edits=(resized,))


def _moved(observation: Observation, failed: Failure, found: Convolution) -> MovedTwice | None:
    """Where the channels were moved to the front that were sent in front."""
    known = layouts(observation)
    place = len(found.input.shape) - found.spatial - 1
    same = failed.step is known.step and found.given != found.wanted
    return moved_twice(observation, known, found.input, place, found.wanted) if same else None


def _in_order(observation: Observation, failed: Failure, moved: MovedTwice) -> Iterator[Fix]:
    """Nothing moved, where only that is wrong; where a join takes them last too, images sent so."""
    if moved.join is None:
        yield _unmoved(observation, moved)
    places = {place_of(failed.step, t): moved.as_taken(t) for t in moved.sent}
    ask = reshaped(observation, {p: shape for p, shape in places.items() if p is not None})
    if ask is not None:
        wanted, given = (" and ".join(dict.fromkeys(map(sizes, s))) for s in (places.values(), moved.shapes))
        yield Fix(f"send images with their channels last: {wanted}; these were {given}", edits=(ask,))
    if moved.join is not None:
        yield _unmoved(observation, moved)


def _unmoved(observation: Observation, moved: MovedTwice) -> Fix:
    """The channels left where they are, and joined there."""
    node, join = observation.nodes[moved.mover.node], moved.join
    place = observation.place(node.id)
    after = unless_idle(place, rewritten(place, rf"\.{node.bare_name}\({ARGUMENTS}\)", ""))
    summary, leave = f"leave out the {node.name}: the channels are in front", Replace(node.id, "self")
    if join is None:
        return Fix(summary, observation.source(node.id), after, (leave,))
    return Fix(f"{summary}; join them there, dim={moved.place}", edits=(Give(join.node, "dim", moved.place), leave))


def _fits_turned(found: Convolution) -> bool:
    """Whether the weight takes what there is with its numbers of channels exchanged, as of a transposed convolution."""
    return found.groups == 1 and found.weight.shape[1 if found.transposed else 0] == found.given


def _fed_more(observation: Observation, failed: Failure, found: Convolution) -> Iterator[Fix]:
    """As many channels as it has filters, from the layer before one that has a filter for each."""
    if _depthwise(found):
        fix = widened(observation, failed.step, found.input, found.given, found.wanted)
        yield from [fix] if fix else []


def _depthwise(found: Convolution) -> bool:
    """Whether each channel has a filter of its own."""
    return not found.transposed and found.groups > 1 and found.weight.shape[:2] == (found.groups, 1)


def _deeper(observation: Observation, node: Node, name: str, found: Convolution) -> Fix:
    """A filter for each of the channels that there are."""
    held, number = parameter_name(observation, found.weight), found.given
    bias = parameter_name(observation, found.bias) if found.bias is not None else None
    edits: list[Edit] = [Resize(held, (number, *found.weight.shape[1:]))] if held else []
    edits += [Resize(bias, (number,))] if bias else []
    summary = f"give {name} a filter for each of the {number} channels: {number} in, {number} out, groups={number}"
    return Fix(summary, edits=(*edits, Give(node.id, "groups", number)) if held else ())


def _for_the_given(found: Convolution) -> tuple[int, ...]:
    """The shape of a weight for the channels that there are."""
    shape = list(found.weight.shape)
    shape[0 if found.transposed else 1] = found.given // found.groups
    return tuple(shape)
