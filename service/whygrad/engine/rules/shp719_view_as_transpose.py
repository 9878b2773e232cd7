"""A `view` or `reshape` gives the sizes of swapped axes, yet it moves no number: rows and columns are scrambled.

What happened
-------------
The result has the sizes that the operand would have with its axes in another order, and it was made by regrouping the
numbers as they lie in memory. So each entry of the result is made of pieces of several: heads of several time steps,
channels of several pixels.

Why it matters
--------------
Nothing raises, and gradients arrive everywhere. The network learns on scrambled data, worse than it should, and it
mixes what should be kept apart: time steps, heads, or the samples of a batch.

How to fix it
-------------
Swap axes with `x.transpose(1, 2)` or `x.permute(...)`; fold them with `reshape` afterwards. To cut features into
heads, first `x.view(batch, length, heads, -1)`, then `.transpose(1, 2)`.

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

import re
from collections import defaultdict
from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.swapping import Swap, swapped
from whygrad.engine.edits import Replace
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.observation import Event, Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import sizes
from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten

_CALL = rf"\.(?:view|reshape)\(({ARGUMENTS})\)"


@rule("SHP719", "view-as-transpose", "warning")
def view_as_transpose(observation: Observation) -> Iterator[Finding]:
    """The views that had to swap axes; those of one module that had to swap the same are one finding."""
    found: dict[tuple[str, Swap], dict[int, tuple[int, Event]]] = defaultdict(dict)
    known = layouts(observation)
    for order, event in enumerate(observation.first.events):
        node = observation.nodes[event.node]
        swap = swapped(observation, known, node, event) if event.completed and event.inputs else None
        if swap is not None:
            found[node.module, swap].setdefault(node.id, (order, event))
    for (_, swap), views in found.items():
        yield _finding(observation, swap, views)


def _finding(observation: Observation, swap: Swap, views: dict[int, tuple[int, Event]]) -> Finding:
    (first, (order, event)), *others = views.items()
    before, after = event.tensors[0].shape, event.outputs[0].shape
    op = observation.nodes[first].name
    return Finding(
        title=f"{op} makes {sizes(after)} of {sizes(before)} without moving a number: axes had to change places",
        message=f"The sizes are those of {_words(swap)}, but {op} only regroups the numbers as they lie, so that each "
        "entry of the result holds parts of several.",
        node=first,
        event=event,
        order=order,
        chain=(Link(f"{sizes(before)} is read as {sizes(after)} here", first),),
        related=tuple(Related("the same here", number) for number, _ in others),
        fix=_fix(observation, swap, views),
    )


def _words(swap: Swap) -> str:
    if swap.pair:
        return f"{sizes(swap.sizes)} with its axes {swap.pair[0]} and {swap.pair[1]} swapped"
    return f"{sizes(swap.sizes)} with its axes in the order {', '.join(map(str, swap.order))}"


def _fix(observation: Observation, swap: Swap, views: dict[int, tuple[int, Event]]) -> Fix:
    first, (_, event) = next(iter(views.items()))
    move = _move(swap)
    return Fix(
        f"swap the axes in place of regrouping them: {_call(swap, event, move)}",
        after=_rewritten(observation.source(first), swap, event, move),
        edits=tuple(Replace(n, f"self{_call(swap, e, move)}") for n, (_, e) in views.items()),
    )


def _move(swap: Swap) -> str:
    """The call that moves the axes."""
    name, axes = ("transpose", swap.pair) if swap.pair else ("permute", swap.order)
    return f".{name}({', '.join(map(str, axes))})"


def _call(swap: Swap, event: Event, move: str) -> str:
    """What is called on the operand, with every size written out."""
    before, after = event.tensors[0].shape, event.outputs[0].shape
    seen_as = f".reshape({list(swap.sizes)})" if swap.sizes != before else ""
    return f"{seen_as}{move}" + (f".reshape({list(after)})" if swap.result != after else "")


def _rewritten(source: str | None, swap: Swap, event: Event, move: str) -> str | None:
    """The user's line with the move in it; None where it has several views, or one that is not written so."""
    calls = re.findall(_CALL, source or "")
    if len(calls) != 1:
        return None
    before, after = event.tensors[0].shape, event.outputs[0].shape
    given = re.findall(r"(?:[^,()]|\([^()]*\))+", calls[0])
    if swap.sizes == before:
        kept = "" if swap.result == after else rf".reshape({calls[0]})"
        return rewritten(source, _CALL, lambda _: move + kept)
    if swap.result == after and len(given) == len(after):
        row = [given[swap.order.index(i)].strip() for i in range(len(given))]
        return rewritten(source, _CALL, lambda _: f".view({', '.join(row)}){move}")
    return None
