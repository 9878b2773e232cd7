"""A view, reshape or split asks for sizes that do not multiply, or add up, to what there is.

What happened
-------------
`view`, `reshape` and `unflatten` keep the number of elements, `split` the size of a dimension, `pixel_shuffle` divides
the channels by the square of its factor. The sizes asked for do not come out even with those of the tensor.

Why it matters
--------------
The forward raises "shape '[-1, 1092]' is invalid for input of size 3528", so no parameter gets a gradient. A size
written into the program usually belongs to another input size.

How to fix it
-------------
Take sizes from the tensor: `x.flatten(1)` or `x.view(x.size(0), -1)` for all but the batch. Where a fixed size is
needed, bring the input to it before, with `nn.AdaptiveAvgPool2d` for instance.

Not to be confused with
-----------------------
A view whose sizes do come out even, yet whose memory is laid out otherwise, wants `reshape`: SHP714. SHP706: `expand`
repeats and never regroups.

Example
-------
Shapes: 2x6x4
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(24, 3)

        def forward(self, x):
            return self.head(x.view(-1, 20))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(24, 3)

        def forward(self, x):
            return self.head(x.view(-1, 24))
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isqrt, prod

from whygrad.engine.edits import Edit, Give
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.dividing import ADDED_UP, Misfit, left_over, misfit
from whygrad.engine.refusals.bordered import bordered
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.pieces import evenly_cut
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, origin
from whygrad.engine.wording.phrases import counted, size, sizes
from whygrad.engine.wording.rewriting import ARGUMENTS, factored
from whygrad.engine.wording.spelling import batch_kept, given_instead


@rule("SHP704", "reshape-mismatch", "error")
def reshape_mismatch(observation: Observation) -> Iterator[Finding]:
    """The view or split that was refused."""
    for failed, node, event in refused(observation, "division"):
        wrong = misfit(node, event)
        yield _finding(observation, failed, node, wrong) if wrong else _pieces(observation, failed, node, event)


def _finding(observation: Observation, failed: Failure, node: Node, wrong: Misfit) -> Finding:
    name, shape = called(observation, node, wrong.operand), wrong.operand.tensor.shape
    return finding(
        observation,
        failed,
        title=_title(node, name, wrong),
        message=f"{name} is {sizes(shape)}" + _each(wrong) + ".",
        chain=[origin(observation, failed.step, node, wrong.operand)],
        fixes=[
            *bordered(observation, failed.step, wrong),
            *_fixes(observation, failed, node, wrong),
            _fix(observation, node, wrong),
        ],
    )


def _fixes(observation: Observation, failed: Failure, node: Node, wrong: Misfit) -> list[Fix]:
    """Other sizes, or another layer before; an image of features is made by a layer of its own."""
    divided = [*_heads(observation, node, wrong), *_factors(observation, node, wrong), *_map(observation, node, wrong)]
    made = list(_divisible(observation, failed, node, wrong))
    image = wrong.axis is None and len(wrong.operand.tensor.shape) == 2 and len(wrong.asked) > 3
    return [*made, *divided] if image else [*divided, *made]


def _title(node: Node, name: str, wrong: Misfit) -> str:
    if wrong.axis is None:
        shape, asked = size(wrong.operand.tensor), sizes(wrong.asked)
        return f"{name} ({shape}) has {wrong.available} elements, which do not fill {asked}"
    if node.bare_name == "narrow":
        start, length = wrong.asked
        return f"dimension {wrong.axis} of {name} is {wrong.available}, and {length} are to be taken from {start} on"
    parts = ", ".join(str(part) for part in wrong.asked)
    return f"dimension {wrong.axis} of {name} is {wrong.available}, and is to be cut into {parts}"


def _each(wrong: Misfit) -> str:
    """What one sample holds, where the view keeps a first dimension open."""
    shape = wrong.operand.tensor.shape
    if wrong.axis is not None or len(shape) < 2 or wrong.asked[:1] != (-1,):
        return f", and {sizes(wrong.asked)} is asked for"
    laid_out = f" ({sizes(shape[1:])})" if len(shape) > 2 else ""
    return f": {shape[0]} samples of {prod(shape[1:])} elements{laid_out}, and {prod(wrong.asked[1:])} is asked of each"


def _alike(observation: Observation, node: Node, argument: str) -> list[Node]:
    """The node, and those of its module that ask for the same sizes: of the queries, the keys and the values."""
    others = [n for n in observation.nodes if n.op == node.op and n.module == node.module]
    sizes_of = _written(observation, node, argument)
    return [n for n in others if n is node or (sizes_of and _written(observation, n, argument) == sizes_of)]


def _written(observation: Observation, node: Node, argument: str) -> object:
    """The sizes as they are written: the numbers, or the text in the line."""
    called_with = re.findall(rf"\.(?:view|reshape)\(({ARGUMENTS})\)", observation.source(node.id) or "")
    return node.literal(argument) or (called_with[0] if len(set(called_with)) == 1 else None)


def _fix(observation: Observation, node: Node, wrong: Misfit) -> Fix:
    shape = wrong.operand.tensor.shape
    if wrong.axis is None and len(wrong.asked) == 2 and len(shape) > 1:
        after = batch_kept(observation, node)
        width = prod(shape[1:])
        summary = f"flatten all but the batch, {width} features each, or send the size this was made for"
        return Fix(summary, after=after, edits=_flattened(node, shape[0]))
    if node.bare_name == "narrow" and wrong.available > (start := wrong.asked[0]):
        left = wrong.available - start
        after = given_instead(observation, node, "length", left) if node.literal("length") else None
        return Fix(
            f"take the {left} that there are from {start} on", after=after, edits=(Give(node.id, "length", left),)
        )
    if wrong.axis is not None:
        return Fix(f"ask for sizes that make up {wrong.available}, or bring the dimension to the size asked for")
    return Fix(f"ask for sizes that multiply to {wrong.available}; one of them may be -1")


def _divisible(observation: Observation, failed: Failure, node: Node, wrong: Misfit) -> Iterator[Fix]:
    """The layer before a split, a shuffle or a view with as many outputs as it takes, or as much more as divides."""
    given, wanted = _outputs(node, wrong)
    if given != wanted:
        fix = widened(observation, failed.step, wrong.operand.tensor, given, wanted)
        yield from [fix] if fix else []


def _outputs(node: Node, wrong: Misfit) -> tuple[int, int]:
    """What the last layer gives each place, and what it should; twice the same where that is not plain."""
    shape, asked = wrong.operand.tensor.shape, wrong.asked
    if wrong.axis is not None:
        parts = sum(asked) if node.bare_name in ADDED_UP else prod(asked)
        return (wrong.available, _multiple(wrong.available, parts, node)) if parts else (0, 0)
    if len(shape) == 2 < len(asked) and asked[0] in (-1, shape[0]) and -1 not in asked[1:]:
        return shape[-1], prod(asked[1:])
    if len(shape) > 2 and -1 in asked[1:] and asked[-1] > 1:
        return shape[-1], _multiple(shape[-1], asked[-1], node)
    return 0, 0


def _multiple(given: int, parts: int, node: Node) -> int:
    """The parts themselves where they are to be added up, else the next number that they divide."""
    return parts if node.bare_name in ADDED_UP else -(-given // parts) * parts


def _heads(observation: Observation, node: Node, wrong: Misfit) -> Iterator[Fix]:
    """Another number of parts where the last dimension does not divide into those asked for: attention heads."""
    shape, asked = wrong.operand.tensor.shape, wrong.asked
    argument = next((a.name for a in node.arguments if a.name in ("size", "shape")), None)
    kept, beside = len(shape) - 1, prod(asked[len(shape) - 1 : -2])
    if wrong.axis is not None or argument is None or len(asked) <= len(shape) or asked[:kept] != shape[:-1]:
        return
    width, parts = shape[-1] // max(beside, 1), asked[-2]
    if parts > 1 and beside > 0 and shape[-1] % beside == 0 and width // parts == asked[-1]:
        fitting = min((n for n in range(2, width) if width % n == 0), key=lambda n: abs(n - parts), default=None)
        if fitting is None:
            return
        summary = f"{width} features do not divide into {parts} parts: take {fitting} of {width // fitting}, "
        divided = [*asked[:-2], fitting, width // fitting]
        edits = tuple(Give(n.id, argument, divided) for n in _alike(observation, node, argument))
        yield Fix(f"{summary}or make the features a multiple of {parts}", edits=edits)


def _factors(observation: Observation, node: Node, wrong: Misfit) -> Iterator[Fix]:
    """One of the factors replaced by what is left for it, the last first; those of the dimensions kept stay."""
    argument = next((a.name for a in node.arguments if a.name in ("size", "shape", "sizes")), None)
    flattened = wrong.axis is None and len(wrong.asked) == 2
    if argument is None or flattened:
        return
    for place, left in left_over(wrong):
        was = wrong.asked[place]
        number = left if -1 in wrong.asked else -1
        divided = [*wrong.asked[:place], number, *wrong.asked[place + 1 :]]
        before, after = _refactored(observation, node, wrong, place, divided)
        filled = [*wrong.asked[:place], left, *wrong.asked[place + 1 :]]
        summary = f"take {left} in place of {was}: {sizes(filled)} is what there is"
        edits = tuple(Give(n.id, argument, divided) for n in _alike(observation, node, argument))
        yield Fix(summary, before, after, edits=edits)


def _map(observation: Observation, node: Node, wrong: Misfit) -> Iterator[Fix]:
    """Another height and width of a map that is as high as wide: features viewed as one of another size."""
    argument = next((a.name for a in node.arguments if a.name in ("size", "shape")), None)
    asked, shape = wrong.asked, wrong.operand.tensor.shape
    if wrong.axis is not None or argument is None or len(asked) != 4 or asked[2] != asked[3]:
        return
    samples, channels, was, _ = asked
    each, left = divmod(prod(shape[1:]), max(channels, 1))
    side = isqrt(each)
    if left or side * side != each or samples not in (-1, shape[0]) or min(side, was, channels) < 1:
        return
    source = observation.source(node.id)
    for place in (2, 3):
        source = factored(source, node.bare_name, place, 4, str(side))
    filled = [samples, channels, side, side]
    edits = tuple(Give(n.id, argument, filled) for n in _alike(observation, node, argument))
    yield Fix(f"take maps of {side}x{side} in place of {was}x{was}: that is what there is", after=source, edits=edits)


def _refactored(
    observation: Observation, node: Node, wrong: Misfit, place: int, divided: list[int]
) -> tuple[str | None, str | None]:
    """The user's line, or torch's layer, with another factor at a place."""
    source = observation.source(node.id)
    if wrong.axis is not None and observation.in_library(node.id):
        return tuple(f"nn.Unflatten({wrong.axis}, {tuple(n)})" for n in (wrong.asked, divided))  # type: ignore[return-value]
    return None, factored(source, node.bare_name, place, len(divided), str(divided[place]))


def _flattened(node: Node, batch: int) -> tuple[Edit, ...]:
    sizes_of = next((a.name for a in node.arguments if a.name in ("size", "shape")), None)
    return (Give(node.id, sizes_of, [batch, -1]),) if sizes_of else ()


def _pieces(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    """A split or chunk that gave another number of pieces than names stand for them."""
    pieces, cut = counted(len(event.inputs), "piece"), event.tensors[:1]
    whole = evenly_cut(observation, failed.step, cut[0], len(node.outputs)) if cut else None
    return finding(
        observation,
        failed,
        title=f"the tensor was cut into {pieces}, and {len(node.outputs)} are unpacked",
        message="A chunk gives fewer pieces where the size does not divide evenly, a split as many as it needs.",
        fixes=[
            *([whole] if whole else []),
            Fix("use split with the sizes of all pieces, or bring the dimension to a size that divides evenly"),
        ],
    )
