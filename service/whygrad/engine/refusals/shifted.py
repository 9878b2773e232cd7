"""Two sequences of a loss, one of which was cut at an end and the other not: each is held against the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from whygrad.engine.edits import Become, Edit, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation, Operand, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.wording.origins import known_as, variable
from whygrad.engine.wording.parsing import bracketed
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.rewriting import named
from whygrad.engine.wording.spelling import with_behind


def shifted(observation: Observation, failing: Event, step: Step, cut: Operand, other: Operand) -> Iterator[Fix]:
    """The other cut at its other end: `target[:, 1:]` beside `logits[:, :-1]`."""
    found = _cut(observation, step, cut)
    if found is None:
        return
    before, axis, call = found
    for event, operand in readers(failing, step, other):
        node, shape = observation.nodes[event.node], operand.tensor.shape
        if shape[: axis + 1] == before[: axis + 1]:
            index, source = f"[{':, ' * axis}{call}]", observation.source(node.id)
            name = variable(observation, node, operand.role)
            told = known_as(observation, node, operand) or size(operand.tensor)
            after = with_behind(observation, node, operand.role, index) or named(source, name, index)
            viewed = node.op == "aten::view" and axis > 0  # what is left then lies apart in memory
            reshaped: tuple[Edit, ...] = (Become(node.id, "aten::reshape"),) if viewed else ()
            yield Fix(
                f"cut the other at its other end: {bracketed(told) or told}{index} goes with what was cut",
                before=source,
                after=after.replace(f"{index}.view(", f"{index}.reshape(") if after and viewed else after,
                edits=(Wrap(node.id, operand.role, f"x{index}"), *reshaped),
            )
            return


def _cut(observation: Observation, step: Step, operand: Operand) -> tuple[tuple[int, ...], int, str] | None:
    """The shape before the last cut that an operand comes from, its axis, and how the other is to be cut.

    A loop that reads one position each round, up to the last but one, is such a cut too.
    """
    read: dict[tuple[int, int], set[int]] = defaultdict(set)
    found = list(_parts_read(observation, step, operand))
    for whole, axis, positions in found:
        read[whole.id, axis] |= set(positions)
    for whole, axis, _ in found:
        if call := _counterpart(read[whole.id, axis], whole.shape[axis]):
            return whole.shape, axis, call
    return None


def _parts_read(observation: Observation, step: Step, operand: Operand) -> Iterator[tuple[Tensor, int, range]]:
    """The slices and single positions that an operand is made of, the last first: of what, along what, and which."""
    wanted = {operand.tensor.id}
    for event in reversed(step.events):
        node = observation.nodes[event.node]
        if not event.completed or not wanted & {t.id for t in event.outputs} or not event.inputs:
            continue
        wanted |= {t.id for t in event.tensors}
        axis = value(node, event, "dim")
        if node.bare_name in ("slice", "select") and isinstance(axis, int):
            whole = _uncut(observation, step, event.tensors[0])
            yield whole, axis % len(whole.shape), _positions(node, event, whole.shape[axis])


def _positions(node: Node, event: Event, length: int) -> range:
    """Which positions a slice or a selection leaves."""
    if node.bare_name == "select":
        index = value(node, event, "index", 0)
        return range(length)[index : index + 1 or None]
    start, end, every = (value(node, event, name) for name in ("start", "end", "step"))
    return range(length)[start:end:every]


def _uncut(observation: Observation, step: Step, tensor: Tensor) -> Tensor:
    """What a tensor is all of: `x[:]` of `x`."""
    maker = step.maker(tensor.id)
    while maker is not None and observation.nodes[maker.node].bare_name == "slice":
        if maker.tensors[0].shape != tensor.shape:
            break
        tensor = maker.tensors[0]
        maker = step.maker(tensor.id)
    return tensor


def _counterpart(positions: Collection[int], length: int) -> str | None:
    """The slice that leaves as many at the other end; None where both ends, or neither, were cut."""
    left = len(positions)
    if not 0 < left < length or max(positions) - min(positions) >= left:
        return None
    if min(positions) == 0:
        return f"{length - left}:"
    return f":-{length - left}" if max(positions) == length - 1 else None


def readers(failing: Event, step: Step, operand: Operand) -> Iterator[tuple[Event, Operand]]:
    """Where an operand is read, and what it was made of before, through what only gives it another shape."""
    yield failing, operand
    tensor = operand.tensor
    for event in reversed(step.events):
        if event.completed and event.inputs and any(t.id == tensor.id for t in event.outputs):
            first = event.inputs[0]
            if first.tensor.elements != tensor.elements:
                return
            yield event, first
            tensor = first.tensor
