"""A tensor that backward needs was changed in place after it was saved.

What happened
-------------
To compute its gradient, an operation saved a tensor: its input, or its own result. A later operation then wrote
into the same memory. Autograd notices when backward comes to the saved tensor, and refuses.

Why it matters
--------------
backward raises "one of the variables needed for gradient computation has been modified by an inplace operation",
which names the operation that saved the tensor and not the one that changed it.

How to fix it
-------------
Make the operation that writes out of place: `y = y + 1` instead of `y += 1`, `F.relu(x)` instead of
`nn.ReLU(inplace=True)`. Or give it a copy: `y = y.clone()` before the write.

Not to be confused with
-----------------------
IPL302 writes into a parameter itself and is refused at once. A write through `.data` is seen by nobody and gives
wrong gradients (IPL305). Most in-place operations are harmless, because nobody saved what they change.

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
            y = torch.exp(self.encoder(x))
            y += 1.0
            return y

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            y = torch.exp(self.encoder(x))
            y = y + 1.0
            return y
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from whygrad.engine.edits import Replace
from whygrad.engine.facts import Clobbered
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.copying import copied_aside, copied_before, saved_in_line
from whygrad.engine.gradients.writes import beside, operand_copied, result_copied, without_writing
from whygrad.engine.observation import Event, Observation, Step
from whygrad.engine.rule import rule
from whygrad.engine.wording.joining import joined
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.rewriting import out_of_place, suffixed
from whygrad.engine.wording.spelling import cloned_first, with_behind
from whygrad.engine.wording.written import call_of


@rule("IPL301", "saved-tensor-modified", "error")
def saved_tensor_modified(observation: Observation) -> Iterator[Finding]:
    """Every operation that changed what another had saved; the first step in which that happens."""
    step = next((s for s in observation.steps if s.clobbered), None)
    if step is None:
        return
    told: set[int] = set()
    writes = _writes(observation, step)
    for spoiled in step.clobbered:
        writer = _writer(step, writes.get(spoiled.storage, ()), spoiled)
        if writer is not None and step.events[writer].node not in told:
            told.add(step.events[writer].node)
            yield _finding(observation, step, spoiled, writer)


def _writes(observation: Observation, step: Step) -> Mapping[int, Sequence[int]]:
    """For each memory the executions that write into it."""
    found: dict[int, list[int]] = defaultdict(list)
    for index, event in enumerate(step.events):
        for storage in {t.storage for t in event.outputs} if observation.nodes[event.node].writes else ():
            found[storage].append(index)
    return found


def _writer(step: Step, writes: Sequence[int], spoiled: Clobbered) -> int | None:
    """The first of the executions that write into the saved memory which did so after it was saved."""
    for index in writes[bisect_right(writes, spoiled.saver) :]:
        written = step.events[index].outputs
        if any(t.storage == spoiled.storage and t.version > spoiled.expected for t in written):
            return index
    return None


def _finding(observation: Observation, step: Step, spoiled: Clobbered, writer: int) -> Finding:
    event, saver = step.events[writer], step.events[spoiled.saver]
    name, saved_by = observation.nodes[event.node].name, observation.nodes[saver.node].name
    what = "its result" if _saved_result(spoiled) else "its operand"
    saved = next((t for t in (*saver.outputs, *saver.tensors) if t.storage == spoiled.storage), event.outputs[0])
    last = max((c for c in step.clobbered if c.storage == spoiled.storage and c.saver < writer), key=lambda c: c.saver)
    refusing = observation.nodes[step.events[last.saver].node].name
    apart = any(beside(saved, t) for t in event.outputs)
    there = "another part of the same tensor, and all parts have one version" if apart else "it"
    fix, *others = _fixes(observation, step, spoiled, writer)
    return Finding(
        title=f"{name} changes a tensor that the backward of {saved_by} needs",
        message=f"{saved_by} saved {what} ({size(saved)}) for backward, and {name} then wrote into {there}.",
        node=event.node,
        event=event,
        order=writer,
        parameters=names(observation.trainable),
        related=(Related("saved here", saver.node), Related("changed here", event.node)),
        chain=(
            Link(f"{saved_by} saves {what} at version {spoiled.expected}", saver.node),
            Link(f"{name} writes into {there}", event.node),
            Link(f"backward of {refusing} finds version {last.version} and refuses"),
        ),
        fix=fix,
        other_fixes=tuple(others),
    )


def _fixes(observation: Observation, step: Step, spoiled: Clobbered, writer: int) -> list[Fix]:
    """A new tensor where only the result is read; else a copy, of what is written or for the one who saved."""
    event, saver = step.events[writer], step.events[spoiled.saver]
    node = observation.nodes[event.node]
    source, kind = observation.source(node.id), observation.modules.get(node.module)
    after = out_of_place(source, node.name)
    cloned = cloned_first(source) if not saved_in_line(observation, step, writer) else None
    summary, before = f"use {node.bare_name} out of place, or clone the tensor before it is written", None
    if node.module and after is None and observation.in_library(node.id):
        summary = f"make {node.module} out of place (inplace=False), or give it a clone"
        before, after = f"nn.{kind}(inplace=True)", f"nn.{kind}()"
    new = Fix(summary, before, after, edits=without_writing(observation, step, writer))
    first = Fix("clone the tensor before it is written", after=cloned, edits=copied_before(observation, step, writer))
    if _saved_result(spoiled):
        copy = _written_back(observation, saver) or _result_cloned(observation, saver)
    else:
        copy = _operand_cloned(observation, saver, spoiled.storage)
    aside = copied_aside(observation, step, writer) if not first.edits else ()
    words = "clone the tensor before it is written; what was taken of it before keeps its numbers"
    apart = Fix(words, after=cloned or _cloned_apart(source), edits=aside)
    tried = [fix for fix in (new, first, copy, apart) if fix.edits]
    return sorted(tried, key=lambda fix: fix.after is None) or [replace(new, after=None)]


def _written_back(observation: Observation, saver: Event) -> Fix | None:
    """A part that a function writes its result into, and saves: computed apart, and then written: `h[0] = h[0].tanh()`.

    None of a function of more than that part.
    """
    node = observation.nodes[saver.node]
    if not node.writes or len(node.arguments) != 1:
        return None
    source, name = observation.source(node.id), node.bare_name
    whole = re.fullmatch(rf"([\w.]+(\[.*\])?)\.{name}_\(\)", source or "")
    written = "{0} = {0}.{1}()" if whole and whole[2] else "{0}.copy_({0}.{1}())"
    return Fix(
        f"compute {name} out of place, which saves a result of its own, and write that",
        before=source if whole else None,
        after=written.format(whole[1], name) if whole else None,
        edits=(Replace(node.id, f"self.copy_(torch.{name}(self))", writes=True),),
    )


def _cloned_apart(source: str | None) -> str | None:
    """The line with a clone before it, where it reads what it writes into under another name alone."""
    lines = cloned_first(source)
    name = lines.partition(" = ")[0] if lines else ""
    return lines if lines and len(re.findall(rf"(?<![\w.]){re.escape(name)}\b", source or "")) == 1 else None


def _result_cloned(observation: Observation, saver: Event) -> Fix:
    """A copy of what the one who saved returned, shown in the line of that one."""
    node = observation.nodes[saver.node]
    source, found = observation.source(node.id), call_of(observation, node)
    after = suffixed(source, found[0], ".clone()") if found is not None else None
    edits = result_copied(observation, saver)
    return Fix(f"write into a clone of what {node.name} returned", source if after else None, after, edits=edits)


def _operand_cloned(observation: Observation, saver: Event, storage: int) -> Fix:
    """A copy for the one who saved, shown in the line of that one."""
    node, edits = observation.nodes[saver.node], operand_copied(observation, saver, storage)
    source = observation.source(node.id)
    lines = [with_behind(observation, node, edit.argument, ".clone()") for edit in edits]
    after = joined(source, [line for line in lines if line]) if source and lines and all(lines) else None
    before = source if after else None
    return Fix(f"give {node.name} a clone of its operand", before, after, edits=edits)


def _saved_result(spoiled: Clobbered) -> bool:
    return spoiled.saved_as.startswith("result") or spoiled.saved_as == "output"
