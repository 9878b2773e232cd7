"""Layers made for another number of dimensions than they get, and the one of their kind that takes as many."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.ranks import WrongRank
from whygrad.engine.refusals.reads import ranked
from whygrad.engine.wording.phrases import counted


def of_its_kind(observation: Observation, reader: Node, event: Event, wrong: WrongRank) -> Iterator[Fix]:
    """The norm of its kind for as many dimensions, where the channels stand in their place: BatchNorm1d for 2d."""
    kind, spatial = observation.modules.get(reader.module) or "", {2: 1, 3: 1, 4: 2, 5: 3}.get(wrong.given)
    held = event.input("weight") or event.input("running_mean")
    if not kind.startswith("BatchNorm") or spatial is None or held is None:
        return
    if wrong.operand.tensor.shape[1:2] == held.shape:
        other = f"nn.BatchNorm{spatial}d({held.shape[0]})"
        words = f"it has its {held.shape[0]} channels, and takes {counted(wrong.given, 'dimension')} as {other}"
        edits = tuple(ranked(observation, reader, wrong.operand.role, wrong.least))
        yield Fix(words, f"nn.{kind}({held.shape[0]})", other, edits=edits)
