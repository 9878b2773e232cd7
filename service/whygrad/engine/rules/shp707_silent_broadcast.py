"""Two tensors whose shapes stretch to each other where equal shapes were meant: each sample meets every other.

What happened
-------------
A loss, or a difference that becomes one, was given a prediction and a target of different shapes, such as (N,) and (N,
1). Elementwise operations stretch sizes of 1, so the result is N x N: every prediction is compared with every target;
so does `masked_select` with a column of losses and a row of flags. Or one of the two has lost its batch, and its one
row is compared with all samples. Or one number for each sample, (N,), lies along the features of (N, D), which fits
where D happens to be N; a mask for each sample, (N, T, T), over the heads of (N, H, T, T); a map, (N, H, W), over its
like with an axis behind, (N, H, W, 1), where it is as high as wide. Or a mask of keys lies along the queries of
attention, so that it is the same for all keys, and hides none. Or a mean of a tensor lies across it, so that each row
is held against what all rows have. Or a single entry of a table was taken where all up to there were meant, `table[:,
n]` for `table[:, :n]`, and all steps get the same.

Why it matters
--------------
Nothing raises, gradients arrive everywhere, and the loss falls: towards the mean of the targets, whatever the input.

How to fix it
-------------
Give both the same shape: `target.squeeze(1)`, `prediction.squeeze(1)` or `target.unsqueeze(1)`, and say so with an
`assert prediction.shape == target.shape`. A weight for each sample takes an axis more: `w[:, None] * error`. A mask of
keys has its axis of one where the queries are: `mask[:, None, None, :]`.

Not to be confused with
-----------------------
SHP706: shapes that do not stretch. SHP713: a loss that refuses its target. Biases, scales, positions, masks and pairs
made with `x[:, None] - x[None, :]` stretch on purpose.

Example
-------
Shapes: 5x6; 5

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Linear(6, 1)

        def forward(self, x, target):
            prediction = self.net(x)
            return F.mse_loss(prediction, target)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Linear(6, 1)

        def forward(self, x, target):
            prediction = self.net(x).squeeze(1)
            return F.mse_loss(prediction, target)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from whygrad.engine.axes.comparing import Side
from whygrad.engine.axes.entries import Entry, single_entries
from whygrad.engine.axes.hiding import Hiding, hidden_queries
from whygrad.engine.axes.layouts import Layouts, layouts
from whygrad.engine.axes.of_itself import Misplaced, misplaced
from whygrad.engine.axes.overlaying import Overlay, mistaken, overlaid
from whygrad.engine.axes.stretching import Stretch, stretch
from whygrad.engine.edits import Replace, Wrap
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.lining_up import alongside
from whygrad.engine.refusals.along_the_keys import along_the_keys
from whygrad.engine.refusals.likelihoods import summed_up
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, variable
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.recounting import sliced
from whygrad.engine.wording.rewriting import behind
from whygrad.engine.wording.spelling import with_behind


@rule("SHP707", "silent-broadcast", "warning")
def silent_broadcast(observation: Observation) -> Iterator[Finding]:
    """The losses and differences of two shapes that had to be equal; those of one line are one finding."""
    known = layouts(observation)
    yield from _laid_over(observation, known)
    yield from _hiding(observation, known)
    yield from (_of_an_entry(observation, entry) for entry in single_entries(observation, known))
    own = {found.node.id: found for found in misplaced(observation, known)}
    yield from (_of_itself(observation, found) for found in own.values())
    lines: dict[Hashable, dict[int, tuple[int, Event, Stretch]]] = defaultdict(dict)
    for order, event in enumerate(observation.first.events):
        node = observation.nodes[event.node]
        found = stretch(observation, known, node, event) if event.completed and node.id not in own else None
        if found is not None:
            lines[_line(observation, node)].setdefault(node.id, (order, event, found))
    for places in lines.values():
        yield _finding(observation, places)


def _laid_over(observation: Observation, known: Layouts) -> Iterator[Finding]:
    """One number for each sample, laid over the features where they are as many."""
    found: dict[int, tuple[int, Event, Overlay]] = {}
    for order, event in enumerate(observation.first.events):
        node = observation.nodes[event.node]
        overlay = overlaid(observation, known, node, event) if event.completed and node.id not in found else None
        if overlay is not None:
            found[node.id] = (order, event, overlay)
    for order, event, overlay in found.values():
        if mistaken(observation, known, overlay):
            yield _of_samples(observation, order, event, overlay)


def _of_samples(observation: Observation, order: int, event: Event, overlay: Overlay) -> Finding:
    node, few, many = observation.nodes[event.node], overlay.few, overlay.many
    samples, place = few.tensor.shape[0], overlay.place
    one, other = called(observation, node, few.compared), called(observation, node, many.compared)
    return Finding(
        title=f"{node.name} of {size(few.tensor)} and {size(many.tensor)}: the {samples} samples of {one} lie along "
        f"dimension {place} of {other}",
        message=f"Shapes are lined up from the last dimension, so {one}, which has one for each sample, meets "
        f"dimension {place} of {other}, which holds something else. It fits because both are {samples} here; with any "
        "other number of samples it raises.",
        node=node.id,
        event=event,
        order=order,
        chain=(Link(f"{size(few.tensor)} is stretched to {size(many.tensor)} here", node.id),),
        fix=Fix(f"give {one} a number for each of {size(many.tensor)}, or {other} one for each sample, as it has")
        if overlay.in_a_loss
        else alongside(observation, node, few.given, many.given),
    )


def _hiding(observation: Observation, known: Layouts) -> Iterator[Finding]:
    """A mask of keys that lies along the queries; where several layers are given it, once."""
    told: dict[int, Hiding] = {}
    for hiding in hidden_queries(observation, known):
        told.setdefault(hiding.turned.id if hiding.turned is not None else hiding.node.id, hiding)
    for number, hiding in told.items():
        yield _of_keys(observation, number, hiding)


def _of_keys(observation: Observation, number: int, hiding: Hiding) -> Finding:
    mask, node = hiding.operand.tensor, hiding.node
    return Finding(
        title=f"the mask {size(mask)} is the same for all keys of a query, so that it hides none of them",
        message=f"{hiding.behind.name} compares the keys, in the last dimension. What befalls all of them alike it "
        "does not see, be it minus infinity; the mask tells apart the queries, in the dimension before.",
        node=number,
        event=hiding.event,
        order=hiding.order,
        chain=(
            Link(f"the mask {size(mask)} is stretched over the keys here", node.id),
            Link(f"{hiding.behind.name} does not see what all keys have in common", hiding.behind.id),
        ),
        explains=frozenset({node.id, hiding.behind.id}),
        fix=along_the_keys(observation, hiding),
    )


def _of_itself(observation: Observation, found: Misplaced) -> Finding:
    node, whole, statistic = found.node, found.whole.tensor, found.statistic.tensor
    made, open_sizes = size(found.event.outputs[0]), sum(length > 1 for length in found.kept) == 1
    shape = ", ".join("-1" if length > 1 and open_sizes else str(length) for length in found.kept)
    return Finding(
        title=f"{node.name} of {size(whole)} and a statistic of it, {size(statistic)}, makes {made}",
        message=f"Each row of {called(observation, node, found.whole)} meets what all rows have, not its own alone: "
        f"along {size(whole)} it would be {sizes(found.kept)}. A reduction with keepdim=True leaves it so.",
        node=node.id,
        event=found.event,
        order=found.order,
        chain=(Link(f"{size(whole)} and {size(statistic)} are stretched to {made} here", node.id),),
        fix=Fix(
            f"keep the axes that it is of: keepdim=True, or view({shape})",
            after=with_behind(observation, node, found.statistic.role, f".view({shape})"),
            edits=(Wrap(node.id, found.statistic.role, f"x.reshape({shape})"),),
        ),
    )


def _of_an_entry(observation: Observation, entry: Entry) -> Finding:
    taken, source = entry.taken, observation.source(entry.taken.id)
    return Finding(
        title=f"all {entry.steps} steps of {size(entry.operand.tensor)} get the same entry of a table, {entry.steps}",
        message=f"{taken.name} picks the entry whose number is the number of steps, and it is stretched over all of "
        "them. With a slice up to there each step gets an entry of its own.",
        node=taken.id,
        event=entry.event,
        order=entry.order,
        chain=(
            Link(f"a single entry is picked here, by the number {entry.steps}", taken.id),
            Link(f"it is stretched over the {entry.steps} steps here", entry.node.id),
        ),
        fix=Fix(
            f"take all entries up to there, the first {entry.steps}, with a slice",
            after=sliced(source),
            edits=(Replace(taken.id, "self.narrow(dim, 0, index)"),),
        ),
    )


def _line(observation: Observation, node: Node) -> Hashable:
    place = observation.place(node.id)
    return (node.module, place.file, place.line) if place else node.id


def _finding(observation: Observation, places: dict[int, tuple[int, Event, Stretch]]) -> Finding:
    (number, (order, event, found)), *others = places.items()
    first, second, result = size(found.first.tensor), size(found.second.tensor), sizes(found.shape)
    what = f"one row of {first} meets all {found.samples} samples"
    if found.twice:
        what = f"each of {found.samples} {'places' if found.shifted else 'samples'} meets every other ({result})"
    elif found.column:
        what = f"the one number for each sample meets {found.samples}"
    return Finding(
        title=f"{observation.nodes[number].name} of {first} and {second}: {what}",
        message=f"Shapes {first} and {second} are stretched to {result} before they are compared. "
        "Equal shapes were meant here.",
        node=number,
        event=_as_written(event, found),
        order=order,
        chain=(Link(f"{first} and {second} are stretched to {result} here", number),),
        related=tuple(Related("the same here", n) for n, _ in others),
        fix=_of_one(observation, found) if found.column else _fix(observation, places),
    )


def _of_one(observation: Observation, found: Stretch) -> Fix:
    """As many numbers for each sample as the target was sent with; of what is computed there may be too many."""
    fix = widened(observation, observation.first, found.first.tensor, 1, found.samples)
    if fix is not None and layouts(observation).sent(found.second.tensor):
        return fix
    if (summed := summed_up(observation, found.second.tensor)) is not None:
        return summed
    return Fix(
        f"give both as many numbers for each sample: {found.samples}, or one, as sum(dim=-1, keepdim=True) and "
        "mean(dim=-1, keepdim=True) give"
    )


def _as_written(event: Event, found: Stretch) -> Event:
    """The execution with the shapes that the user wrote, before the loss's own function stretched them."""
    sides = (found.first, found.second)
    return replace(event, inputs=tuple(s.compared for s in sorted(sides, key=lambda s: s.place)))


