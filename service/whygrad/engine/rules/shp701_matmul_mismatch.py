"""The factors of a matrix product do not fit: the last size of the first is not the size that the second takes.

What happened
-------------
A linear layer, `@`, matmul, mm, bmm or addmm multiplied two tensors whose inner sizes differ. `nn.Linear(6, 1)`
takes tensors whose last size is 6, whatever stands before it.

Why it matters
--------------
The forward raises "mat1 and mat2 shapes cannot be multiplied", so no parameter gets a gradient. The sizes in that
text are flattened to two dimensions: 12x5 may have been 4x3x5.

How to fix it
-------------
Decide which of the two is right. Make the layer as wide as what it gets, or change what comes before it. After
convolutions, flatten all but the batch with `x.flatten(1)`, and count channels times height times width.

Not to be confused with
-----------------------
SHP703: a factor has the wrong number of dimensions. SHP704: a view before it could not be made. TYP801: the sizes
fit and the types do not. Batches of matrices that do not stretch to each other are found here too.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 5)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = torch.relu(self.encoder(x))
            return self.head(h)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = torch.relu(self.encoder(x))
            return self.head(h)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.edits import Edit, Replace, Resize, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.operands.products import Mismatch, flattened_from, mismatch
from whygrad.engine.refusals.attending import attending_to, attention
from whygrad.engine.refusals.both_ways import added_up
from whygrad.engine.refusals.composing import composed
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.sent_sizes import in_proportion
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer, made, made_with, origin, parameter_name, sharing
from whygrad.engine.wording.parsing import bracketed, span
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.rewriting import fed, replaced, rewritten
from whygrad.engine.wording.spelling import with_behind
from whygrad.engine.wording.written import written


@rule("SHP701", "matmul-mismatch", "error")
def matmul_mismatch(observation: Observation) -> Iterator[Finding]:
    """The product that was refused."""
    for failed, node, event in refused(observation, "product"):
        if wrong := mismatch(node, event):
            yield _finding(observation, failed, node, event, wrong)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event, wrong: Mismatch) -> Finding:
    owner = layer(observation, wrong.right.tensor, node) or attention(observation, node)
    left, right = called(observation, node, wrong.left), owner or called(observation, node, wrong.right)
    made = [wrong.left] if owner else [wrong.left, wrong.right]
    return finding(
        observation,
        failed,
        title=f"{right} takes {wrong.wanted} features, and gets {wrong.given}"
        if owner
        else f"{left} is {size(wrong.left.tensor)} and {right} is {size(wrong.right.tensor)}: "
        f"{wrong.given} and {wrong.wanted} do not match",
        message=f"A matrix product needs two equal sizes here: {left} gives {wrong.given}, "
        f"{right} takes {wrong.wanted}.",
        chain=[origin(observation, failed.step, node, operand) for operand in made],
        fixes=list(_fixes(observation, failed, node, event, wrong, owner)),
    )


def _fixes(
    observation: Observation, failed: Failure, node: Node, event: Event, wrong: Mismatch, owner: str | None
) -> Iterator[Fix]:
    """What fits the two factors to each other; where neither is a layer's, also the layer that made one of them."""
    if attention(observation, node):
        yield from attending_to(observation, failed.step, node, wrong)
        return
    yield from _over_places(observation, wrong)
    yield _fix(observation, node, event, wrong, owner)
    if owner is None:
        sides = ((wrong.left, wrong.given, wrong.wanted), (wrong.right, wrong.wanted, wrong.given))
        for operand, size_there, other in sides:
            yield from added_up(observation, failed.step, operand.tensor, size_there, other)
            fix = widened(observation, failed.step, operand.tensor, size_there, other)
            fix = fix or _remade(observation, failed.step, operand.tensor, size_there, other)
            yield from [fix] if fix else []
        yield from composed(observation, failed.step, wrong.left.tensor, -1, wrong.wanted)
        inner = -1 if wrong.right.role == "weight" else -2
        yield from composed(observation, failed.step, wrong.right.tensor, inner, wrong.given)
        both = ((wrong.left.tensor, wrong.given), (wrong.right.tensor, wrong.wanted))
        yield from in_proportion(observation, failed.step, *both)


def _over_places(observation: Observation, wrong: Mismatch) -> Iterator[Fix]:
    """A weight or buffer that mixes the rows of the other factor, for as many; one as high as wide stays so."""
    shape, name = wrong.left.tensor.shape, parameter_name(observation, wrong.left.tensor)
    if name is None or len(shape) != 2 or parameter_name(observation, wrong.right.tensor):
        return
    square = [(wrong.wanted, wrong.wanted)] if shape[0] == shape[1] else []
    for other in (*square, (shape[0], wrong.wanted)):
        before, after = made_with(observation, name, shape), made_with(observation, name, other)
        yield Fix(f"make {name} {sizes(other)} in place of {sizes(shape)}", before, after, edits=(Resize(name, other),))


