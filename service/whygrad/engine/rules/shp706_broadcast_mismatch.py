"""Two shapes cannot be stretched to one: a size differs, and neither is 1.

What happened
-------------
Elementwise operations line shapes up from the last dimension and stretch sizes of 1. In one dimension both tensors
have a size other than 1, and the sizes differ; or `expand` was asked for a size that the tensor cannot take; or an
operation in place would have to grow the tensor that it writes.

Why it matters
--------------
The forward raises "The size of tensor a (5) must match the size of tensor b (65)", so no parameter gets a gradient.

How to fix it
-------------
Compare the shapes from the right. Slice or interpolate a table that was made for another length (position
embeddings), add a dimension with `unsqueeze` where a per-sample or per-channel factor was meant, or `transpose`.

Not to be confused with
-----------------------
SHP705: joining, where sizes of 1 are not stretched. SHP713: a loss that stretches its target. SHP701: a matrix
product was meant (`@`) and `*` was written. Shapes that do stretch, but not as meant, raise nothing.

Example
-------
Shapes: 2x5x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.positions = nn.Parameter(torch.zeros(1, 9, 8))

        def forward(self, x):
            return x + self.positions

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.positions = nn.Parameter(torch.zeros(1, 9, 8))

        def forward(self, x):
            return x + self.positions[:, :x.size(1)]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from whygrad.engine.edits import Give, Resize, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation, Operand, Step, Tensor
from whygrad.engine.operands.convolutions import convolution, definition
from whygrad.engine.operands.lining_up import alongside
from whygrad.engine.operands.stretching import Clash, clash
from whygrad.engine.refusals.causal import without_what_comes_after
from whygrad.engine.refusals.composing import composed
from whygrad.engine.refusals.ends import ended
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.flat_masks import laid_out
from whygrad.engine.refusals.heads import for_each_head
from whygrad.engine.refusals.maps import of_positions
from whygrad.engine.refusals.masked import masked_alike
from whygrad.engine.refusals.ordered import in_order
from whygrad.engine.refusals.pieces import evenly_cut
from whygrad.engine.refusals.recounting import recounted
from whygrad.engine.refusals.sending import resent, shape_to_send
from whygrad.engine.refusals.sent_sizes import divisible, in_proportion
from whygrad.engine.refusals.shifted import shifted
from whygrad.engine.refusals.skips import enlarged, resized
from whygrad.engine.refusals.states import of_the_last_layer
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer, made, made_with, origin, parameter_name
from whygrad.engine.wording.phrases import counted, size, sizes
from whygrad.engine.wording.spelling import with_behind


@rule("SHP706", "broadcast-mismatch", "error")
def broadcast_mismatch(observation: Observation) -> Iterator[Finding]:
    """The elementwise operation or expansion that was refused."""
    for failed, node, event in refused(observation, "stretch"):
        if wrong := clash(node, event):
            yield _finding(observation, failed, node, event, wrong)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event, wrong: Clash) -> Finding:
    first, second = _called(observation, node, wrong)
    given, wanted = wrong.sizes
    return finding(
        observation,
        failed,
        title=f"{first} is {size(wrong.first.tensor)} and {second} is {sizes(wrong.asked)}: "
        f"{given or 'nothing'} does not stretch to {wanted or 'nothing'}",
        message=f"In dimension {wrong.axis}, counted from the end, the sizes are {given} and {wanted}; "
        "only a size of 1 is stretched.",
        chain=[origin(observation, failed.step, node, o) for o in (wrong.first, wrong.second) if o],
        fixes=list(_fixes(observation, failed, node, event, wrong)),
    )


def _called(observation: Observation, node: Node, wrong: Clash) -> tuple[str, str]:
    """What the user calls the two that clash."""
    second = called(observation, node, wrong.second) if wrong.second else "the size asked for"
    return called(observation, node, wrong.first), second


def _fixes(observation: Observation, failed: Failure, node: Node, event: Event, wrong: Clash) -> Iterator[Fix]:
    given, wanted = wrong.sizes
    first, second = _called(observation, node, wrong)
    for name, operand, size_of_other in ((first, wrong.first, wanted), (second, wrong.second, given)):
        table = _table(observation, failed.step, operand.tensor, wrong.axis) if operand is not None else None
        held = parameter_name(observation, table) if table is not None else None
        if table is not None and held:
            if wrong.second is not None and (inside := alongside(observation, node, wrong.first, wrong.second, lead=1)):
                yield inside
            other = wrong.second if operand is wrong.first else wrong.first
            named = held if name.startswith("the ") else name
            yield _remade(observation, named, held, table, operand, other, wrong.axis, size_of_other)
            return
    if wrong.second is None and wanted > 1:
        fix = widened(observation, failed.step, wrong.first.tensor, given, wanted)
        yield from [fix] if fix else []
    yield from laid_out(node, event, wrong)
    if wrong.second is not None:
        yield from _into(observation, node, wrong.first, wrong.second)
        yield from filter(None, [masked_alike(observation, failed.step, node, event)])
        pieces = (evenly_cut(observation, failed.step, o.tensor) for o in (wrong.first, wrong.second))
        yield from [fix for fix in pieces if fix]
        ordered = in_order(observation, failed.step, node, wrong.first, wrong.second)
        yield from [ordered] if ordered else []
        if node.bare_name == "sub":
            for cut, whole in ((wrong.first, wrong.second), (wrong.second, wrong.first)):
                yield from shifted(observation, event, failed.step, cut, whole)
        yield from of_the_last_layer(observation, node, wrong.first, wrong.second)
        yield from for_each_head(observation, failed.step, node, wrong)
        yield from recounted(observation, failed.step, wrong)
        yield from ended(observation, failed.step, node, wrong)
        yield from _as_large(observation, failed, node, event, wrong.first, wrong.second)
        lined = alongside(observation, node, wrong.first, wrong.second)
        strided = None if lined else _strided(observation, failed, wrong.first, wrong.second)
        fitted = lined or _shortcut(observation, failed, node, wrong.first, wrong.second)
        yield from [fix for fix in (strided, fitted) if fix is not None]
        yield from _level(observation, failed, node, wrong.first, wrong.second)
        for operand, there, other_size in ((wrong.first, given, wanted), (wrong.second, wanted, given)):
            fix = widened(observation, failed.step, operand.tensor, there, other_size) if 0 not in wrong.sizes else None
            yield from [fix] if fix else []
        yield from _as_many_samples(observation, failed, wrong)
    for computed, other_size in ((wrong.first, wanted), (wrong.second, given)):
        if computed is not None:
            yield from composed(observation, failed.step, computed.tensor, wrong.axis, other_size)
    if wrong.second is not None:
        yield from divisible(observation, failed.step)
        yield from in_proportion(observation, failed.step, (wrong.first.tensor, given), (wrong.second.tensor, wanted))
    yield Fix(f"bring {first} and {second} to the same size in dimension {wrong.axis}, or one of them to 1")


def _into(observation: Observation, node: Node, first: Operand, second: Operand) -> Iterator[Fix]:
    """What is added in place without its first axis of one, which what is written into cannot take on."""
    for into, other in ((first, second), (second, first)):
        if into.role in node.writes and other.tensor.shape == (1, *into.tensor.shape):
            after = with_behind(observation, node, other.role, ".squeeze(0)")
            summary = f"drop the first dimension of {called(observation, node, other)}, which is 1: squeeze(0)"
            yield Fix(summary, after=after, edits=(Wrap(node.id, other.role, "x.squeeze(0)"),))


def _as_many_samples(observation: Observation, failed: Failure, wrong: Clash) -> Iterator[Fix]:
    """As many samples of the one as there are of the other, where they come of two tensors that were sent."""
    operands = [o for o in (wrong.first, wrong.second) if o is not None and len(o.tensor.shape) == -wrong.axis]
    few, many = sorted(operands, key=lambda o: o.tensor.shape[0]) if len(operands) == 2 else (None, None)
    if few is None or many is None:
        return
    samples = many.tensor.shape[0]
    sent = [shape_to_send(observation, failed.step, o.tensor, (samples, *o.tensor.shape[1:])) for o in (few, many)]
    if sent[0] is not None and sent[1] is not None and sent[0][0] != sent[1][0]:
        ask = resent(observation, sent[0][0], shape=list(sent[0][1]))
        told = f"send {counted(samples, 'sample')} of each: the one goes with the other sample by sample"
        yield from [Fix(told, edits=(ask,))] if ask else []


def _as_large(
    observation: Observation, failed: Failure, node: Node, event: Event, first: Operand, second: Operand
) -> Iterator[Fix]:
    """Layers of the branch that they alone made another size, told to keep it or to give it back; else it is cut."""
    for one, other in sorted(((first, second), (second, first)), key=lambda pair: prod(pair[0].tensor.shape[2:])):
        yield from without_what_comes_after(observation, failed.step, node, one, other)
        yield from of_positions(observation, event, failed.step, one, other)


def _level(observation: Observation, failed: Failure, node: Node, first: Operand, second: Operand) -> Iterator[Fix]:
    """Of two maps with as many samples and channels, the one that was made larger, else the smaller, to the other's.

    Where each is larger along another axis, neither is the other on another scale: both were cut.
    """
    one, two = first.tensor.shape, second.tensor.shape
    larger, sizes = enlarged(observation, failed.step, (first, second)), list(zip(one[2:], two[2:], strict=False))
    inside = all(a <= b for a, b in sizes) or all(a >= b for a, b in sizes)
    if len(one) == len(two) and one[:2] == two[:2] and inside and (len(one) > 3 or larger is not None):
        smaller = min((first, second), key=lambda o: prod(o.tensor.shape[2:]))
        given = larger[0] if larger is not None else smaller
        if given.role not in node.writes:
            other = second if given is first else first
            yield resized(observation, node, given, other, before=f"this {node.name}")


def _table(observation: Observation, step: Step, tensor: Tensor, axis: int) -> Tensor | None:
    """The weight or buffer that a tensor is, or is a slice of that takes all there is in a dimension."""
    while tensor.id not in observation.stored:
        _, maker = made(step, {tensor.id})
        if maker is None or observation.nodes[maker.node].bare_name != "slice":
            return None
        whole = maker.tensors[0]
        if len(whole.shape) < -axis or whole.shape[axis] != tensor.shape[axis]:
            return None
        tensor = whole
    return tensor


def _shortcut(observation: Observation, failed: Failure, node: Node, first: Operand, second: Operand) -> Fix | None:
    """A residual connection past a layer with another number of channels or a stride: a convolution of its own."""
    larger, other = sorted(
        (first, second), key=lambda o: (-prod(o.tensor.shape[2:]), made(failed.step, {o.tensor.id})[0])
    )
    given, wanted = larger.tensor.shape, other.tensor.shape
    if node.bare_name != "add" or larger.role in node.writes or len(given) != len(wanted) or given[:1] != wanted[:1]:
        return None
    strides = [-(-a // b) for a, b in zip(given[2:], wanted[2:], strict=True)]
    reached = tuple((a - 1) // s + 1 for a, s in zip(given[2:], strides, strict=True))
    if not 3 <= len(given) <= 5 or reached != wanted[2:] or (given[1] == wanted[1] and set(strides) == {1}):
        return None
    rank, name = len(strides), called(observation, node, larger)
    kernel = f"torch.full({[wanted[1], given[1], *([1] * rank)]}, 0.1, dtype=x.dtype, device=x.device)"
    step = f", stride={strides[0] if len(set(strides)) == 1 else tuple(strides)}" if set(strides) != {1} else ""
    layer = f"nn.Conv{rank}d({given[1]}, {wanted[1]}, 1{step})"
    return Fix(
        f"bring {name} from {size(larger.tensor)} to {size(other.tensor)} with a convolution of its own: {layer}",
        edits=(Wrap(node.id, larger.role, f"torch.conv{rank}d(x, {kernel}, None, {strides})"),),
    )


def _remade(
    observation: Observation,
    name: str,
    held: str,
    table: Tensor,
    operand: Operand | None,
    other: Operand | None,
    axis: int,
    size_of_other: int,
) -> Fix:
    """A weight made for the sizes that the other operand has."""
    shape = list(table.shape)
    summary = f"make {name} for {size_of_other} in dimension {axis}, slice it, or send what it was made for"
    if size_of_other == 0 or len(shape) < -axis:
        return Fix(summary)
    shape[axis] = size_of_other
    whole = operand is not None and operand.tensor.shape == table.shape
    beside = other.tensor.shape[-len(shape) :] if whole and other is not None else ()
    for place, wanted in enumerate(beside, start=-len(beside)):
        shape[place] = wanted if 1 not in (shape[place], wanted) else shape[place]
    before, after = (made_with(observation, held, s) for s in (table.shape, shape))
    edits = (Resize(held, tuple(shape)),)
    return Fix(f"{summary}: {sizes(shape)} in place of {size(table)}", before, after, edits=edits)


def _strided(observation: Observation, failed: Failure, first: Operand, second: Operand) -> Fix | None:
    """The convolution on one branch with the stride that the other branch takes."""
    larger, other = sorted((first, second), key=lambda o: -prod(o.tensor.shape[2:]))
    given, wanted = larger.tensor.shape, other.tensor.shape
    _, maker = made(failed.step, {larger.tensor.id})
    found = convolution(observation.nodes[maker.node], maker) if maker is not None else None
    if maker is None or found is None or found.transposed or given[:2] != wanted[:2] or 0 in wanted:
        return None
    strides = {-(-a // b) for a, b in zip(given[2:], wanted[2:], strict=True)}
    name, stride = layer(observation, found.weight), next(iter(strides), 1)
    if name is None or len(strides) != 1 or set(found.settings["stride"] or ()) != {1}:
        return None
    after = definition(replace(found, settings={**found.settings, "stride": [stride]}), found.given)
    edits = (Give(maker.node, "stride", [stride] * found.spatial),)
    return Fix(f"give {name} the other branch's stride of {stride}", definition(found, found.given), after, edits=edits)
