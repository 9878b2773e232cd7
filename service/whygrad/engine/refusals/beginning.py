"""What a recurrent layer begins with: states that are made on the spot or held, and steps that a view laid in a row."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Give, Replace, Resize
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation, Step
from whygrad.engine.operands.recurrent import Recurrent
from whygrad.engine.wording.origins import made, made_with, parameter_name
from whygrad.engine.wording.phrases import sizes
from whygrad.engine.wording.rewriting import renumbered, rewritten


def made_to_fit(observation: Observation, step: Step, found: Recurrent) -> Fix:
    """States of the sizes that go with the input, where they are made on the spot."""
    edits: list[Give] = []
    for place, state in enumerate(found.states):
        _, maker = made(step, {state.tensor.id})
        if maker is not None and observation.nodes[maker.node].argument("size") and not maker.inputs:
            edits.append(Give(maker.node, "size", list(found.expected(place))))
    wanted = ", ".join(str(s) for s in found.expected(found.odd_state or 0))
    lines = [observation.source(node) for node in dict.fromkeys(edit.node for edit in edits)]
    changed = [_of_the_batch(line, found) or _of_the_layer(line, found) for line in dict.fromkeys(lines)]
    complete = len({s.tensor.id for s in found.states}) <= len(edits) if edits else False
    return Fix(
        f"make the state ({wanted}): (layers times directions, batch, hidden)",
        before="\n".join(filter(None, dict.fromkeys(lines))) or None,
        after="\n".join(filter(None, changed)) if complete and all(changed) else None,
        edits=tuple(edits) if complete else (),
    )


def held_to_fit(observation: Observation, found: Recurrent) -> Iterator[Fix]:
    """The weights or buffers that the states are, of the sizes that go with the input."""
    held = [parameter_name(observation, state.tensor) for state in found.states]
    shapes = [(state.tensor.shape, found.expected(place)) for place, state in enumerate(found.states)]
    named = {name: pair for name, pair in zip(held, shapes, strict=True) if name and len(pair[0]) == len(pair[1])}
    if len(named) == len(held) > 0:
        before, after = ("\n".join(made_with(observation, n, p[i]) for n, p in named.items()) for i in (0, 1))
        told = " and ".join(f"{name} {sizes(pair[1])}" for name, pair in named.items())
        edits = tuple(Resize(name, pair[1]) for name, pair in named.items())
        yield Fix(f"make {told}, or send what it was made for", before, after, edits=edits)


def of_each_step(observation: Observation, step: Step, found: Recurrent) -> Iterator[Fix]:
    """The steps of each sample apart, where a view laid the features of all of them in one row."""
    own = (e for e in step.lineage(found.input.tensor.id) if not observation.in_library(e.node) or len(e.inputs) != 1)
    maker = next(own, None)
    node = observation.nodes[maker.node] if maker is not None and maker.inputs else None
    if maker is None or node is None or node.bare_name not in ("view", "reshape") or found.cell:
        return
    given, row = maker.tensors[0].shape, maker.outputs[0].shape
    if given and len(row) == 2 and given[-1] == found.features < row[1] and row[0] > 0:
        source = observation.source(node.id)
        after = rewritten(source, r"(\.(?:view|reshape)\([^,()]+, )-1\)", rf"\g<1>-1, {found.features})")
        summary = f"keep the steps of each sample apart: x.{node.bare_name}({row[0]}, -1, {found.features})"
        edits = (Replace(node.id, f"self.reshape({row[0]}, -1, {found.features})"),)
        yield Fix(summary, before=source, after=after, edits=edits)


def _of_the_batch(source: str | None, found: Recurrent) -> str | None:
    """The line with the size of the batch read from the dimension that holds it: `x.size(0)` for `x.size(1)`."""
    batch = 0 if found.batch_first or found.cell else 1
    return rewritten(source, rf"(\.size\(|\.shape\[){1 - batch}(?=[)\]])", rf"\g<1>{batch}")


def _of_the_layer(source: str | None, found: Recurrent) -> str | None:
    """The line with the layers or the units that are wanted, where the states have another number of one of them."""
    place = found.odd_state or 0
    given, wanted = found.states[place].tensor.shape, found.expected(place)
    odd = [axis for axis, (a, b) in enumerate(zip(given, wanted, strict=False)) if a != b]
    of_layer = len(given) == len(wanted) and odd in ([len(wanted) - 1], [len(wanted) - 3])
    return renumbered(source, given[odd[0]], wanted[odd[0]]) if of_layer else None