def _fix(observation: Observation, places: dict[int, tuple[int, Event, Stretch]]) -> Fix:
    number, (_, _, found) = next(iter(places.items()))
    if not found.twice:
        return Fix(f"keep the batch of {found.samples} in what became {size(found.first.tensor)}")
    side, call = _repair(found)
    name = called(observation, observation.nodes[number], side.compared)
    changes = [_repair(each) for _, _, each in places.values()]
    after = (
        behind(observation.source(number), observation.nodes[number].bare_name, side.place, call)
        if found.surplus
        else None
    )
    source = observation.source(number)
    alike = {c for _, c in changes} == {call}
    name = (_root(observation, changes) if after is None and alike else None) or name
    if after is None and source and found.surplus and alike and name.isidentifier():
        after = f"{name} = {name}{call}\n{source}"
    return Fix(
        f"give {name} the shape of the other: {call[1:]}",
        after=after,
        edits=tuple(Wrap(s.node, s.role, f"x{c}") for s, c in changes),
    )


def _root(observation: Observation, changes: Sequence[tuple[Side, str]]) -> str | None:
    """The variable that all operands to be changed are computed from in their line, each number of its own."""
    step = observation.first
    roots = set[str | None]()
    for side, _ in changes:
        node, operand, line = observation.nodes[side.node], side.given, observation.source(side.node)
        for maker in step.lineage(side.tensor.id):
            alone = [o for o in maker.inputs if o.tensor.shape == side.tensor.shape]
            if len(maker.inputs) > 1 or not alone or observation.source(maker.node) != line:
                break
            node, operand = observation.nodes[maker.node], alone[0]
        roots.add(variable(observation, node, operand.role))
    return roots.pop() if len(roots) == 1 else None


def _repair(found: Stretch) -> tuple[Side, str]:
    """Which operand to change, and what to call on it."""
    if found.surplus is None:
        return found.second, f".reshape({list(found.first.tensor.shape)})"
    side, axes = found.surplus
    return side, f".squeeze({axes[0] if len(axes) == 1 else axes})"
