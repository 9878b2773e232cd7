"""A `view` or `reshape` gives the sizes of swapped axes, yet it moves no number: rows and columns are scrambled.

What happened
-------------
The result has the sizes that the operand would have with its axes in another order, and it was made by regrouping the
numbers as they lie in memory. So each entry of the result is made of pieces of several: heads of several time steps,
channels of several pixels, rows of an image that hold a whole patch.

Why it matters
--------------
Nothing raises, and gradients arrive everywhere. The network learns on scrambled data, worse than it should, and it
mixes what should be kept apart: time steps, heads, or the samples of a batch.

How to fix it
-------------
Swap axes with `x.transpose(1, 2)` or `x.permute(...)`; fold them with `reshape` afterwards. To cut features into
heads, first `x.view(batch, length, heads, -1)`, then `.transpose(1, 2)`. Batches that `torch.cat` puts one behind
another lie as (parts, batch, features): join them along the features, or see them so and transpose.

Not to be confused with
-----------------------
Folding neighbours, or cutting one axis in two, is what a view is for. SHP718: the batch is folded into the features.
SHP716: the axes are in order, and the layer takes them in another.

Example
-------
Shapes: 2x6x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.mix = nn.Linear(6, 6)

        def forward(self, x):
            B, T, C = x.shape
            return torch.relu(self.mix(x.reshape(B, C, T)))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.mix = nn.Linear(6, 6)

        def forward(self, x):
            B, T, C = x.shape
            return torch.relu(self.mix(x.transpose(1, 2)))
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from whygrad.engine.axes.joins import Interleaved, interleaved
from whygrad.engine.axes.layouts import Layouts, layouts
from whygrad.engine.axes.swapping import in_lying_order, swapped
from whygrad.engine.axes.swaps import Swap, as_it_lies, moving, reordered, with_move
from whygrad.engine.edits import Give, Replace
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.observation import Event, Observation
from whygrad.engine.operands import value
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import sizes
from whygrad.engine.wording.rewriting import given_too
from whygrad.engine.wording.spelling import given_instead


@rule("SHP719", "view-as-transpose", "warning")
def view_as_transpose(observation: Observation) -> Iterator[Finding]:
    """The views that had to swap axes; those of one module that had to swap the same are one finding.

    Those of torch's own layers are meant as they are: heads that come out of the batch are as a swap by their sizes.
    """
    found: dict[tuple[str, Swap], dict[int, tuple[int, Event]]] = defaultdict(dict)
    known = layouts(observation)
    for order, event in enumerate(observation.first.events):
        node = observation.nodes[event.node]
        swap = swapped(observation, known, node, event) if event.completed and event.inputs else None
        if swap is not None and not observation.in_library(node.id):
            found[node.module, swap].setdefault(node.id, (order, event))
    for (_, swap), views in found.items():
        yield _finding(observation, known, swap, views)


def _finding(observation: Observation, known: Layouts, swap: Swap, views: dict[int, tuple[int, Event]]) -> Finding:
    (first, (order, event)), *others = views.items()
    before, after = event.tensors[0].shape, event.outputs[0].shape
    op = observation.nodes[first].name
    join = interleaved(observation, known, observation.nodes[first], event)
    fix, *other_fixes = _fixes(observation, known, swap, views)
    return Finding(
        title=f"{op} makes {sizes(after)} of {sizes(before)} without moving a number: axes had to change places",
        message=f"The sizes are those of {_words(swap)}, but {op} only regroups the numbers as they lie, so that each "
        "entry of the result holds parts of several.",
        node=first,
        event=event,
        order=order,
        chain=(*_joined(join), Link(f"{sizes(before)} is read as {sizes(after)} here", first)),
        related=tuple(Related("the same here", number) for number, _ in others),
        fix=fix,
        other_fixes=tuple(other_fixes),
    )


def _words(swap: Swap) -> str:
    if swap.pair:
        return f"{sizes(swap.sizes)} with its axes {swap.pair[0]} and {swap.pair[1]} swapped"
    return f"{sizes(swap.sizes)} with its axes in the order {', '.join(map(str, swap.order))}"


def _joined(found: Interleaved | None) -> Iterator[Link]:
    if found is not None:
        yield Link(f"{found.parts} batches of {found.samples} samples are put one behind another here", found.join.node)


def _fixes(observation: Observation, known: Layouts, swap: Swap, views: dict[int, tuple[int, Event]]) -> Iterator[Fix]:
    yield from _side_by_side(observation, known, views)
    yield _fix(observation, swap, views)
    yield from _as_it_lies(observation, swap, views)


def _side_by_side(observation: Observation, known: Layouts, views: dict[int, tuple[int, Event]]) -> Iterator[Fix]:
    """The batches joined along what stands behind their samples, where only these views read what is joined."""
    found = [(e, interleaved(observation, known, observation.nodes[n], e)) for n, (_, e) in views.items()]
    joins = [j for e, j in found if j is not None and _read_by(known, j.join, views) and e.tensors[0] in j.join.outputs]
    first = joins[0] if joins else None
    if first is None or len(joins) < len(views) or first.along + 1 == len(first.join.outputs[0].shape):
        return
    node, dim = observation.nodes[first.join.node], first.along + 1
    yield Fix(
        f"join what belongs to one sample: torch.{node.bare_name}([...], dim={dim})",
        before=observation.source(node.id),
        after=given_instead(observation, node, "dim", dim)
        or given_too(observation.source(node.id), node.bare_name, f"dim={dim}"),
        edits=tuple(Give(j.join.node, "dim", j.along + 1) for j in joins),
    )


def _read_by(known: Layouts, join: Event, views: Iterable[int]) -> bool:
    """Whether only views of these nodes read what is joined."""
    return {reader.node for reader in known.readers[join.outputs[0].id]} <= set(views)


def _fix(observation: Observation, swap: Swap, views: dict[int, tuple[int, Event]]) -> Fix:
    first, (_, event) = next(iter(views.items()))
    return Fix(
        f"swap the axes in place of regrouping them: {moving(swap, *_shapes(event))}",
        after=with_move(observation.source(first), swap, *_shapes(event)),
        edits=tuple(Replace(n, f"self{moving(swap, *_shapes(e))}") for n, (_, e) in views.items()),
    )


def _as_it_lies(observation: Observation, swap: Swap, views: dict[int, tuple[int, Event]]) -> Iterator[Fix]:
    """The axes left in the order in which the numbers lie, where what follows takes them so."""
    first, (_, event) = next(iter(views.items()))
    before, after = _shapes(event)
    if swap.sizes != before and swap.result == after:
        yield Fix(
            f"name the axes in the order in which they lie: .reshape({list(swap.sizes)})",
            after=as_it_lies(observation.source(first), swap, after),
            edits=tuple(Replace(n, f"self.reshape({list(swap.sizes)})") for n in views),
        )
    node = observation.nodes[first]
    asked = value(node, event, "size") or value(node, event, "shape") or [-1]
    order = in_lying_order(before, after) if asked[0] != -1 else None  # what is left open in front was not misplaced
    if order is not None:
        told = [(n, [_shapes(e)[1][o] for o in order]) for n, (_, e) in views.items()]
        yield Fix(
            f"name the sizes in the order in which they lie: .reshape({told[0][1]})",
            after=reordered(observation.source(first), order),
            edits=tuple(Replace(n, f"self.reshape({row})") for n, row in told),
        )


def _shapes(event: Event) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return event.tensors[0].shape, event.outputs[0].shape
