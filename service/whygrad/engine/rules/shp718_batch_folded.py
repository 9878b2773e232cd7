"""A view folds the batch into the features, or parts of each sample into the batch: the samples are no longer apart.

What happened
-------------
A `view`, `reshape` or `flatten` before a linear layer changed how many samples there are. `x.view(-1, 288)` keeps the
batch only where each sample has 288 features: with 36 of them it makes one row of 8 samples, with 1152 it cuts each
sample into 4 rows. `x.view(-1, c, h, w)` of frames, and `h.reshape(-1, 64)` of steps, put these among the samples, so
that each gets a prediction of its own.

Why it matters
--------------
The layer mixes samples, or gives several answers for each. Often nothing raises: the loss stretches one row to all
targets, or the error comes only there, as "Expected input batch_size (16) to match target batch_size (4)".

How to fix it
-------------
Keep the batch and let the features be what they are: `x.flatten(1)` or `x.view(x.size(0), -1)`. If the layer then
raises, its `in_features` were wrong, and say so. Steps or frames of one sample are taken together: average features
over them before the view, `h.mean(1)` in place of it, or predictions behind it,
`scores.unflatten(0, (y.size(0), -1)).mean(1)`. Where each has a target of its own, flatten the targets likewise.

Not to be confused with
-----------------------
Folding steps or frames into the batch for a layer, (batch * time, features), and back again is sound. SHP704: the sizes
do not come out even. SHP719: axes had to be swapped.

Example
-------
Shapes: 8x4x6x6; 8x5

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(4, 2, 3)
            self.head = nn.Linear(256, 5)

        def forward(self, x, target):
            h = torch.relu(self.conv(x))
            h = h.view(-1, 256)
            return F.mse_loss(self.head(h), target)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(4, 2, 3)
            self.head = nn.Linear(32, 5)

        def forward(self, x, target):
            h = torch.relu(self.conv(x))
            h = h.view(-1, 32)
            return F.mse_loss(self.head(h), target)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.folding import Fold, Unfolded, folds, unfolds
from whygrad.engine.axes.layouts import Layouts, layouts
from whygrad.engine.axes.merging import Merged, merged
from whygrad.engine.axes.unreduced import Unreduced, unreduced
from whygrad.engine.edits import Edit, Give, Resize
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.refusals.failures import failure
from whygrad.engine.refusals.reads import prepared
from whygrad.engine.refusals.reducing import reduced
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.rewriting import factored
from whygrad.engine.wording.spelling import batch_kept


@rule("SHP718", "batch-folded", "warning")
def batch_folded(observation: Observation) -> Iterator[Finding]:
    """Each view that changes the number of samples before a layer that reads them."""
    known = layouts(observation)
    read = [_finding(observation, known, fold) for fold in folds(observation, known)]
    read += [_of_images(observation, known, unfolded) for unfolded in unfolds(observation, known)]
    yield from read
    told = {node for each in read for node in each.explains}
    for spread in unreduced(observation, known):
        if spread.loss.node not in told:
            yield _unreduced(observation, known, spread)
    failed = observation.failure
    if failed is not None and (found := merged(observation, known, failed)) is not None:
        yield _merged(observation, failed, found)


def _merged(observation: Observation, failed: Event, found: Merged) -> Finding:
    """One thing made of all samples, where what it goes with still has them apart."""
    node, refuser = observation.nodes[found.view.node], observation.nodes[failed.node]
    before, after = found.view.tensors[0], found.view.outputs[0]
    name, source = called(observation, refuser, found.other), observation.source(node.id)
    argument = "size" if node.argument("size") else "shape"
    count, open_at = len(found.sizes), factored(source, node.bare_name, found.axis, len(found.sizes), "-1")
    return Finding(
        title=f"{node.name} makes one of {found.samples} samples: {size(before)} becomes {size(after)}",
        message=f"The samples are put into the features, and {name} has them in dimension {found.axis}.",
        node=node.id,
        event=found.view,
        order=found.order,
        severity="error",
        parameters=names(observation.trainable),
        chain=(
            Link(f"{size(before)} becomes {size(after)} here", node.id),
            Link(f"{size(after)} does not go with {size(found.other.tensor)} here", refuser.id),
        ),
        explains=frozenset({refuser.id}),
        fix=Fix(
            f"keep the {found.samples} samples in dimension {found.axis}: "
            f"{node.name}({', '.join(map(str, found.sizes))})",
            after=factored(open_at, node.bare_name, found.place, count, str(found.width)),
            edits=(Give(node.id, argument, [*found.sizes]),),
        ),
    )


def _unreduced(observation: Observation, known: Layouts, found: Unreduced) -> Finding:
    """Several predictions for each target of a loss, each of a part of a sample."""
    node, loss = observation.nodes[found.view.node], observation.nodes[found.loss.node]
    before, after = found.view.tensors[0], found.view.outputs[0]
    name, raised = prepared(observation, loss).name, failure(observation)
    refused = raised is not None and raised.event is found.loss
    rows, targets = counted(found.given.tensor.shape[0], "prediction"), counted(found.samples, "target")
    places = " and ".join(map(str, found.parts))
    moved = "A part of each sample is" if not found.parts else f"Dimension {places} is"
    moved = f"Dimensions {places} are" if len(found.parts) > 1 else moved
    return Finding(
        title=f"{node.name} makes {counted(after.shape[0], 'row')} of {counted(found.samples, 'sample')}: "
        f"{size(before)} becomes {size(after)}",
        message=f"{moved} put among the samples and not taken out again, so that {name} has {rows} for {targets}."
        + (" The view also mixes it with what is left of each sample." if found.mixed else ""),
        node=node.id,
        event=found.view,
        order=found.order,
        severity="error" if refused else "warning",
        parameters=names(observation.trainable) if refused else (),
        chain=(
            Link(f"{size(before)} becomes {size(after)} here", node.id),
            Link(f"so {name} refuses what it gets: {raised.said}", loss.id)
            if raised is not None and refused
            else Link(f"{name} stretches {rows} and {targets} to each other", loss.id),
        ),
        explains=frozenset({loss.id, prepared(observation, loss).id}),
        fix=next(fixes := reduced(observation, known, found), None),
        other_fixes=tuple(fixes),
    )


def _of_images(observation: Observation, known: Layouts, found: Unfolded) -> Finding:
    """Rows of features that are too narrow, or too wide, for the images that a view makes of them."""
    node, before, after = observation.nodes[found.view.node], found.view.tensors[0], found.view.outputs[0]
    behind = _compared_behind(observation, known, found.order)
    raised = observation.failure is not None and observation.failure.node in behind
    made = f"{counted(after.shape[0], 'image')} of {found.samples} samples"
    mixed = "an image holds parts of several samples" if found.features < found.wanted else "each becomes several"
    return Finding(
        title=f"{node.name} makes {made}: {size(before)} becomes {size(after)}",
        message=f"Each sample has {found.features} features, and an image takes {found.wanted}: {mixed}.",
        node=node.id,
        event=found.view,
        order=found.order,
        severity="error" if raised else "warning",
        parameters=names(observation.trainable) if raised else (),
        chain=(Link(f"{size(before)} becomes {size(after)} here", node.id),),
        explains=behind,
        fix=widened(observation, known.step, before, found.features, found.wanted)
        or Fix(f"give each sample {found.wanted} features, or view it with its batch: x.view(x.size(0), ...)"),
    )


def _finding(observation: Observation, known: Layouts, fold: Fold) -> Finding:
    node, reader = observation.nodes[fold.view.node], observation.nodes[fold.reader.node]
    before, after = fold.view.tensors[0], fold.view.outputs[0]
    behind = _behind(observation, known, fold)
    raised = observation.failure is not None and observation.failure.node in behind
    rows = after.shape[0] if len(after.shape) > 1 else 1
    name = layer(observation, fold.weight, reader) or reader.name
    return Finding(
        title=f"{node.name} makes {counted(rows, 'row')} of {fold.samples} samples: "
        f"{size(before)} becomes {size(after)}",
        message=f"Each of {fold.samples} samples has {fold.width} features. "
        + (
            f"The view puts all samples into a row, and {name} mixes them."
            if fold.swallowed
            else f"The view cuts each into {rows / fold.samples:g} rows, and {name} answers for each."
        ),
        node=node.id,
        event=fold.view,
        order=fold.order,
        severity="error" if raised else "warning",
        parameters=names(observation.trainable) if raised else (),
        chain=(
            Link(f"{size(before)} becomes {size(after)} here", node.id),
            Link(f"{name} reads that as {counted(rows, 'sample')}", reader.id),
        ),
        explains=behind,
        fix=_fix(observation, node, fold, name),
    )


def _behind(observation: Observation, known: Layouts, fold: Fold) -> frozenset[int]:
    """The layer that reads it, the losses that compare what comes of it with a target, and what raised over it."""
    found = {fold.reader.node} if not fold.reader.completed else set()
    return _compared_behind(observation, known, fold.order) | found


def _compared_behind(observation: Observation, known: Layouts, order: int) -> frozenset[int]:
    """The losses that compare what comes of an execution with a target, and what raised over it."""
    found = set()
    for event in known.step.events:
        compares = observation.nodes[event.node].argument("target") is not None
        if (compares or not event.completed) and order in known.behind(event):
            found.add(event.node)
    return frozenset(found)


def _fix(observation: Observation, node: Node, fold: Fold, name: str) -> Fix:
    after = batch_kept(observation, node)
    summary = f"keep the batch: flatten(1) gives {fold.samples} rows of {fold.width} features"
    edits = _edits(observation, node, fold)
    if fold.fits:
        return Fix(summary, after=after, edits=edits)
    before, made = (_linear(observation, fold, width) for width in (fold.wanted, fold.width))
    line = observation.source(node.id)
    whole = bool(line and after and before)
    shown = (f"{line}\n{before}" if whole else "", f"{after}\n{made}" if whole else None)
    return Fix(f"{summary}; make {name} {fold.width} wide", before=shown[0], after=shown[1], edits=edits)


def _linear(observation: Observation, fold: Fold, width: int) -> str | None:
    """The layer behind the view written out; None where it is no layer of torch's."""
    reader, out = observation.nodes[fold.reader.node], fold.weight.shape[0]
    if observation.modules.get(reader.module) != "Linear" or reader.bare_name != "linear":
        return None
    return f"nn.Linear({width}, {out}{'' if fold.reader.input('bias') else ', bias=False'})"


def _edits(observation: Observation, node: Node, fold: Fold) -> tuple[Edit, ...]:
    shaped = next((a for a in ("size", "shape") if node.argument(a)), None)
    kept: Edit = Give(node.id, shaped, [fold.samples, -1]) if shaped else Give(node.id, "start_dim", 1)
    if fold.fits:
        return (kept,)
    linear = observation.nodes[fold.reader.node].bare_name == "linear"
    out = fold.weight.shape[0 if linear else 1]
    return kept, Resize(observation.stored[fold.weight.id], (out, fold.width) if linear else (fold.width, out))