def _remade(observation: Observation, step: Step, tensor: Tensor, given: int, wanted: int) -> Fix | None:
    """The weight that a factor is a view of, with the one size changed that gives another number of rows."""
    _, maker = made(step, {tensor.id})
    viewed = maker is not None and observation.nodes[maker.node].bare_name in ("view", "reshape", "flatten")
    name = parameter_name(observation, maker.tensors[0]) if maker is not None and viewed else None
    if maker is None or name is None:
        return None
    shape = list(maker.tensors[0].shape)
    places = [i for i, n in enumerate(shape) if n * wanted % given == 0 and 1 < n <= given]
    if len(places) != 1:
        return None
    shape[places[0]] = shape[places[0]] * wanted // given
    summary = f"make {name} {sizes(shape)} in place of {size(maker.tensors[0])}"
    return Fix(summary, edits=(Resize(name, tuple(shape)),))


def _fix(observation: Observation, node: Node, event: Event, wrong: Mismatch, owner: str | None) -> Fix:
    source = observation.source(node.id)
    axis = flattened_from(wrong.left.tensor.shape, wrong.wanted)
    if owner and axis is not None:
        call = f".flatten({axis})"
        flattened = with_behind(observation, node, wrong.left.role, call) or fed(source, owner.rpartition(".")[2], call)
        flat = Wrap(node.id, wrong.left.role, f"x.flatten({axis})")
        return Fix(f"flatten what {owner} gets from dimension {axis} on", after=flattened, edits=(flat,))
    if owner and (observation.modules.get(owner) or "").endswith("Linear"):
        shared = sharing(observation, wrong.right.tensor, owner)
        with_it = f", and with it {' and '.join(shared)}" if shared else ""
        summary = f"make {owner} take {wrong.given} features{with_it}, or give it {wrong.wanted}"
        widths = (wrong.wanted, wrong.given)
        before, after = (None if shared else _linear(event, width) for width in widths)
        return Fix(summary, before, after, edits=_resized(observation, wrong))
    return _of_two(observation, node, wrong)


def _of_two(observation: Observation, node: Node, wrong: Mismatch) -> Fix:
    """What fits two factors to each other, neither of which is a layer's."""
    source = observation.source(node.id)
    if _fits_transposed(wrong):
        name = called(observation, node, wrong.right)
        pattern = rf"((?:self\.)?\b{re.escape(name)})(?![\w.(])(?!.*\b{re.escape(name)}\b)"
        swap = ".transpose(-2, -1)"
        turned = with_behind(observation, node, wrong.right.role, swap) or rewritten(source, pattern, rf"\1{swap}")
        return Fix("transpose the second factor", after=turned, edits=(Wrap(node.id, wrong.right.role, f"x{swap}"),))
    if _fits_exchanged(wrong):
        expression = f"torch.matmul({wrong.right.role}, {wrong.left.role})"
        return Fix(
            "exchange the factors", after=_exchanged(observation, node, wrong), edits=(Replace(node.id, expression),)
        )
    one, many = sorted((wrong.left, wrong.right), key=lambda o: o.tensor.shape[0])
    if node.bare_name == "bmm" and one.tensor.shape[0] == 1 == min(wrong.given, wrong.wanted):
        call = f".expand({many.tensor.shape[0]}, -1, -1)"
        spread = with_behind(observation, node, one.role, call)
        summary = f"spread the one of {size(one.tensor)} over the batch: x{call}"
        return Fix(summary, after=spread, edits=(Wrap(node.id, one.role, f"x{call}"),))
    summary = f"make both sizes equal: {wrong.given} here, {wrong.wanted} there"
    return Fix(summary, edits=_resized(observation, wrong))


def _resized(observation: Observation, wrong: Mismatch) -> tuple[Edit, ...]:
    """The weight on the right, with the one size that does not fit changed."""
    name, shape = parameter_name(observation, wrong.right.tensor), list(wrong.right.tensor.shape)
    if name is None or shape.count(wrong.wanted) != 1:
        axis = 1 if wrong.right.role == "weight" and len(shape) == 2 else -2
    else:
        axis = shape.index(wrong.wanted)
    if name is None or len(shape) < 2:
        return ()
    shape[axis] = wrong.given
    return (Resize(name, tuple(shape)),)


def _linear(event: Event, features: int) -> str:
    """The layer written out, as wide as said."""
    weight = event.input("weight")
    out = weight.shape[0] if weight else "..."
    return f"nn.Linear({features}, {out}{'' if event.input('bias') else ', bias=False'})"


def _fits_exchanged(wrong: Mismatch) -> bool:
    """Whether the second factor is square, as an adjacency is, and takes the rows of the first."""
    left, right = wrong.left.tensor.shape, wrong.right.tensor.shape
    square = len(left) == len(right) > 1 and right[-1] == right[-2] == left[-2]
    return square and wrong.right.role in ("other", "mat2")


def _exchanged(observation: Observation, node: Node, wrong: Mismatch) -> str | None:
    """The user's line with the two factors exchanged."""
    source = observation.source(node.id)
    left, right = (written(observation, node, o.role) for o in (wrong.left, wrong.right))
    if source is None or left is None or right is None or left.col_offset >= right.col_offset:
        return None
    texts = [bracketed(source[slice(*span(source, part))]) for part in (left, right)]
    moved = replaced(source, right, texts[0]) if texts[0] else None
    return replaced(moved, left, texts[1]) if moved and texts[1] else None


def _fits_transposed(wrong: Mismatch) -> bool:
    left, right = wrong.left.tensor.shape, wrong.right.tensor.shape
    return len(right) > 1 and wrong.right.role in ("other", "mat2") and bool(left) and left[-1] == right[-1]
