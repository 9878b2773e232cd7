"""An operation refused the shapes of its operands.

What happened
-------------
The operation needs shapes that go together in a way of its own (two sets of points, a square matrix, an attention
mask, a distance), and these do not.

Why it matters
--------------
The forward or the loss raises, so no parameter gets a gradient.

How to fix it
-------------
Compare the operands with what torch says of them, and follow the one that surprises you to where it got its shape.

Not to be confused with
-----------------------
SHP701 to SHP716 name the frequent cases: products, channels, numbers of dimensions, views, joins, elementwise sizes,
windows, normalisations, indices, recurrent layers, targets, einsum.

Example
-------
Shapes: 4x3
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3))

        def forward(self, x):
            return torch.cdist(x * self.scale, torch.ones(2, 4))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3))

        def forward(self, x):
            return torch.cdist(x * self.scale, torch.ones(2, 3))
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from whygrad.engine.edits import Resize, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands.agreeing import Need, ways_to_agree
from whygrad.engine.operands.lining_up import alongside
from whygrad.engine.refusals.attending import masked
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.folding import folded_back
from whygrad.engine.refusals.padded import padded
from whygrad.engine.refusals.scattered import partly_scattered
from whygrad.engine.refusals.sent_sizes import divisible
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, made_with, origin, parameter_name
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.spelling import with_behind

_MASK = re.compile(r"attn_mask is (?:torch\.Size\()?\[([\d, ]+)\]\)?, but should be \(([\d, ]+)\)")


@rule("SHP717", "shape-mismatch", "error")
def shape_mismatch(observation: Observation) -> Iterator[Finding]:
    """The operation that was refused, where none of the frequent cases fits."""
    for failed, node, event in refused(observation, "shape"):
        scattered = list(partly_scattered(observation, failed, node, event))
        yield from scattered or [_finding(observation, failed, node, event)]


def _finding(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    op = "torch" if node.op == "prim::RaiseException" else node.name
    own = [o for o in event.inputs if not parameter_name(observation, o.tensor)][:3]
    weights = [o for o in event.inputs if o not in own][: 1 if own else 2]
    mask = _MASK.search(failed.message)
    if mask is not None:
        return _masked(observation, failed, node, *(_numbers(found) for found in mask.groups()))
    shapes = " and ".join([size(o.tensor) for o in own] + [f"{o.role} {size(o.tensor)}" for o in weights])
    return finding(
        observation,
        failed,
        title=f"{op} refuses {shapes}" if shapes else f"{op} refuses the shapes it gets",
        message=failed.said or "The shapes do not go together.",
        chain=[origin(observation, failed.step, observation.nodes[event.node], o) for o in own],
        fixes=list(_fixes(observation, failed, node, event)),
    )


def _fixes(observation: Observation, failed: Failure, node: Node, event: Event) -> Iterator[Fix]:
    """What would let the operation pass: axes in another order, else layers or weights of the sizes that it needs."""
    for needs in ways_to_agree(node, event):
        yield from _lined_up(observation, node, event)
        ways = (
            _turned(observation, node, needs),
            _fitted(observation, failed, needs),
            _kept(observation, failed, needs),
        )
        yield from (found for found in ways if found)
    yield from _for_each_sample(node, event)
    yield from [back] if (back := folded_back(observation, failed.step, node, event)) else []
    yield from divisible(observation, failed.step)
    yield Fix("bring the operands to shapes that go together, as the message says")


def _for_each_sample(node: Node, event: Event) -> Iterator[Fix]:
    """One grid for all samples, where there is a single one."""
    given, grid = event.input("input"), next((o for o in event.inputs if o.role == "grid"), None)
    if node.bare_name == "grid_sampler" and given is not None and grid is not None and grid.tensor.shape[:1] == (1,):
        spread = f"expand({given.shape[0]}, {', '.join('-1' for _ in grid.tensor.shape[1:])})"
        yield Fix(f"spread the one grid over the samples: {spread}", edits=(Wrap(node.id, "grid", f"x.{spread}"),))


def _lined_up(observation: Observation, node: Node, event: Event) -> Iterator[Fix]:
    """A mask for each sample, brought to stand beside the scores of all heads and queries."""
    query, key, mask = (event.input(role) for role in ("query", "key", "attn_mask"))
    if query is not None and key is not None and mask is not None:
        scores = replace(query, shape=(*query.shape[:-1], key.shape[-2]))
        fix = alongside(observation, node, Operand("attn_mask", mask), Operand("scores", scores))
        yield from [fix] if fix else []


def _turned(observation: Observation, node: Node, needs: Sequence[Need]) -> Fix | None:
    """The only operand that does not fit, where one other of its dimensions has the size: it is moved last."""
    need, *others = needs
    shape = need.operand.tensor.shape
    axes = [axis for axis, found in enumerate(shape) if found == need.wanted and (axis or len(shape) < 3)]
    if others or need.axis != -1 or len(axes) != 1 or parameter_name(observation, need.operand.tensor):
        return None
    call = f".movedim({axes[0]}, -1)"
    return Fix(
        f"move dimension {axes[0]} of {called(observation, node, need.operand)} to the end: it has the {need.wanted}",
        after=with_behind(observation, node, need.operand.role, call),
        edits=(Wrap(node.id, need.operand.role, f"x{call}"),),
    )


def _kept(observation: Observation, failed: Failure, needs: Sequence[Need]) -> Fix | None:
    """The only operand that does not fit, with the positions that convolutions took of it."""
    tensor = needs[0].operand.tensor
    if any(need.operand is not needs[0].operand for need in needs):
        return None
    wanted = {len(tensor.shape) + need.axis: need.wanted for need in needs}
    shape = tuple(wanted.get(axis, size_there) for axis, size_there in enumerate(tensor.shape))
    return padded(observation, failed.step, [tensor], shape[2:])


def _fitted(observation: Observation, failed: Failure, needs: Sequence[Need]) -> Fix | None:
    """Weights, buffers and the layers before the others with the sizes that are needed; None where one is no such."""
    made: dict[str, Fix] = {}
    for need in needs:
        tensor, own = need.operand.tensor, [n for n in needs if n.operand is need.operand]
        held = parameter_name(observation, tensor)
        fix = None if held else widened(observation, failed.step, tensor, need.given, need.wanted)
        fix = _remade(observation, held, own) if held else fix
        if fix is None:
            return None
        made[fix.summary] = fix
    before, after = (next((f.before, f.after) for f in made.values())) if len(made) == 1 else (None, None)
    return Fix(" and ".join(made), before, after, edits=tuple(e for f in made.values() for e in f.edits))


def _remade(observation: Observation, held: str, needs: Sequence[Need]) -> Fix:
    """A weight or buffer of the sizes that are needed."""
    shape = list(needs[0].operand.tensor.shape)
    for need in needs:
        shape[need.axis] = need.wanted
    before, after = (made_with(observation, held, s) for s in (needs[0].operand.tensor.shape, shape))
    summary = f"make {held} {sizes(shape)} in place of {size(needs[0].operand.tensor)}"
    return Fix(summary, before, after, edits=(Resize(held, tuple(shape)),))


def _masked(
    observation: Observation, failed: Failure, node: Node, given: tuple[int, ...], wanted: tuple[int, ...]
) -> Finding:
    """An attention whose mask was made for another number of steps."""
    return finding(
        observation,
        failed,
        title=f"{node.module or 'the attention'} takes a mask of {sizes(wanted)}, and gets {sizes(given)}",
        message=failed.said,
        fixes=list(masked(observation, failed.step, node, given, wanted)),
    )


def _numbers(written: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", written)))
