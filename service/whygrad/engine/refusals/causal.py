"""Convolutions over time that see no later step: padded at both sides, and what comes after the end to be cut off."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand, Step
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.refusals.padded import is_causal, sliding
from whygrad.engine.refusals.skips import in_an_edit, to_read_again
from whygrad.engine.wording.spelling import with_behind
from whygrad.engine.wording.written import written


def without_what_comes_after(
    observation: Observation, step: Step, node: Node, made: Operand, other: Operand
) -> Iterator[Fix]:
    """`x[:, :, : y.shape[2]]` of what only such convolutions made longer than the other operand."""
    way = sliding(observation, step, made.tensor, other.tensor.shape[2:])
    found = [convolution(observation.nodes[event.node], event) for event in way]
    if found and all(each is not None and is_causal(each) for each in found) and made.role not in node.writes:
        told = to_read_again(written(observation, node, other.role))
        yield Fix(
            "cut off what comes after the end: the padding is what a convolution needs that sees no later step",
            after=with_behind(observation, node, made.role, f"[:, :, : {told}.shape[2]]") if told else None,
            edits=(Wrap(node.id, made.role, f"x[:, :, : {in_an_edit(other)}.size(2)]"),),
        )
