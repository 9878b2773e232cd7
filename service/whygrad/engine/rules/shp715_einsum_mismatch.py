"""The operands of an einsum do not follow its equation.

What happened
-------------
Each letter of the equation stands for one size, and each operand has one letter for each of its dimensions. A letter
stands for two sizes here, or an operand has another number of dimensions than letters.

Why it matters
--------------
The forward raises an error that begins with "einsum()", so no parameter gets a gradient.

How to fix it
-------------
Write the shapes of the operands under their letters. `nn.Linear` keeps its weight as (out, in), so that is
`"bi,oi->bo"`. With leading dimensions that vary use `...`.

Not to be confused with
-----------------------
SHP701: the same for `@`, matmul and linear layers.

Example
-------
Shapes: 4x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(3, 6))

        def forward(self, x):
            return torch.einsum("bi,ij->bj", x, self.weight)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(3, 6))

        def forward(self, x):
            return torch.einsum("bi,ji->bj", x, self.weight)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.lettering import likely
from whygrad.engine.edits import Give, Resize, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.subscripts import (
    Disagreement,
    Equation,
    disagreement,
    equation,
    reordered,
    sizes_beside,
    with_batch,
    with_fewer,
)
from whygrad.engine.refusals.composing import composed
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.sent_sizes import in_proportion
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, origin, parameter_name
from whygrad.engine.wording.phrases import counted, size, sizes
from whygrad.engine.wording.spelling import with_behind


@rule("SHP715", "einsum-mismatch", "error")
def einsum_mismatch(observation: Observation) -> Iterator[Finding]:
    """The einsum that was refused."""
    for failed, node, event in refused(observation, "einsum"):
        written = equation(node, event)
        wrong = disagreement(written, event) if written else None
        yield finding(
            observation,
            failed,
            title=_title(observation, node, wrong) if wrong else f"einsum refuses its operands: {failed.said}",
            message=_message(observation, node, event, written),
            chain=[origin(observation, failed.step, node, o) for o in event.inputs],
            fixes=[
                *_by_layer(observation, failed, wrong),
                *_composed(observation, failed, event, written, wrong),
                *_repeated(observation, node, event, written, wrong),
                *_fixes(observation, failed, node, event, written, wrong),
            ],
        )


def _title(observation: Observation, node: Node, wrong: Disagreement) -> str:
    name, (known, given) = called(observation, node, wrong.operand), wrong.sizes
    if wrong.letter is None:
        return f"{name} has {counted(known, 'dimension')}, and the equation names {given}"
    return f"{wrong.letter} stands for {known}, and {name} has {given} there"


def _message(observation: Observation, node: Node, event: Event, written: Equation | None) -> str:
    shapes = ", ".join(f"{called(observation, node, o)} is {size(o.tensor)}" for o in event.inputs)
    return f"{written.text}: {shapes}." if written else f"{shapes}."


def _fixes(
    observation: Observation,
    failed: Failure,
    node: Node,
    event: Event,
    written: Equation | None,
    wrong: Disagreement | None,
) -> list[Fix]:
    known = layouts(observation)
    orders = likely(known, event, reordered(written, event)) if written else None
    better = [e for e in (orders, with_batch(written, event), with_fewer(written, event)) if e] if written else []
    fixes = [_rewritten(observation, node, other) for other in better]
    fixes += _resized(observation, event, written) if written else []
    told = Fix("make each letter stand for one size, and give each operand one letter for each dimension")
    other = _as_made_for(observation, failed, event, written, wrong) if written and wrong else ()
    return [*(fixes or [told]), *other]


def _as_made_for(
    observation: Observation, failed: Failure, event: Event, written: Equation, wrong: Disagreement
) -> Iterator[Fix]:
    """What is sent as large as makes a letter stand for what it stands for in the operand that does not follow it."""
    letter, (known, given) = wrong.letter or "", wrong.sizes
    named = [(o.tensor, s) for o, s in zip(event.inputs, written.subscripts, strict=False) if o is not wrong.operand]
    for tensor, letters in named if letter else []:
        if len(letters) == len(tensor.shape) and (letter, known) in zip(letters, tensor.shape, strict=True):
            yield from in_proportion(observation, failed.step, (tensor, known), (wrong.operand.tensor, given))
            return


def _composed(
    observation: Observation, failed: Failure, event: Event, written: Equation | None, wrong: Disagreement | None
) -> Iterator[Fix]:
    """The weights that an operand is computed from, with as many as the letter stands for elsewhere."""
    if written is None or wrong is None or wrong.letter is None:
        return
    named = [o for o in event.inputs if o.role.startswith("tensors")]
    for operand, letters in zip(named, written.subscripts, strict=False):
        shape = operand.tensor.shape
        place = letters.find(wrong.letter) if len(letters) == len(shape) else -1
        other = next((n for n in wrong.sizes if place >= 0 and n != shape[place]), None)
        if other is not None:
            yield from composed(observation, failed.step, operand.tensor, place, other)


def _by_layer(observation: Observation, failed: Failure, wrong: Disagreement | None) -> Iterator[Fix]:
    """The layer behind an operand with as many outputs as its last letter stands for."""
    if wrong is not None and wrong.letter is not None:
        wanted, given = wrong.sizes
        tensor = wrong.operand.tensor
        fix = widened(observation, failed.step, tensor, given, wanted) if tensor.shape[-1] == given else None
        yield from [fix] if fix else []


def _repeated(
    observation: Observation, node: Node, event: Event, written: Equation | None, wrong: Disagreement | None
) -> Iterator[Fix]:
    """Each of fewer heads, or groups, as often as the others have more of them."""
    wanted, given = wrong.sizes if wrong is not None and wrong.letter is not None else (0, 0)
    if written is None or wrong is None or wrong.letter is None or not 1 < given < wanted or wanted % given:
        return
    letters = written.subscripts[event.inputs.index(wrong.operand)]
    call = f".repeat_interleave({wanted // given}, dim={letters.index(wrong.letter) - len(letters)})"
    after = with_behind(observation, node, wrong.operand.role, call)
    name = called(observation, node, wrong.operand)
    edits = (Wrap(node.id, wrong.operand.role, f"x{call}"),)
    yield Fix(f"repeat each of the {given} of {name} {wanted // given} times: {call[1:]}", after=after, edits=edits)


def _rewritten(observation: Observation, node: Node, other: Equation) -> Fix:
    source = observation.source(node.id)
    plain = node.literal("equation")
    after = source.replace(plain, other.text) if source and isinstance(plain, str) and plain in source else None
    return Fix(
        f"write {other.text}",
        before=source if after else None,
        after=after,
        edits=(Give(node.id, "equation", other.text),),
    )


def _resized(observation: Observation, event: Event, written: Equation) -> Iterator[Fix]:
    """A weight of the sizes that the other operands give its letters."""
    for place, operand in enumerate(event.inputs):
        name = parameter_name(observation, operand.tensor)
        wanted = sizes_beside(written, event, place)
        if name and wanted and wanted != operand.tensor.shape:
            for shape in [*_square(written, place, operand.tensor.shape, wanted), wanted]:
                summary = f"make {name} {sizes(shape)} in place of {size(operand.tensor)}"
                yield Fix(summary, edits=(Resize(name, shape),))


def _square(
    written: Equation, place: int, shape: tuple[int, ...], wanted: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    """A matrix that is as high as wide stays so, where it goes from places to as many, not from features."""
    letters, others = written.subscripts[place], [s for i, s in enumerate(written.subscripts) if i != place]
    changed = [axis for axis, sizes_there in enumerate(zip(shape, wanted, strict=True)) if len(set(sizes_there)) > 1]
    if len(shape) != 2 or shape[0] != shape[1] or len(changed) != 1:
        return
    inner, outer = letters[changed[0]], letters[1 - changed[0]]
    if not any(outer in s for s in others) and all(not s.endswith(inner) for s in others):
        yield (wanted[changed[0]],) * 2
