"""A tensor whose elements share memory is changed in place.

What happened
-------------
`expand`, `expand_as`, `broadcast_to` and `broadcast_tensors` repeat a tensor without copying it: many elements are
one place in memory. An operation that writes into such a tensor would write that place several times.

Why it matters
--------------
The forward raises "unsupported operation: more than one element of the written-to tensor refers to a single memory
location". It says so only when it runs on real numbers: shapes alone do not show it. A write through a mask runs, and
its backward raises the same.

How to fix it
-------------
Copy before you write: `x.expand(3, 4).clone()`, or `x.repeat(3, 1)`. Or compute a new tensor: `y = y + 1`.

Not to be confused with
-----------------------
Slices and transposes are views too, but each of their elements has a place of its own: they may be written.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.query = nn.Parameter(torch.randn(1, 6))

        def forward(self, x):
            y = self.query.expand(4, 6)
            y = y.mul(2.0).mean(0, keepdim=True).expand(4, 6)
            y += self.encoder(x)
            return y

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.query = nn.Parameter(torch.randn(1, 6))

        def forward(self, x):
            y = self.query.expand(4, 6)
            y = y.mul(2.0).mean(0, keepdim=True).expand(4, 6)
            y = y + self.encoder(x)
            return y
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.edits import Renew, Wrap
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.spreading import parts_written
from whygrad.engine.gradients.writes import COPIED, maker, result_copied, target, without_writing, writing_a_copy
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.memory import overlaps
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.rewriting import ARGUMENTS, out_of_place, rewritten

_SHARED = "refers to a single memory location"


@rule("IPL304", "overlapping-memory", "error")
def overlapping_memory(observation: Observation) -> Iterator[Finding]:
    """The write into memory that several elements of the written tensor, or two operands, share."""
    for failed, node, event in refused(observation, "overlap"):
        written = target(observation, event)
        spread = written is not None and overlaps(written)
        made = maker(failed.step, failed.order, written, _spreads) if written is not None and spread else None
        yield _finding(observation, failed, node, event, made)
    raised = list(_in_backward(observation))
    yield from raised
    for order, made in parts_written(observation) if not raised else ():
        yield _silent(observation, order, made)


def _in_backward(observation: Observation) -> Iterator[Finding]:
    """The write that only its derivative is refused for: what a mask picks of what was spread."""
    step, error = observation.first, observation.first.error
    if error is None or error.stage != "backward" or _SHARED not in error.message or error.node is None:
        return
    for order in step.executions.get(error.node, ())[-1:]:
        written = target(observation, step.events[order])
        made = maker(step, order, written, _spreads) if written is not None and overlaps(written) else None
        if made is not None:
            found = _silent(observation, order, made)
            said = "The entries along that dimension are one place in memory, and backward refuses to write there."
            yield replace(found, severity="error", message=said, parameters=names(observation.trainable))


def _silent(observation: Observation, order: int, made: Event) -> Finding:
    """A write into one entry that changes all of them, which torch does not refuse."""
    event = observation.first.events[order]
    node, how = observation.nodes[event.node], observation.nodes[made.node].name
    spread, written = size(made.outputs[0]), target(observation, event)
    part = "the entries that a mask picks" if written is not None and overlaps(written) else "one entry"
    return Finding(
        title=f"{node.name} writes into {part} of what {how} spread over {spread}, and so into all of them",
        message="The entries along that dimension are one place in memory: after the write each holds what was meant "
        "for one. Torch does not refuse this write.",
        node=node.id,
        event=event,
        order=order,
        severity="warning",
        chain=(
            Link(f"{how} gives {spread} elements that share memory", made.node),
            Link(f"{node.name} writes into a part of them", node.id),
            Link("the other entries are read later, with what was written here"),
        ),
        related=(Related("spread without a copy here", made.node),),
        fix=_copied(observation, made),
    )


def _spreads(event: Event) -> bool:
    return any(overlaps(t) for t in event.outputs)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event, made: Event | None) -> Finding:
    written = target(observation, event)
    shown = size(written) if written is not None else "the result"
    how = observation.nodes[made.node].name if made is not None else None
    what = f"writes into what {how} spread over {shown} without copying" if how else "reads the memory that it writes"
    fixes = _fixes(observation, failed, node, event, made)
    found = finding(
        observation,
        failed,
        title=f"{node.name} {what}",
        message="Several elements are one place in memory, so the write has no definite result, and torch refuses it.",
        chain=(
            *((Link(f"{how} gives {shown} elements that share memory", made.node),) if made is not None else ()),
            Link(f"{node.name} writes into them", node.id),
        ),
        fixes=fixes,
    )
    related = (Related("spread without a copy here", made.node),) if made is not None else ()
    return replace(found, related=related)


def _fixes(observation: Observation, failed: Failure, node: Node, event: Event, made: Event | None) -> list[Fix]:
    """A new tensor where only the result is read, else a copy where the memory was spread."""
    new = Fix(
        f"compute a new tensor with {node.bare_name}, out of place",
        after=out_of_place(observation.source(node.id), node.name),
        edits=without_writing(observation, failed.step, failed.order),
    )
    if made is None:
        copy = writing_a_copy(observation, failed.step, failed.order)
        return [*_read_apart(observation, node, event), new, Fix("clone() the tensor before it is written", edits=copy)]
    copied = _copied(observation, made)
    return [new, copied] if new.edits else [copied, new]


def _read_apart(observation: Observation, node: Node, event: Event) -> list[Fix]:
    """What is assigned to a part of the memory that it lies in, `m[1] = m[1].t()`, read from a copy."""
    written, read = target(observation, event), event.input("src")
    if written is None or read is None or read.storage != written.storage:
        return []
    line = observation.place(node.id)
    return [
        Fix(
            "assign a copy, with clone(): what is assigned lies in the memory that is written",
            before=line.source if line else None,
            after=rewritten(line, r"(=\s*)([^=#]*[\w)\]])\s*$", r"\1\2.clone()"),
            edits=(Wrap(node.id, "src", COPIED),),
        )
    ]


def _copied(observation: Observation, made: Event) -> Fix:
    """The spread numbers in memory of their own."""
    held = observation.stored.get(made.outputs[0].id)
    if held is not None:
        words = f"make {held} with memory of its own: clone() behind what spreads it, before the module is given it"
        return Fix(words, edits=(Renew(held, COPIED),))
    line = observation.place(made.node)
    return Fix(
        f"give the result of {observation.nodes[made.node].name} memory of its own with clone() before it is written",
        before=line.source if line else None,
        after=rewritten(line, rf"\.(expand|expand_as|broadcast_to)(\({ARGUMENTS}\))(?!\.clone\(\))", r".\1\2.clone()"),
        edits=result_copied(observation, made),
    )
