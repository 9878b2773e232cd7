"""A result was computed while gradient mode was off.

What happened
-------------
Inside `with torch.no_grad():` (or after `torch.set_grad_enabled(False)`) operations run without being recorded.
What the parameters computed there has no history, so backward cannot go back to them.

Why it matters
--------------
Where everything that the loss needs was computed there, backward raises "element 0 of tensors does not require
grad and does not have a grad_fn". Where only a part was, that part never learns, and nothing is raised.

How to fix it
-------------
Compute what has to be trained outside of the region. A recurrence may begin in it, as a burn-in, and be trained in its
later steps: then the region stays. Keep the region for what is meant to be constant: metrics,
targets, a frozen feature extractor (freeze that one, and the diagnosis is silent). The teacher of a mean teacher or
of BYOL, which follows what is trained or is built like it, and is compared with it, is told in a note.

Not to be confused with
-----------------------
CUT101 detaches a result that was recorded. A trace loses the region altogether: a traced program with `no_grad`
trains although the Python model does not.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            with torch.no_grad():
                h = self.encoder(x)
            return self.head(h)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = self.encoder(x)
            return self.head(h)
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from whygrad.engine.edits import Freeze, Leave
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.gradients.cuts import Severed, cut_by, finding
from whygrad.engine.gradients.slices import partly_cut_by
from whygrad.engine.gradients.stops import no_grad_region
from whygrad.engine.gradients.teachers import may_be_teacher, teacher_note
from whygrad.engine.gradients.updates import in_a_new_tensor
from whygrad.engine.gradients.uses import uses
from whygrad.engine.gradients.writes import deriving, target
from whygrad.engine.observation import Frame, Node, Observation
from whygrad.engine.operands.recurrent import LAYERS
from whygrad.engine.rule import rule
from whygrad.engine.wording.parsing import statement
from whygrad.engine.wording.phrases import owners

_SWITCHES = frozenset({"no_grad", "inference_mode", "set_grad_enabled", "_set_grad_enabled", "enable_grad"})
"""What switches gradients off and on, by the last of its names."""


@rule("CUT102", "no-grad-region", "warning")
def no_grad(observation: Observation) -> Iterator[Finding]:
    """Every region without gradients that costs a parameter its gradient."""
    for cut in (*cut_by(observation, "no-grad"), *partly_cut_by(observation, "no-grad")):
        teacher = may_be_teacher(observation, cut)
        yield teacher_note(observation, cut, "run without gradients") if teacher else _finding(observation, cut)


def _finding(observation: Observation, cut: Severed) -> Finding:
    lost = owners(cut.parameters)
    region = no_grad_region(observation, cut.event) or cut.node
    shown = _is_shown(observation.place(region.id))
    found = finding(
        observation,
        cut,
        why=f"gradients are switched off {'here' if shown else 'around it'}",
        message="Gradient mode is off here, so nothing that is computed is recorded for backward.",
        chain=(
            Link("gradient mode is switched off", region.id),
            Link(f"{cut.node.op} reads a parameter that wants a gradient, and its result has none", cut.node.id),
        ),
        fix=_of_a_burn_in(observation, cut, region)
        or Fix(
            f"move the computation of {lost} out of the region: without the line, what stands in it moves to the left",
            before=None if shown else "",
            after="" if shown else None,
            edits=(Leave(region.id),) if region is not cut.node else (),
        ),
    )
    related = (Related("first computed without gradients here", cut.node.id),)
    others = (*_out_of_place(observation, cut, region), *found.other_fixes)
    return replace(found, node=region.id, related=related, other_fixes=others)


def _of_a_burn_in(observation: Observation, cut: Severed, region: Node) -> Fix | None:
    """The region as it is, where the first steps of a recurrence run in it, and later ones are trained."""
    if region.id not in _beginning(observation):
        return None
    lost = owners(cut.parameters)
    return Fix(
        f"keep the region, in which a recurrence begins that is trained in later steps: {lost} is read in it alone. "
        "Where it is not to learn, freeze it, requires_grad_(False); where it is, read it behind the region too, or "
        "let the recurrence begin there",
        before="",
        edits=(Freeze(tuple(p.name for p in cut.parameters)),),
    )


@lru_cache(maxsize=8)
def _beginning(observation: Observation) -> frozenset[int]:
    """The regions in which a recurrence begins: a layer of theirs learns where it takes on what they computed."""
    learning = {p.tensor for p in observation.trainable} - {p.tensor for p in observation.missing}
    read, made, found = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set), set[int]()
    for event in observation.first.events:
        around, tensors = set(observation.nodes[event.node].regions), {t.id for t in event.tensors}
        taken_on = {region for tensor in tensors for region in made.get(tensor, ())} - around
        if _recurs(observation.nodes[event.node]):
            found |= {region for region in taken_on if tensors & read[region]}
        for region in around:
            read[region] |= tensors & learning
            for each in (t.id for t in event.outputs if t.id not in observation.stored):
                made[each].add(region)
    return frozenset(found)


def _recurs(node: Node) -> bool:
    """Whether a node is a recurrent layer, or a step of one."""
    return node.bare_name in LAYERS or node.bare_name.endswith("_cell")


def _is_shown(line: Frame | None) -> bool:
    """Whether a line is the one that switches gradients off; an export keeps only those of operations."""
    source = line.source if line is not None else None
    if source is None or source.startswith(("with ", "@")):
        return True
    calls = (n.func for n in ast.walk(statement(source)) if isinstance(n, ast.Call))
    return any(ast.unparse(called).rpartition(".")[2] in _SWITCHES for called in calls)


def _out_of_place(observation: Observation, cut: Severed, region: Node) -> Iterator[Fix]:
    """What a parameter is changed by in the region computed with gradients, and the sum in a new tensor.

    torch refuses the write itself outside of the region.
    """
    written = _written_within(observation).get(region.id)
    if written is None:
        return
    onward, last = uses(observation).onward((t.id for t in cut.event.outputs), after=cut.order), max(written)
    for _ in deriving(observation, onward):
        if onward.at > last:
            return
        if onward.at in written:
            node = written[onward.at]
            made = in_a_new_tensor(observation, node)
            yield Fix(
                f"move it out of the region, compute a new tensor there with {node.bare_name}, out of place, and read "
                "that from there on",
                before="",
                edits=(Leave(region.id), *made) if made else (),
            )
            return


@lru_cache(maxsize=8)
def _written_within(observation: Observation) -> Mapping[int, Mapping[int, Node]]:
    """For each region the executions in it, by their indices, that write into what is to be trained."""
    wanting = {p.tensor for p in observation.trainable}
    found: dict[int, dict[int, Node]] = defaultdict(dict)
    for index, event in enumerate(observation.first.events):
        node, into = observation.nodes[event.node], target(observation, event)
        if into is not None and into.id in wanting:
            for region in node.regions:
                found[region][index] = node
    return found
