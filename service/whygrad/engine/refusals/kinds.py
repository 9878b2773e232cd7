"""Norms of batches made for another number of dimensions than they get, and the one that takes as many."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.edits import Become
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.ranks import WrongRank
from whygrad.engine.refusals.reads import ranked
from whygrad.engine.wording.phrases import counted


def of_its_kind(observation: Observation, step: Step, reader: Node, event: Event, wrong: WrongRank) -> Iterator[Fix]:
    """The norm of its kind for as many dimensions, where the channels stand in their place: BatchNorm1d for 2d.

    A map without a batch may be as high as it has channels, so that a convolution has to have made it of a batch.
    """
    kind, spatial = observation.modules.get(reader.module) or "", {2: 1, 3: 1, 4: 2, 5: 3}.get(wrong.given)
    held = event.input("weight") or event.input("running_mean")
    if not kind.startswith("BatchNorm") or spatial is None or held is None:
        return
    if wrong.given > 2 and not _of_a_batch(observation, step, wrong.operand.tensor):
        return
    if wrong.operand.tensor.shape[1:2] == held.shape:
        other = f"nn.BatchNorm{spatial}d({held.shape[0]})"
        words = f"it has its {held.shape[0]} channels, and takes {counted(wrong.given, 'dimension')} as {other}"
        edits = tuple(ranked(observation, reader, wrong.operand.role, wrong.least))
        yield Fix(words, f"nn.{kind}({held.shape[0]})", other, edits=edits)


def of_its_kernel(observation: Observation, reader: Node, event: Event) -> Iterator[Fix]:
    """The convolution over as many dimensions as its kernel has, which it was given in brackets: Conv2d for Conv1d."""
    weight, given = event.input("weight"), event.input("input")
    spatial = len(weight.shape) - 2 if weight is not None else 0
    named = re.fullmatch(r"conv([123])d", reader.bare_name)
    if given is None or named is None or str(spatial) == named[1] or len(given.shape) - spatial not in (1, 2):
        return
    kind, edits = observation.modules.get(reader.module) or "", (Become(reader.id, f"aten::conv{spatial}d"),)
    layer = re.fullmatch(r"Conv[123]d", kind) is not None
    was, now = (kind, f"Conv{spatial}d") if layer else (reader.bare_name, f"conv{spatial}d")
    words = f"its kernel has {counted(spatial, 'dimension')}, as what it gets: {now} in place of {was}"
    before, after = (f"nn.{was}(...)", f"nn.{now}(...)") if layer else ("", None)
    yield Fix(words, before, after, edits=edits)


def _of_a_batch(observation: Observation, step: Step, tensor: Tensor) -> bool:
    """Whether a convolution of a batch stands behind a tensor, and none of a single sample."""
    behind = (convolution(observation.nodes[e.node], e) for e in step.lineage(tensor.id))
    batched = [len(found.input.shape) == found.spatial + 2 for found in behind if found is not None]
    return bool(batched) and all(batched)
