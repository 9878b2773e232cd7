"""A leaf that wants a gradient, or a view of one, is changed in place.

What happened
-------------
A parameter is where backward ends. An operation that writes into it (`relu_`, `+=`, `self.weight[0] = …`) would
make it the result of that operation, and torch refuses while gradients are recorded.

Why it matters
--------------
The forward raises "a leaf Variable that requires grad is being used in an in-place operation" and nothing runs.

How to fix it
-------------
Compute a new tensor from the parameter: `weight = F.relu(self.weight)`. For an update that is no part of the model
(initialisation, weight clipping) write inside `with torch.no_grad():`.

Not to be confused with
-----------------------
IPL301 writes into a tensor that is no leaf, and is noticed only by backward. IPL305 writes through `.data`, which
nobody notices.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(10))

        def forward(self, x):
            return x * self.scale.clamp_(min=0.0)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(10))

        def forward(self, x):
            return x * self.scale.clamp(min=0.0)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.facts import Frame
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.copying import copied_before, copied_where_read, written_apart
from whygrad.engine.gradients.updates import (
    in_a_new_tensor,
    lines_with_a_copy,
    lines_with_a_new_tensor,
    updated_apart,
    updates,
)
from whygrad.engine.gradients.writes import without_writing, writing_a_copy
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import parameter_name
from whygrad.engine.wording.rewriting import out_of_place, rewritten


@rule("IPL302", "leaf-modified", "error")
def leaf_modified(observation: Observation) -> Iterator[Finding]:
    """The write that torch refused because its target is a leaf that wants a gradient, or a view of one."""
    for failed, node, event in refused(observation, "leaf"):
        target, leaf = next(_protected(observation, failed.step, event), (None, None))
        if target is not None and leaf is not None:
            owner = parameter_name(observation, leaf) or "a leaf tensor"
            what = owner if target.id == leaf.id else f"a view of {owner}"
            found = finding(
                observation,
                failed,
                title=f"{node.name} writes into {what}, which wants a gradient",
                message=f"{owner} is a leaf: gradients end in it. torch refuses to make it the result of {node.name}.",
                chain=(
                    Link(f"{owner} has requires_grad=True and no grad_fn"),
                    Link(f"{node.name} writes into {what}", node.id),
                ),
                fixes=_of_the_whole(observation, failed, node)
                if target.id == leaf.id
                else _of_a_part(observation, failed, node, event),
            )
            yield found


def _protected(observation: Observation, step: Step, failure: Event) -> Iterator[tuple[Tensor, Tensor]]:
    """What was to be written and wants a gradient, with the leaf that it is or whose memory it is a view of."""
    for role in observation.nodes[failure.node].writes:
        target = failure.input(role)
        if target is not None and target.requires_grad:
            seen = (t for e in step.events for t in (*e.outputs, *e.tensors))
            owners = (t for t in (target, *seen) if t.storage == target.storage and t.leaf and t.requires_grad)
            yield from ((target, leaf) for leaf in owners)


def _of_a_part(observation: Observation, failed: Failure, node: Node, event: Event) -> list[Fix]:
    """The write without gradient, as of an initialisation; what is computed of other parameters goes elsewhere.

    Where only the result is read it is a new tensor, `b = b + y`; else the part is written in a copy.
    """
    source, own = observation.source(node.id), {t.storage for role in node.writes if (t := event.input(role))}
    new = without_writing(observation, failed.step, failed.order) if _is_read(observation, node) else ()
    if new:
        words = f"compute a new tensor with {node.bare_name}, out of place"
        return [Fix(words, after=out_of_place(source, node.name), edits=new)]
    if any(o.tensor.requires_grad and o.tensor.storage not in own for o in event.inputs):
        return [_in_a_copy(observation, failed, node)]
    after = f"with torch.no_grad():\n    {source}" if source else None
    return [Fix("write it where no gradient is recorded", after=after, edits=written_apart(observation, node))]


def _in_a_copy(observation: Observation, failed: Failure, node: Node) -> Fix:
    """The write in a copy of the parameter, which all read that read the parameter after it: both learn."""
    words = "write into a clone, and read that from there on"
    edits = copied_before(observation, failed.step, failed.order)
    if not edits:
        return Fix(words, edits=copied_where_read(observation, node))
    held = next((a.value for e in edits for a in observation.nodes[e.node].arguments if a.name == e.argument), -1)
    before, after = lines_with_a_copy(observation, node, held) or (None, None)
    return Fix(words, before, after, edits=edits)


def _is_read(observation: Observation, node: Node) -> bool:
    """Whether anything reads the result of a node."""
    read = {a.value for other in observation.nodes for a in other.arguments}
    return any(value in read or value == observation.returns for value in node.outputs)


def _of_an_update(observation: Observation, node: Node, changed: Sequence[Node]) -> Fix:
    """The writes that only change parameters, as a moving average does, without gradient: all of them."""
    own = observation.place(node.id)
    places = [place for n in changed if (place := observation.place(n.id)) is not None and own is not None]
    lines = {place.line: place for place in places if own is not None and place.file == own.file}
    shown = [own] if own is not None else []
    while shown and (below := lines.get(shown[-1].line + 1)) is not None and _indent(below) == _indent(shown[0]):
        shown.append(below)
    sources = [place.source or "" for place in shown]
    others = ", ".join(str(line) for line in sorted(lines.keys() - {place.line for place in shown}))
    alone = all(source and ";" not in source for source in sources)  # what else a line does is to be recorded
    return Fix(
        "write it where no gradient is recorded" + (f", and so in line {others}" if others else ""),
        before="\n".join(sources) if alone else "",
        after="\n    ".join(["with torch.no_grad():", *sources]) if sources and alone else None,
        edits=updated_apart(changed),
    )


def _of_what_learns(observation: Observation, node: Node, event: Event | None) -> list[Fix]:
    """The write in a new tensor, where it is of what others computed: without gradient they would not learn from it."""
    given = event.inputs if event is not None else ()
    if not any(o.tensor.requires_grad for o in given if o.role not in node.writes):
        return []
    before, after = lines_with_a_new_tensor(observation, node) or ("", None)
    summary = f"compute a new tensor with {node.bare_name}, out of place, and read that from there on"
    return [Fix(summary, before=before, after=after, edits=in_a_new_tensor(observation, node))]


def _indent(line: Frame) -> int:
    return (line.column or 0) - (line.offset or 0)


def _of_the_whole(observation: Observation, failed: Failure, node: Node) -> list[Fix]:
    """A new tensor, where all that reads it reads the result; else a copy that is written instead.

    Of a write whose result nobody reads it is the parameter itself that is to change. The result has a name of its
    own: what is registered as a parameter stays one.
    """
    changed = updates(observation, node)
    if changed:
        return [_of_an_update(observation, node, changed), *_of_what_learns(observation, node, failed.event)]
    line = out_of_place(observation.source(node.id), node.name)
    local = rewritten(line, r"^self\.(?:\w+\.)*(\w+) = ", r"\1 = ")
    onward = f", and read {local.partition(' ')[0]} from there on" if local else ""
    new = Fix(
        f"compute a new tensor with {node.bare_name}, out of place{onward}",
        after=local or line,
        edits=without_writing(observation, failed.step, failed.order),
    )
    return [new, Fix("write into a clone of it", edits=writing_a_copy(observation, failed.step, failed.order))]
