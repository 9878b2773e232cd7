"""Tensors to be joined differ in a dimension in which they must agree.

What happened
-------------
`torch.cat` joins along one dimension, and all other sizes must be equal; `torch.stack` makes a new dimension, and all
sizes must be equal. Two of the tensors differ, or the list is empty.

Why it matters
--------------
The forward raises "Sizes of tensors must match except in dimension 1", so no parameter gets a gradient. In a U-Net it
happens where a size is odd: pooling rounds down, upsampling doubles, and the skip connection keeps the odd size.

How to fix it
-------------
Bring the smaller tensor to the size of the other (`F.interpolate(d, size=e.shape[2:])`, or `F.pad`), or send inputs
whose sizes divide evenly. Check the `dim` argument.

Not to be confused with
-----------------------
SHP706: elementwise operations, which stretch sizes of 1. SHP702: the join succeeds, and the next convolution was not
made for the channels that it adds up to.

Example
-------
Shapes: 2x3x5x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(3, 3, 3, stride=2, padding=1)
            self.out = nn.Conv2d(6, 1, 1)

        def forward(self, x):
            d = F.interpolate(self.down(x), scale_factor=2.0)
            return self.out(torch.cat([x, d], dim=1))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(3, 3, 3, stride=2, padding=1)
            self.out = nn.Conv2d(6, 1, 1)

        def forward(self, x):
            d = F.interpolate(self.down(x), size=x.shape[2:])
            return self.out(torch.cat([x, d], dim=1))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.lengthened import Lengthened, lengthened
from whygrad.engine.edits import Give, Wrap
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands import value
from whygrad.engine.operands.joining import Unjoinable, unjoinable
from whygrad.engine.refusals.beside_a_map import beside_a_map
from whygrad.engine.refusals.causal import without_what_comes_after
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.keeping import keeping
from whygrad.engine.refusals.maps import of_positions
from whygrad.engine.refusals.padded import padded
from whygrad.engine.refusals.rescaled import rescaled
from whygrad.engine.refusals.sent_sizes import divisible
from whygrad.engine.refusals.short_sequences import filled_up
from whygrad.engine.refusals.side_by_side import side_by_side
from whygrad.engine.refusals.skips import as_the_largest, enlarged, levelled, resized
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.joins import joined_along, listed
from whygrad.engine.wording.origins import called, origin
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.spelling import with_behind


@rule("SHP705", "concat-mismatch", "error")
def concat_mismatch(observation: Observation) -> Iterator[Finding]:
    """The join that was refused, or that made more samples of what the layer behind takes side by side."""
    for failed, node, event in refused(observation, "join"):
        if wrong := unjoinable(node, event):
            yield _finding(observation, failed, node, event, wrong)
    for cause in ("product", "channels"):
        for failed, node, event in refused(observation, cause):
            if failed.step is observation.first and (found := lengthened(observation, layouts(observation), event)):
                yield _lengthened(observation, failed, node, found)


def _lengthened(observation: Observation, failed: Failure, refused_by: Node, found: Lengthened) -> Finding:
    one, made, many = found.event.tensors[0], found.event.outputs[0], len(found.event.tensors)
    layer, along = refused_by.module or refused_by.name, f"dimension {found.along}" if found.along else "the batch"
    after = joined_along(observation.source(found.node.id), found.node, found.features)
    return Finding(
        title=f"{found.node.name} joins {many} tensors of {size(one)} along {along}, to {size(made)}, "
        f"and {layer} takes them side by side",
        message=f"Joined so they are {made.shape[found.along]} in dimension {found.along} in place of "
        f"{one.shape[found.along]}. The features that {layer} takes are those of all of them together. Another width "
        "of it would only hide that.",
        node=found.node.id,
        event=found.event,
        order=found.order,
        parameters=names(observation.trainable),
        chain=(
            Link(f"{size(one)} becomes {size(made)} here", found.node.id),
            Link(f"so {layer} refuses what it gets: {failed.said}", refused_by.id),
        ),
        explains=frozenset({refused_by.id}),
        fix=Fix(
            f"join along dimension {found.features}",
            after=after,
            edits=(Give(found.node.id, "dim", found.features),),
        ),
    )


def _finding(observation: Observation, failed: Failure, node: Node, event: Event, wrong: Unjoinable) -> Finding:
    joined = [o for o in (wrong.first, wrong.second) if o is not None]
    return finding(
        observation,
        failed,
        title=_title(node, wrong),
        message=" and ".join(f"{called(observation, node, o)} is {size(o.tensor)}" for o in joined) + "."
        if joined
        else "A list that is filled in a loop is empty where the loop did not run.",
        chain=[origin(observation, failed.step, node, operand) for operand in joined],
        fixes=list(_fixes(observation, failed, node, event, wrong)),
    )


def _title(node: Node, wrong: Unjoinable) -> str:
    op = node.name
    if wrong.first is None:
        return f"{op} gets an empty list"
    if wrong.second is None:
        return f"{op} gets a scalar, which has no dimension to be joined along"
    one, two = wrong.first.tensor.shape, wrong.second.tensor.shape
    if wrong.axis is None:
        return f"{op} joins {counted(len(one), 'dimension')} with {counted(len(two), 'dimension')}"
    return f"{op} joins sizes {one[wrong.axis]} and {two[wrong.axis]} in dimension {wrong.axis}, which must be equal"


def _fixes(observation: Observation, failed: Failure, node: Node, event: Event, wrong: Unjoinable) -> Iterator[Fix]:
    if wrong.first is None:
        yield Fix("put a tensor into the list before the loop, or see why it did not run")
    elif wrong.second is None:
        yield Fix("give each scalar a dimension: x.unsqueeze(0), or use torch.stack")
    elif wrong.axis is None:
        few, many = sorted((wrong.first, wrong.second), key=lambda o: len(o.tensor.shape))
        rank = len(many.tensor.shape)
        yield from filter(None, [keeping(observation, failed.step, few.tensor, rank, rank)])
        yield from beside_a_map(observation, node, few, many)
        yield _as_many(observation, node, event, few, many)
    else:
        spatial = len(wrong.first.tensor.shape) > 3 or len(event.inputs) == 2
        yield from _as_large(observation, failed, event)
        yield from rescaled(observation, failed.step, event.tensors, wrong.axis)
        if wrong.axis >= 2 and len(event.inputs) > 2:
            yield from as_the_largest(observation, node, event)
        if wrong.axis >= 2 and spatial:
            yield from _level(observation, failed, node, event, wrong.first, wrong.second)
        spread = _stretched(observation, node, wrong.first, wrong.second)
        along = [*_along(observation, node, event, wrong.axis), *side_by_side(observation, node, event, wrong.axis)]
        yield from (*spread, *along) if wrong.axis == 0 else (*along, *spread)
        yield from _as_wide(observation, failed, wrong.first, wrong.second, wrong.axis)
        if wrong.axis >= 2:
            yield from divisible(observation, failed.step)
        yield from filled_up(observation, node, event, wrong.axis)
        yield Fix(f"make both {wrong.first.tensor.shape[wrong.axis]} long in dimension {wrong.axis}, or join along it")


def _as_large(observation: Observation, failed: Failure, event: Event) -> Iterator[Fix]:
    """The convolutions of the branches that are smaller than the largest with a padding that keeps the size."""
    largest = max(event.tensors, key=lambda tensor: prod(tensor.shape[2:]))
    smaller = [tensor for tensor in event.tensors if tensor.shape[2:] != largest.shape[2:]]
    fix = padded(observation, failed.step, smaller, largest.shape[2:])
    yield from [fix] if fix else []


def _as_wide(observation: Observation, failed: Failure, one: Operand, two: Operand, axis: int) -> Iterator[Fix]:
    """The layer before one of them with as many outputs as the other has features."""
    for operand, other in ((two, one), (one, two)):
        given, wanted = operand.tensor.shape[axis], other.tensor.shape[axis]
        fix = widened(observation, failed.step, operand.tensor, given, wanted) if axis and wanted else None
        yield from [fix] if fix else []


def _stretched(observation: Observation, node: Node, first: Operand, second: Operand) -> Iterator[Fix]:
    """The one that has a single entry for each of the other's, such as a token for each sample, spread over them."""
    one, many = sorted((first, second), key=lambda o: o.tensor.elements)
    axis = next((a for a, (s, n) in enumerate(zip(one.tensor.shape, many.tensor.shape, strict=True)) if s == 1 != n), 0)
    free = node.literal("dim", 0) % len(one.tensor.shape) if node.bare_name == "cat" else None
    stretched = (*one.tensor.shape[:axis], many.tensor.shape[axis], *one.tensor.shape[axis + 1 :])
    if one.tensor.shape[axis] != 1 or not _agree(stretched, many.tensor.shape, free):
        return
    other = listed(observation.source(node.id), node, many.role)
    told = f"{other}.size({axis})" if other else str(many.tensor.shape[axis])
    shown, made = (_expanded(len(stretched), axis, n) for n in (told, str(many.tensor.shape[axis])))
    summary = f"spread the one of {size(one.tensor)} over dimension {axis}: x{shown}"
    after = with_behind(observation, node, one.role, shown)
    yield Fix(summary, after=after, edits=(Wrap(node.id, one.role, f"x{made}"),))


