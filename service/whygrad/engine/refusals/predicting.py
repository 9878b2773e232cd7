"""Predictions with as many numbers, and as many positions, as their target has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation, Step
from whygrad.engine.operands.ranks import MODES
from whygrad.engine.operands.targets import Compared
from whygrad.engine.refusals.maps import of_positions
from whygrad.engine.refusals.reads import wrapped
from whygrad.engine.refusals.widening import widened
from whygrad.engine.wording.phrases import sizes
from whygrad.engine.wording.rewriting import replaced
from whygrad.engine.wording.spelling import with_behind
from whygrad.engine.wording.written import handed


def one_for_each(observation: Observation, step: Step, node: Node, found: Compared) -> Iterator[Fix]:
    """A single output, where each sample has one number to be compared with and the prediction has several."""
    given, target = found.input.tensor.shape, found.target.tensor.shape
    alone = len(given) == 2 and target in (given[:1], (*given[:1], 1)) and given[1] > 1
    layer = widened(observation, step, found.input.tensor, given[1], 1) if alone and found.classes is None else None
    if layer is None:
        return
    source, squeeze = observation.source(node.id), ".squeeze(1)"
    if len(target) == 2:
        yield layer
        return
    line = with_behind(observation, node, found.input.role, squeeze)
    shown = line is not None and layer.after is not None
    yield Fix(
        f"{layer.summary}, and compare it without that dimension: x{squeeze}",
        before=f"{source}\n{layer.before}" if shown else None,
        after=f"{line}\n{layer.after}" if shown else None,
        edits=(*layer.edits, *wrapped(observation, node, found.input.role, f"x{squeeze}")),
    )


def at_each_place(observation: Observation, step: Step, node: Node, event: Event, found: Compared) -> Iterator[Fix]:
    """A map of predictions with the target's positions: convolutions that keep or give them back, else interpolated."""
    yield from of_positions(observation, event, step, found.input, found.target)
    given, target = found.input.tensor.shape, found.target.tensor.shape
    spatial = target[len(target) - len(given) + 2 :]
    lead = given[:1] if found.classes is not None else given[:2]
    # the positions of three dimensions are those of a sequence, which is not interpolated
    mode = MODES.get(len(given)) if len(given) > 3 else None
    if mode is None or target != (*lead, *spatial) or spatial == given[2:] or 0 in spatial:
        return
    call = f"torch.ops.aten.upsample_{mode}{len(given) - 2}d(x, {list(spatial)}, False)"
    yield Fix(
        f"interpolate the prediction to the {sizes(spatial)} of its target",
        after=_interpolated(observation, node, found, mode),
        edits=wrapped(observation, node, found.input.role, call),
    )


def _interpolated(observation: Observation, node: Node, found: Compared, mode: str) -> str | None:
    """The user's line with that, where the target has a name."""
    prediction, target = (handed(observation, node, o.role) for o in (found.input, found.target))
    source = observation.source(node.id)
    if source is None or prediction is None or not isinstance(target, ast.Name | ast.Attribute):
        return None
    size = f"size={ast.unparse(target)}.shape[-{len(found.input.tensor.shape) - 2}:]"
    return replaced(source, prediction, f'F.interpolate({ast.unparse(prediction)}, {size}, mode="{mode}")')
