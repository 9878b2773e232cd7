"""Steps, frames or heads of each sample taken together, before they are put among the samples or once they are judged.

Features that were learned are averaged where that is plain; of what was sent, and of maps, the predictions are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.swapping import swapped
from whygrad.engine.axes.swaps import moving, with_move
from whygrad.engine.axes.unreduced import Unreduced
from whygrad.engine.edits import Edit, Replace
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation
from whygrad.engine.operations import CASTS
from whygrad.engine.refusals.reads import with_suffix, wrapped
from whygrad.engine.wording.spelling import method_instead, with_behind
from whygrad.engine.wording.written import handed


def reduced(observation: Observation, known: Layouts, found: Unreduced) -> Iterator[Fix]:
    """One prediction for each sample, in the order in which it is likeliest meant."""
    learned = found.view.tensors[0].id in known.learned
    pooled = learned and (found.mixed or len(found.view.outputs[0].shape) == len(found.rest) + 1 == 2)
    fixes = [*_features(observation, found), *_predictions(observation, known, found)]
    yield from fixes if pooled and not _in_a_column(found) else reversed(fixes)


def _in_a_column(found: Unreduced) -> bool:
    """Whether there is a column of predictions for a row of targets, which would still be stretched to each other."""
    return found.given.tensor.shape[1:] == (1,) and len(found.target.tensor.shape) == 1


def _features(observation: Observation, found: Unreduced) -> Iterator[Fix]:
    """The average over the parts in place of the view, or before it where it changes more."""
    node, given, made = observation.nodes[found.view.node], found.view.tensors[0], found.view.outputs[0].shape
    if not found.parts or not given.floating:
        return
    named = str(found.parts[0]) if len(found.parts) == 1 else str(found.parts)
    call, expression = f".mean(dim={named})", f"self.mean({list(found.parts)})"
    alone = found.rest == made[1:]
    after = method_instead(observation, node, call) if alone else None
    sizes = node.literal("size") or node.literal("shape")
    if not alone:
        expression += f".reshape({[found.samples, *made[1:]]})"
        after = with_behind(observation, node, "self", call) if isinstance(sizes, list) and sizes[0] == -1 else None
    parts = "dimension" if len(found.parts) == 1 else "dimensions"
    which = " and ".join(map(str, found.parts))
    yield Fix(
        f"average over {parts} {which} {'in place of' if alone else 'before'} the {node.name}: {call}",
        after=after,
        edits=(Replace(node.id, expression),),
    )


def _predictions(observation: Observation, known: Layouts, found: Unreduced) -> Iterator[Fix]:
    """The average of the predictions for each sample, of parts that were first brought beside the samples."""
    node, line = observation.nodes[found.loss.node], observation.source(found.view.node)
    swap = swapped(observation, known, observation.nodes[found.view.node], found.view) if found.mixed else None
    if found.mixed and swap is None:
        return
    place = int(found.given.role == "other")
    suffix = _apart(found, _count(observation, found))
    after = with_suffix(observation, node, found.given.role, place, suffix)
    edits: tuple[Edit, ...] = wrapped(observation, node, found.given.role, f"x{_apart(found, str(found.samples))}")
    before = observation.source(node.id)
    if swap is not None:
        shapes = (found.view.tensors[0].shape, found.view.outputs[0].shape)
        moved = with_move(line, swap, *shapes)
        edits = (Replace(found.view.node, f"self{moving(swap, *shapes)}"), *edits)
        shown = moved and after and line != before
        before, after = (f"{line}\n{before}", f"{moved}\n{after}") if shown else ("", None)
    first = "swap the axes in place of regrouping them, and " if swap is not None else ""
    words = f"{first}average the {found.times} predictions for each of {found.samples} samples: {suffix}"
    yield Fix(words, before=before, after=after, edits=edits)


def _apart(found: Unreduced, samples: str) -> str:
    """What gives the predictions of each sample a dimension of their own and averages over it."""
    sizes, dim = (f"{samples}, -1", 1) if found.outermost else (f"-1, {samples}", 0)
    vector = len(found.given.tensor.shape) == 1 or _in_a_column(found)
    return (f".reshape({sizes})" if vector else f".unflatten(0, ({sizes}))") + f".mean(dim={dim})"


def _count(observation: Observation, found: Unreduced) -> str:
    """How many samples there are, as the line can read it off the target."""
    target = handed(observation, observation.nodes[found.loss.node], found.target.role)
    while isinstance(target, ast.Call) and isinstance(target.func, ast.Attribute) and target.func.attr in CASTS:
        target = target.func.value
    named = isinstance(target, ast.Name | ast.Attribute)
    return f"{ast.unparse(target)}.size(0)" if target is not None and named else str(found.samples)