def _expanded(rank: int, axis: int, length: str) -> str:
    return f".expand({', '.join(length if a == axis else '-1' for a in range(rank))})"


def _along(observation: Observation, node: Node, event: Event, axis: int) -> Iterator[Fix]:
    """Joined along the one dimension in which all of them differ."""
    shapes = {t.shape[:axis] + t.shape[axis + 1 :] for t in event.tensors}
    if node.bare_name == "cat" and len(shapes) == 1:
        after = joined_along(observation.source(node.id), node, axis)
        summary = f"join along dimension {axis}, the only one in which they differ"
        yield Fix(summary, after=after, edits=(Give(node.id, "dim", axis),))


def _as_many(observation: Observation, node: Node, event: Event, few: Operand, many: Operand) -> Fix:
    """The one with fewer dimensions given that which the other has more, where its place is plain."""
    shape, other = few.tensor.shape, many.tensor.shape
    free = value(node, event, "dim", 0) % len(other) if node.bare_name == "cat" else None
    places = [a for a in range(len(other)) if _agree((*shape[:a], other[a], *shape[a:]), other, free)]
    single = [a for a in places if a == free or other[a] == 1]
    if not places and (fix := _without_ones(observation, node, many, shape, free)) is not None:
        return fix
    if not single and len(places) != 1:
        return Fix("give both as many dimensions with unsqueeze or flatten, or see which reduction dropped one")
    place = [*single, *places][0]
    spread = ", ".join(str(other[a]) if a == place else "-1" for a in range(len(other)))
    call = f".unsqueeze({place})" + ("" if place in single else f".expand({spread})")
    after = with_behind(observation, node, few.role, call)
    summary = f"give the one of {size(few.tensor)} a dimension: x{call}"
    return Fix(summary, after=after, edits=(Wrap(node.id, few.role, f"x{call}"),))


