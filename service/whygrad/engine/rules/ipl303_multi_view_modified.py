"""One of several views that a single operation returned is changed in place.

What happened
-------------
`unbind`, `split`, `chunk` and a loop over the rows of a tensor (`for row in x`) return several views of one memory at
once. Autograd cannot say what a write into one of them means for the others, so it refuses the write.

Why it matters
--------------
The forward raises "Output 0 of UnbindBackward0 is a view and is being modified inplace. This view is the output of a
function that returns multiple views", and nothing runs. A view that was made under `no_grad` and is written outside
of it is refused in the same way.

How to fix it
-------------
Where the whole tensor is meant to change, take the views one at a time: `x[i]` and `x.select(0, i)` may be written.
Where only the piece is wanted, compute it out of place: `row = row * 2` instead of `row.mul_(2)`.

Not to be confused with
-----------------------
A slice or a single index (`x[0].mul_(2)`) is one view, and may be written. IPL301 is noticed only by backward.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            left, right = self.encoder(x).split(3, dim=1)
            left += right
            return left

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            left, right = self.encoder(x).split(3, dim=1)
            left = left + right
            return left
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.edits import Become, Edit, Pause
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.gradients.writes import last_write, one_by_one, target, views_of, without_writing, writing_beside
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.rewriting import out_of_place


@rule("IPL303", "multi-view-modified", "error")
def multi_view_modified(observation: Observation) -> Iterator[Finding]:
    """The write that autograd refused because of how the view that it writes was made."""
    for failed, _, event in refused(observation, "views"):
        made = views_of(observation, failed.step, failed.order, event)
        writer = _writer(observation, failed, made)
        listed = failed.step.events[writer : writer + 1]
        yield _finding(observation, failed, made, writer, listed[0] if listed else event)


def _writer(observation: Observation, failed: Failure, made: Event | None) -> int:
    """The execution that writes: where torch refuses a reader, that is an earlier one, which wrote what was viewed."""
    event = failed.event
    if made is None or event is None or target(observation, event) is not None:
        return failed.order
    earlier = last_write(observation, failed.step, failed.order, made.outputs[0])
    return failed.order if earlier is None else earlier


def _finding(observation: Observation, failed: Failure, made: Event | None, writer: int, event: Event) -> Finding:
    node = observation.nodes[event.node]
    views = _views(observation, made)
    how = "writes into" if writer == failed.order else "changes"
    fixes = _fixes(observation, failed, node, made, writer)
    maker = (Link(f"{observation.nodes[made.node].name} makes {views} here", made.node),) if made is not None else ()
    found = finding(
        observation,
        failed,
        title=f"{node.name} {how} {views}",
        message="Autograd cannot tell what the write means for the rest of the memory, so it refuses it.",
        chain=(*maker, Link(f"{node.name} {how} {views}", node.id)),
        fixes=fixes,
    )
    return replace(
        found,
        node=node.id,
        event=event,
        related=(Related("the views were made here", made.node),) if made is not None else (),
    )


def _views(observation: Observation, made: Event | None) -> str:
    if made is None:
        return "a view that may not be written"
    name = observation.nodes[made.node].name
    if len(made.outputs) == 1 and not made.grad_mode:
        return f"a view that {name} made under no_grad"
    return f"one of {counted(len(made.outputs), 'view')} that {name} returned"


def _fixes(observation: Observation, failed: Failure, node: Node, made: Event | None, writer: int) -> list[Fix]:
    """Out of place where only the result is read, else the views one at a time: each may be written."""
    new = _out_of_place(observation, node, without_writing(observation, failed.step, writer))
    if made is not None and writer == failed.order and _sets_a_parameter(observation, failed, made):
        return [_unrecorded(observation, node)]
    single = one_by_one(observation, made) if made is not None and made.grad_mode else ()
    if made is None or not single or (new.edits and writer == failed.order):
        return [new]
    maker, shown = observation.nodes[made.node], size(made.tensors[0])
    apart = Fix(
        f"take the views of the {shown} tensor one at a time (x.select(dim, i), x.narrow(dim, start, length)) "
        f"instead of all at once with {maker.name}: such a view may be written",
        before=observation.source(maker.id),
        edits=single,
    )
    return [apart, replace(new, edits=())]


def _out_of_place(observation: Observation, node: Node, edits: tuple[Edit, ...]) -> Fix:
    """The operation out of place, and with it those that write into other views of the same memory."""
    others = [n for n in writing_beside(observation, node) if edits and n.op.endswith("_")]
    changed = {observation.source(n.id): out_of_place(observation.source(n.id), n.name) for n in (node, *others)}
    shown = None not in changed.values() and len(changed) == len(others) + 1
    return Fix(
        f"compute it out of place: {node.bare_name} instead of {node.name}{', and so beside it' if others else ''}",
        before="\n".join(map(str, changed)) if others else None,
        after="\n".join(map(str, changed.values())) if shown else None,
        edits=(*edits, *(Become(n.id, n.op.removesuffix("_")) for n in others)),
    )


def _sets_a_parameter(observation: Observation, failed: Failure, made: Event) -> bool:
    """Whether numbers that nothing is learnt from are written into views of a parameter, as an initialisation does."""
    whole, event = made.tensors[0].storage, failed.event
    learnt = {p.tensor for p in observation.trainable}
    seen = (t for e in failed.step.events for t in (*e.outputs, *e.tensors) if t.id in learnt)
    alive = event is not None and any(t.requires_grad and t.storage != whole for t in event.tensors)
    return not alive and any(t.storage == whole for t in seen)


def _unrecorded(observation: Observation, node: Node) -> Fix:
    source = observation.source(node.id)
    return Fix(
        "write it where no gradient is recorded",
        after=f"with torch.no_grad():\n    {source}" if source else None,
        edits=(Pause(node.id),),
    )
