"""A loss refuses its target: another shape than goes with the prediction, or a class that there is not.

What happened
-------------
`cross_entropy` and `nll_loss` take predictions with the classes in dimension 1, (batch, classes, ...), and a target
without that dimension, (batch, ...), of classes counted from 0. The others, such as `binary_cross_entropy`, take both
in the same shape; `mse_loss` and its like first stretch the two to one shape, and these two do not stretch.

Why it matters
--------------
The loss raises "Expected target size [3, 12], got [3, 7]" or "Target 10 is out of bounds", so no parameter gets a
gradient. The first of these texts asks for another target where most often the prediction is the one to turn.

How to fix it
-------------
Classes last, as a sequence model gives them: `F.cross_entropy(output.transpose(1, 2), target)`. Labels as a column:
`target.squeeze(1)`. One-hot labels: `target.argmax(1)`. A prediction (N, 1) for labels (N,): `output.squeeze(1)`.
Steps that `pad_packed_sequence` left out, as no sequence was that long: `total_length=x.size(1)`.

Not to be confused with
-----------------------
TYP802: labels that are not integers. SHP707: shapes that differ and stretch to each other, which raises nothing and
compares everything with everything. SHP710: an index outside a table.

Example
-------
Shapes: 3x7x12; 3x7:int64[0,12)
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(12, 12)

        def forward(self, x, target):
            logits = self.head(x)
            return F.cross_entropy(logits, target)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(12, 12)

        def forward(self, x, target):
            logits = self.head(x)
            return F.cross_entropy(logits.transpose(1, 2), target)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.crosswise import Crosswise, both_ways, crosswise
from whygrad.engine.axes.picking import picked
from whygrad.engine.edits import Ask, Give, Resize
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands.targets import Compared, compared, refitted
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.predicting import at_each_place, one_for_each
from whygrad.engine.refusals.reads import prepared, with_suffix, wrapped
from whygrad.engine.refusals.sending import described, of_the_loss, resent, sent_as
from whygrad.engine.refusals.sent_sizes import one_score
from whygrad.engine.refusals.shifted import readers, shifted
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, origin, parameter_name
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.spelling import along_instead, with_behind

_NO_SHARE = "target should be between 0 and 1"


@rule("SHP713", "target-mismatch", "error")
def target_mismatch(observation: Observation) -> Iterator[Finding]:
    """The loss that was refused."""
    for failed, node, event in refused(observation, "target"):
        found = compared(node, event)
        if found is not None and not found.fits:
            yield _of_shapes(observation, failed, node, event, found)
        elif found is not None and found.beyond is not None:
            yield _of_classes(observation, failed, node, found, found.beyond)
        elif found is not None and _NO_SHARE in failed.said:
            yield _of_shares(observation, failed, node, found)
        else:
            yield _in_torchs_words(observation, failed, node, event)
    told = (each for each in (*picked(observation), *crosswise(observation)) if not both_ways(observation, each))
    written = {each.event.node: each for each in told}
    yield from (_of_axes(observation, each) for each in written.values())


def _of_axes(observation: Observation, found: Crosswise) -> Finding:
    """A cross entropy along another axis than its scores are normalised along."""
    node, wanted = observation.nodes[found.event.node], found.classes
    use = f"{found.kind} picks classes" if found.picks else f"the {found.kind} sums up"
    before, after = along_instead(observation, node, wanted)
    target = "The target names a class" if found.picks else "The target holds shares that sum to 1"
    return Finding(
        title=f"{node.bare_name} normalises along dimension {found.normalised}, and {use} along dimension {wanted}",
        message=f"{target} along dimension {wanted}; the shares of the prediction sum to 1 along another, so that no "
        "class is weighed against another.",
        node=node.id,
        event=found.event,
        severity="warning",
        chain=(Link(f"the scores are normalised along dimension {found.normalised}", node.id),),
        fix=Fix(
            f"normalise along the classes, dimension {wanted}", before, after, edits=(Give(node.id, "dim", wanted),)
        ),
    )


def _of_shapes(observation: Observation, failed: Failure, node: Node, event: Event, found: Compared) -> Finding:
    given, target = _called(observation, node, found.input), _called(observation, node, found.target)
    takes = "of the same shape" if found.places == found.input.tensor.shape else f"of {sizes(found.places)}"
    classes = "" if found.classes is None else f": {found.classes} classes in dimension 1"
    return finding(
        observation,
        failed,
        title=f"{prepared(observation, node).name} takes a target {takes} beside {size(found.input.tensor)}, "
        f"and gets {size(found.target.tensor)}",
        message=f"{given} is {size(found.input.tensor)}{classes}; {target} is {size(found.target.tensor)}.",
        chain=_origins(observation, failed, node, found),
        fixes=list(_shape_fixes(observation, failed, node, event, found)),
        op=prepared(observation, node).op,
    )


def _called(observation: Observation, node: Node, operand: Operand) -> str:
    named = {"tensors[0]": "the prediction", "tensors[1]": "the target"}
    return named.get(operand.role) or called(observation, node, operand)


def _shape_fixes(observation: Observation, failed: Failure, node: Node, event: Event, found: Compared) -> Iterator[Fix]:
    given, target = found.input.tensor.shape, found.target.tensor.shape
    for cut, whole in ((found.input, found.target), (found.target, found.input)) if found.places else ():
        yield from shifted(observation, event, failed.step, cut, whole)
    yield from _of_flags(observation, failed, event, found)
    change = refitted(found)
    yield from one_score(observation, failed.step, found)
    if change is not None:
        yield _refit(observation, node, found, *change)
    if found.places == given and given[:-1] == target[:-1] and given[-1:] != target[-1:]:
        yield from _wider(observation, failed, found, target[-1])
    if not found.paired:
        yield from one_for_each(observation, failed.step, node, found)
        yield from at_each_place(observation, failed.step, node, event, found)
    yield from _as_many(observation, failed, found)
    yield Fix(f"bring the target to {sizes(found.places)}, or the prediction to what the target counts")


def _of_flags(observation: Observation, failed: Failure, event: Event, found: Compared) -> Iterator[Fix]:
    """The class of each row, of flags for each class that were flattened on their way to a loss of classes."""
    for reader, flags in list(readers(event, failed.step, found.target))[1:] if found.classes is not None else []:
        node, suffix = observation.nodes[reader.node], ".argmax(1)"
        if flags.tensor.shape == found.input.tensor.shape and not flags.tensor.floating:
            yield Fix(
                f"name the class of each row of {called(observation, node, flags)}, not all its flags: {suffix}",
                before=observation.source(node.id),
                after=with_behind(observation, node, flags.role, suffix),
                edits=wrapped(observation, node, flags.role, f"x{suffix}"),
            )


def _refit(observation: Observation, node: Node, found: Compared, role: str, expression: str) -> Fix:
    operand, place = (found.target, 1) if role == "target" else (found.input, 0)
    suffix, name = expression.removeprefix("x"), prepared(observation, node).name
    after = with_suffix(observation, node, operand.role, place, suffix)
    turned = "the classes stand last: " if role == "input" and found.classes is not None and suffix[1:2] in "tm" else ""
    summary = f"{turned}give {name} {_called(observation, node, operand)}{suffix}"
    return Fix(summary, after=after, edits=wrapped(observation, node, operand.role, expression))


def _as_many(observation: Observation, failed: Failure, found: Compared) -> Iterator[Fix]:
    """As many targets as there are predictions, where they were sent."""
    place, target = sent_as(observation, failed.step, found.target.tensor), found.target.tensor.shape
    alone = place is not None and described(observation, place).get("shape") == list(target)
    if place is not None and alone and target[:1] != found.places[:1] != () and target[1:] == found.places[1:]:
        ask = resent(observation, place, shape=list(found.places))
        if ask is not None:
            yield Fix(f"send {found.places[0]} targets, one for each prediction, not {target[0]}", edits=(ask,))


def _of_classes(
    observation: Observation, failed: Failure, node: Node, found: Compared, beyond: tuple[int, int]
) -> Finding:
    target = called(observation, node, found.target)
    named = beyond[1] if beyond[1] >= (found.classes or 0) else beyond[0]
    return finding(
        observation,
        failed,
        title=f"{node.name} has {found.classes} classes, and {target} names class {named}",
        message=f"Classes are counted from 0, so the last of {found.classes} is {(found.classes or 1) - 1}; "
        f"{target} goes from {beyond[0]} to {beyond[1]}.",
        chain=_origins(observation, failed, node, found),
        fixes=list(_class_fixes(observation, failed, node, found, beyond)),
    )


def _class_fixes(
    observation: Observation, failed: Failure, node: Node, found: Compared, beyond: tuple[int, int]
) -> Iterator[Fix]:
    place = sent_as(observation, failed.step, found.target.tensor)
    sent = described(observation, place) if place is not None else of_the_loss(observation, node)
    low, top = min(beyond[0], sent.get("low") or 0) if sent else beyond[0], max(beyond[1] + 1, sent.get("high") or 0)
    if low >= 1 and top == (found.classes or 0) + 1:
        after = with_behind(observation, node, found.target.role, " - 1")
        edits = wrapped(observation, node, found.target.role, "x - 1")
        yield Fix("count the classes from 0: target - 1", after=after, edits=edits)
    if beyond[0] >= 0:
        yield from _wider(observation, failed, found, top)
    if place is not None and "int" in str(sent.get("dtype")):
        ask = resent(observation, place, low=0, high=found.classes)
        if ask is not None:
            yield Fix(f"send classes from 0 to {(found.classes or 1) - 1}", edits=(ask,))
    yield Fix(f"name only the {found.classes} classes that there are, or give the last layer one for each")


def _wider(observation: Observation, failed: Failure, found: Compared, wanted: int) -> Iterator[Fix]:
    """The layer that made the prediction, with an output for each class or number of the target."""
    shape = found.input.tensor.shape
    given = found.classes or (shape[-1] if shape else 0)
    fix = widened(observation, failed.step, found.input.tensor, given, wanted) if given else None
    yield from [fix] if fix else []


def _of_shares(observation: Observation, failed: Failure, node: Node, found: Compared) -> Finding:
    """A target that is no probability: where it was drawn for this run, the program may well be right."""
    target = called(observation, node, found.target)
    ask = _within_bounds(observation, failed, node, found)
    drawn = f" The numbers of {target} were drawn for this run and are not the program's." if ask else ""
    shares = Fix(f"bring {target} between 0 and 1, or use a loss that takes any number")
    return finding(
        observation,
        failed,
        title=f"{node.name} takes a target between 0 and 1, and {target} goes below 0 or above 1"
        + (", as it was drawn" if ask else ""),
        message=f"{node.name} compares probabilities: each number of its target is one too.{drawn}",
        chain=_origins(observation, failed, node, found),
        fixes=[
            Fix(
                'send a target in range: "fill": "uniform" (0 to 1), or "zeros" or "ones", beside its shape',
                edits=(ask,),
            )
            if ask
            else shares
        ],
    )


def _within_bounds(observation: Observation, failed: Failure, node: Node, found: Compared) -> Ask | None:
    """The request with the target drawn between 0 and 1; None where it was not drawn."""
    drawn = {"fill": "uniform", "low": 0, "high": 1}
    place = sent_as(observation, failed.step, found.target.tensor)
    if place is not None:
        return resent(observation, place, **drawn)
    target = of_the_loss(observation, node)
    return Ask({"loss": {**observation.request["loss"], "target": {**target, **drawn}}}) if target else None


def _origins(observation: Observation, failed: Failure, node: Node, found: Compared) -> list[Link]:
    return [origin(observation, failed.step, node, o) for o in (found.input, found.target)]


def _in_torchs_words(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    """A loss with demands of its own."""
    own = [o for o in event.inputs if o.role in ("self", "input", "target")]
    logits = own[:1] if "input should be between 0 and 1" in failed.said else []
    return finding(
        observation,
        failed,
        title=f"{node.name} takes probabilities, and {called(observation, node, logits[0])} goes below 0 or above 1"
        if logits
        else f"{node.name} refuses {' and '.join(size(o.tensor) for o in own) or 'what it gets'}",
        message=failed.said or "The loss does not take this prediction with this target.",
        chain=[origin(observation, failed.step, node, o) for o in own],
        fixes=[*(_squashed(observation, node, o) for o in logits), *_weighted(observation, node, event)]
        or [Fix("bring the target to what the loss takes")],
    )


def _squashed(observation: Observation, node: Node, logits: Operand) -> Fix:
    after = with_behind(observation, node, logits.role, ".sigmoid()")
    summary = "turn logits into probabilities with sigmoid, or use binary_cross_entropy_with_logits"
    return Fix(summary, after=after, edits=wrapped(observation, node, logits.role, "x.sigmoid()"))


def _weighted(observation: Observation, node: Node, event: Event) -> Iterator[Fix]:
    """A weight for each class that there is."""
    found, weight = compared(node, event), event.input("weight")
    name = parameter_name(observation, weight) if weight is not None else None
    if found is not None and found.classes is not None and name and weight and weight.shape != (found.classes,):
        summary = f"give {name} a number for each of the {found.classes} classes in place of {size(weight)}"
        yield Fix(summary, edits=(Resize(name, (found.classes,)),))