def _without_ones(
    observation: Observation, node: Node, many: Operand, shape: Sequence[int], free: int | None
) -> Fix | None:
    """The one with more dimensions without those of size 1 that a pool, or a step of a sequence, left it behind."""
    given = many.tensor.shape
    ones = [a for a, n in enumerate(given) if n == 1 and a != free]
    left = tuple(n for a, n in enumerate(given) if a not in ones)
    place = sum(a not in ones for a in range(free)) if free is not None else None
    if not _agree(left, shape, place):
        return None
    pooled = len(left) == 2 and ones == list(range(2, len(given)))
    call = ".flatten(1)" if pooled else f".squeeze({ones[0] if len(ones) == 1 else tuple(ones)})"
    after = with_behind(observation, node, many.role, call)
    made = f"x.squeeze({ones})"
    return Fix(f"drop what is 1 in {size(many.tensor)}: x{call}", after=after, edits=(Wrap(node.id, many.role, made),))


def _agree(one: Sequence[int], other: Sequence[int], free: int | None) -> bool:
    """Whether two shapes are equal but for the dimension in which they are joined."""
    return len(one) == len(other) and all(a == b or i == free for i, (a, b) in enumerate(zip(one, other, strict=True)))


def _level(
    observation: Observation, failed: Failure, node: Node, event: Event, first: Operand, second: Operand
) -> Iterator[Fix]:
    """What was made larger again brought to what it is joined with; where neither was, the smaller to the larger."""
    larger = enlarged(observation, failed.step, (first, second))
    for given, other in ((first, second), (second, first)):
        yield from without_what_comes_after(observation, failed.step, node, given, other)
        yield from of_positions(observation, event, failed.step, given, other)
    made = larger[0] if larger else min((second, first), key=lambda o: prod(o.tensor.shape[2:]))
    skip = first if made is second else second
    fix = levelled(observation, node, larger, skip) if larger is not None else None
    yield from [fix] if fix is not None else []
    yield resized(observation, node, made, skip, before="joining")
