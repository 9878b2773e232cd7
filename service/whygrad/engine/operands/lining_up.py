"""An operand of fewer dimensions, brought to stand beside the dimensions of another that it belongs to."""

from __future__ import annotations

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand
from whygrad.engine.operands.stretching import lined_up
from whygrad.engine.wording.origins import called, known_as
from whygrad.engine.wording.parsing import bracketed
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.spelling import with_behind


def alongside(observation: Observation, node: Node, first: Operand, second: Operand, *, lead: int = 0) -> Fix | None:
    """The one of fewer dimensions with those that it lacks, between its first and what is left, or behind it.

    `lead` of the other's dimensions stand before: a table is not made for each sample.
    """
    few, many = sorted((first, second), key=lambda o: len(o.tensor.shape))
    places = lined_up(few.tensor.shape, many.tensor.shape[lead:], last=few.tensor.dtype == "bool")
    if places is None or few.role in node.writes:
        return None
    rank, behind_it = len(few.tensor.shape), places[0] == len(few.tensor.shape)
    wholes = [":"] * (0 if behind_it else places[0])
    index = ", ".join([*(["..."] if behind_it else wholes), *(["None"] * len(places))])
    call = ".unsqueeze(-1)" if index == "..., None" else f"[{index}]"
    name = known_as(observation, node, few)
    after = with_behind(observation, node, few.role, call)
    spread = sizes((*few.tensor.shape[: places[0]], *([1] * len(places)), *few.tensor.shape[places[0] : rank]))
    spelt = f"{bracketed(name) or name}{call} is {spread}" if name else f"it is to be {spread}"
    return Fix(
        f"line {called(observation, node, few)} up with {size(many.tensor)}: {spelt}",
        after=after,
        edits=(Wrap(node.id, few.role, f"x{call}"),),
    )
