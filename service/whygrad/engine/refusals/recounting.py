"""Rows that are counted up to another size than that of what they go with: numbers in a row, or a slice of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from whygrad.engine.axes.counting import Counted, counted
from whygrad.engine.axes.layouts import Layouts, layouts
from whygrad.engine.axes.meant import beside
from whygrad.engine.axes.pieces import Axis
from whygrad.engine.axes.positions import Placed
from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand, Step
from whygrad.engine.operands.stretching import Clash
from whygrad.engine.wording.recounting import counted_up_to, size_beside, turned
from whygrad.engine.wording.spelling import with_behind

Change = tuple[Node, Callable[[str | None], str | None]]
"""The line of an operation, and what becomes of it."""


def recounted(observation: Observation, step: Step, wrong: Clash) -> Iterator[Fix]:
    """A table, or positions, counted up to the size of what they go with: `table[: x.size(1)]`."""
    known = layouts(observation) if step is observation.first else Layouts(observation, step)
    for operand, other, wanted in (
        (wrong.second, wrong.first, wrong.sizes[0]),
        (wrong.first, wrong.second, wrong.sizes[1]),
    ):
        found = _counted(observation, known, operand, wrong.axis) if operand is not None else None
        if operand is None or other is None or found is None or (found.held is not None and found.held < wanted):
            continue
        place, axis = len(other.tensor.shape) + wrong.axis, known.of(other.tensor)[wrong.axis]
        before, after = _shown(observation, [_recounting(observation, known, found, axis)])
        told = "cut the table by" if found.node.bare_name == "slice" else "count up to"
        summary = f"{told} the {wanted} that it goes with: {_counting(found, place)}"
        yield Fix(summary, before=before, after=after, edits=(Give(found.node.id, "end", wanted),))


def _counted(observation: Observation, known: Layouts, operand: Operand, place: int) -> Counted | None:
    """What counted the rows of a table, or of numbers in a row, by a size that was computed."""
    (rows,) = known.of(operand.tensor)[place:][:1] or ((),)
    if not rows or rows[0].source.kind not in ("weight", "new"):
        return None
    found = counted(observation, known, operand.tensor, rows)
    if found is None or found.node.literal("end") is not None or found.size != operand.tensor.shape[place]:
        return None
    stretched = any(observation.nodes[event.node].bare_name in ("expand", "repeat") for event in found.way)
    return found if not stretched else None


def by_steps(observation: Observation, known: Layouts, node: Node, found: Placed) -> Fix:
    """Positions counted by the steps, and laid along them."""
    axis = known.of(found.given.tensor)[1]
    changes = [_recounting(observation, known, found.counted, axis)]
    call = _counting(found.counted, 1)
    if found.flipped:
        turn = ".transpose(0, 1)"
        changes.insert(0, (node, lambda _: with_behind(observation, node, found.table.role, turn)))
        call += turn
    elif found.turned is not None:
        changes.append((found.turned, turned))
        call += ".unsqueeze(0)"
    before, after = _shown(observation, changes) if not found.repeated else (None, None)
    cut = found.counted.node.bare_name == "slice"
    told = f"{'cut the table by' if cut else 'count'} the {found.steps} steps"
    laid = ", and let the rows lie along them" if found.along_samples else ""
    return Fix(f"{told}{laid}: {call}", before=before, after=after, edits=tuple(found.edits(node)))


def _counting(found: Counted, place: int) -> str:
    return f"table[: x.size({place})]" if found.node.bare_name == "slice" else f"torch.arange(x.size({place}))"


def _recounting(observation: Observation, known: Layouts, found: Counted, axis: Axis) -> Change:
    """The line in which rows are counted, with the size of another axis counted up to."""
    measured = beside(observation, known, found.end, axis)
    size = size_beside(observation, *measured, found.node) if measured is not None else None
    return found.node, lambda line: counted_up_to(line, found.node.bare_name, size)


def _shown(observation: Observation, changes: list[Change]) -> tuple[str | None, str | None]:
    """The lines before and after changes, made in their order; None where one of them does not show."""
    lines = dict[tuple[str, int], tuple[str | None, str | None]]()
    for node, change in changes:
        place = observation.place(node.id)
        at = (place.file, place.line) if place is not None else ("", 0)
        was, now = lines.get(at, (observation.source(node.id),) * 2)
        lines[at] = was, change(now)
    before, after = zip(*(lines[at] for at in sorted(lines)), strict=True)
    if None in before or None in after:
        return None, None
    return "\n".join(map(str, before)), "\n".join(map(str, after))
