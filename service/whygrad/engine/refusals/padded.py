"""The convolutions behind a tensor, padded so that they keep the size of what they slide over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Json, Observation, Step, Tensor
from whygrad.engine.operands.convolutions import Convolution, convolution, definition, short
from whygrad.engine.wording.origins import layer


def padded(observation: Observation, step: Step, tensors: Sequence[Tensor], other: Tensor) -> Fix | None:
    """Paddings with which tensors have the other's positions; None where not they alone took, or added, some."""
    ways = [_sliding(observation, step, tensor, other) for tensor in tensors]
    sliding = [passed for way in ways for passed in way]
    kept = {event.node: _keeping(found) for event, found in sliding}
    if not all(ways) or not kept or None in kept.values():
        return None
    names = [layer(observation, found.weight) for _, found in sliding]
    changed = [replace(found, settings={**found.settings, "padding": kept[event.node]}) for event, found in sliding]
    was = [found for _, found in sliding]
    before, after = ("\n".join(definition(f, f.given) for f in layers) for layers in (was, changed))
    told = [
        f"{n or 'the convolution'} padding={short(f.settings['padding'])!r}"
        for n, f in zip(names, changed, strict=True)
    ]
    return Fix(
        f"give {' and '.join(dict.fromkeys(told))}, so that the positions stay as many as they were",
        before if all(names) else None,
        after if all(names) else None,
        edits=tuple(Give(node, "padding", padding) for node, padding in kept.items()),
    )


def _sliding(observation: Observation, step: Step, tensor: Tensor, other: Tensor) -> list[tuple[Event, Convolution]]:
    """The convolutions between a tensor and the last one before it that had the other's positions, first to last.

    There are none where anything else changed the positions, or where it never had them.
    """
    passed: list[tuple[Event, Convolution]] = []
    if len(tensor.shape) < 3:
        return []
    for event in reversed(step.events):
        if not any(t.id == tensor.id for t in event.outputs) or not event.inputs:
            continue
        found = convolution(observation.nodes[event.node], event)
        before = found.input if found is not None else event.tensors[0]
        if len(before.shape) != len(tensor.shape) or (found is None and before.shape[2:] != tensor.shape[2:]):
            return []
        if found is not None and before.shape[2:] != tensor.shape[2:]:
            passed.insert(0, (event, found))
        if passed and before.shape[2:] == other.shape[2:]:
            return passed
        tensor = before
    return []


def _keeping(found: Convolution) -> Json:
    """The padding with which it keeps every position; None where none does."""
    stride, dilation = found.settings["stride"], found.settings["dilation"]
    if found.transposed or not isinstance(dilation, list) or set(stride or ()) != {1}:
        return None
    reach = [d * (k - 1) for d, k in zip(dilation, found.weight.shape[2:], strict=True)]
    if any(r % 2 for r in reach):
        return None
    return "same" if isinstance(found.settings["padding"], str) else [r // 2 for r in reach]
