"""Images, maps and sequences that a program takes for a batch, or for one sample, and that are the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from whygrad.engine.edits import Copy, Wrap
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Event, Node, Observation, Operand, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.ranks import WrongRank
from whygrad.engine.operands.recurrent import LAYERS
from whygrad.engine.refusals.failures import Failure
from whygrad.engine.refusals.reads import from_there_on
from whygrad.engine.refusals.sending import described, place_of, resent
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.spelling import with_behind

_CUTTING = frozenset({"slice", "narrow", "select", "unsqueeze"})
"""Operations that take a part of a tensor, or give it one dimension more."""


@dataclass(frozen=True)
class Unbatched:
    """The convolution that takes an `image` without a batch, and what was flattened of it, its channels as samples."""

    node: Node
    event: Event
    order: int
    image: Tensor
    flat: Tensor
    features: int

    @property
    def channels(self) -> int:
        """How many channels stand where a batch was meant."""
        return self.flat.shape[0]


def unbatched(observation: Observation, step: Step, node: Node, event: Event) -> Unbatched | None:
    """The image without a batch behind the rows that a linear layer refuses, which together are what it takes."""
    given, weight = event.input("input"), event.input("weight")
    if node.bare_name != "linear" or given is None or weight is None or len(given.shape) != 2:
        return None
    first = None
    for maker in step.lineage(given.id):
        found = convolution(observation.nodes[maker.node], maker)
        if found is not None and len(found.input.shape) == found.spatial + 1:
            first = maker
    if first is None or given.elements != weight.shape[1]:
        return None
    place = next(i for i, e in enumerate(step.events) if e is first)
    image = first.inputs[0].tensor
    return Unbatched(observation.nodes[first.node], first, place, image, given, weight.shape[1])


def without_batch(observation: Observation, failed: Failure, refused_by: Node, found: Unbatched) -> Finding:
    """The convolution that is given one sample for a batch, which a linear layer behind it refuses."""
    image, layer, last = found.image, found.node.module or found.node.name, refused_by.module or refused_by.name
    return Finding(
        title=f"{layer} gets {size(image)} without a batch: its {found.channels} channels become as many samples",
        message=f"{layer} takes {size(image)} for one sample, and what comes of it is flattened as if there were a "
        f"batch in front: {last} gets {size(found.flat)} where one sample of {found.features} features was meant. "
        f"Another width of {last} would only hide that.",
        node=found.node.id,
        event=found.event,
        order=found.order,
        parameters=names(observation.trainable),
        chain=(
            Link(f"{size(image)} is taken for one sample here", found.node.id),
            Link(f"so {last} refuses what it gets: {failed.said}", refused_by.id),
        ),
        explains=frozenset({refused_by.id}),
        fix=next(fixes := _with_a_batch(observation, failed.step, found), None),
        other_fixes=tuple(fixes),
    )


def _with_a_batch(observation: Observation, step: Step, found: Unbatched) -> Iterator[Fix]:
    """A batch of one in front of the image: given to the convolution, else sent."""
    role, place = found.event.inputs[0].role, place_of(step, found.image)
    name = called(observation, found.node, found.event.inputs[0])
    yield Fix(
        f"give it a batch of one: {name}.unsqueeze(0)",
        before=observation.source(found.node.id),
        after=with_behind(observation, found.node, role, ".unsqueeze(0)"),
        edits=(Wrap(found.node.id, role, "x.unsqueeze(0)"),),
    )
    sent = [1, *described(observation, place).get("shape", ())] if place is not None else []
    ask = resent(observation, place, shape=sent) if place is not None and len(sent) > 1 else None
    if ask is not None:
        yield Fix(f"send a batch: {sizes(sent)} in place of {size(found.image)}", edits=(ask,))


def in_a_batch(observation: Observation, step: Step, wrong: WrongRank) -> Iterator[Fix]:
    """A batch of one in front of the one sequence that a recurrent layer was given, whose results are read as a batch.

    The layer puts one there by itself, and takes it away again.
    """
    for maker, added in pairwise(step.lineage(wrong.operand.tensor.id)):
        layer = observation.nodes[maker.node]
        if layer.bare_name in LAYERS:
            yield from beside_a_batch(observation, layer, added)
            return


def beside_a_batch(observation: Observation, layer: Node, added: Event) -> Iterator[Fix]:
    """A batch of one in front of the sequence in front of which torch's own layer `added` one."""
    node = observation.nodes[added.node]
    if node.bare_name == "unsqueeze" and observation.in_library(node.id):
        call = f".unsqueeze({value(node, added, 'dim')})"
        yield Fix(
            f"give {layer.module or layer.name} a batch of one: x{call}",
            before=observation.source(layer.id),
            after=with_behind(observation, node, "self", call),
            edits=from_there_on(observation, node, "self", f"x{call}"),
        )


def taken_out(observation: Observation, step: Step, wrong: WrongRank) -> Iterator[Fix]:
    """The one sample of a batch taken out of it before its other dimensions are cut: `warp = warp[0]`."""
    first = None
    for maker in step.lineage(wrong.operand.tensor.id):
        if observation.nodes[maker.node].bare_name not in _CUTTING:
            break
        first = maker
    whole = first.input("self") if first is not None else None
    if first is None or whole is None or whole.shape[:1] != (1,) or wrong.given != wrong.most + 1:
        return
    name = called(observation, observation.nodes[first.node], Operand("self", whole))
    words = f"take the one sample of {name} ({size(whole)}) before its dimensions are cut: {name} = {name}[0]"
    yield Fix(words, before="", edits=(Copy(first.node, "self", "x[0]"),))
