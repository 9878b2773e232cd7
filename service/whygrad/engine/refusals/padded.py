"""The convolutions and pools behind a tensor, padded so that they keep the size of what they slide over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from whygrad.engine.edits import Edit, Give, Replace
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Json, Observation, Step, Tensor
from whygrad.engine.operands.convolutions import Convolution, convolution, definition, short
from whygrad.engine.operands.windows import Window, window
from whygrad.engine.wording.origins import layer

_POOL = re.compile(r"(Max|Avg|LP)Pool\dd")
"""The layers of torch's that slide a window without weights."""


@dataclass(frozen=True)
class _Kept:
    """What slides, with the padding that keeps every position, and the layer written out as it is and with that."""

    name: str | None
    padding: Json
    edit: Edit
    before: str
    after: str


def padded(observation: Observation, step: Step, tensors: Sequence[Tensor], sizes: Sequence[int]) -> Fix | None:
    """Paddings with which tensors have these positions; None where not they alone took, or added, some."""
    ways = [sliding(observation, step, tensor, sizes) for tensor in tensors]
    kept = [_kept(observation, event) for way in ways for event in way]
    found = [each for place, each in enumerate(kept) if each is not None and each not in kept[:place]]
    if not all(ways) or not found or None in kept:
        return None
    told = [f"{each.name or 'what slides'} padding={short(each.padding)!r}" for each in found]
    named = all(each.name for each in found)
    return Fix(
        f"give {' and '.join(told)}, so that the positions stay as many as they were",
        "\n".join(each.before for each in found) if named else None,
        "\n".join(each.after for each in found) if named else None,
        edits=tuple(each.edit for each in found),
    )


def sliding(observation: Observation, step: Step, tensor: Tensor, sizes: Sequence[int]) -> list[Event]:
    """The convolutions and pools between a tensor and the last one before it that had these positions, first to last.

    There are none where anything else changed the positions, or where it never had them.
    """
    passed: list[Event] = []
    if len(tensor.shape) < 3:
        return []
    for event in reversed(step.events):
        if not any(t.id == tensor.id for t in event.outputs) or not event.inputs:
            continue
        node = observation.nodes[event.node]
        found, slides = convolution(node, event), window(node, event)
        before = found.input if found is not None else event.tensors[0]
        slid = (found is not None or slides is not None) and before.shape[2:] != tensor.shape[2:]
        if len(before.shape) != len(tensor.shape) or (not slid and before.shape[2:] != tensor.shape[2:]):
            return []
        if slid:
            passed.insert(0, event)
        if passed and before.shape[2:] == tuple(sizes):
            return passed
        tensor = before
    return []


def is_causal(found: Convolution) -> bool:
    """Whether it is padded at either side by all that it reaches: what comes after the end is meant to be cut off."""
    reach, padding = _reach(found), found.settings["padding"]
    return found.spatial == 1 and bool(reach) and max(reach) > 0 and padding == reach and not found.transposed


def _kept(observation: Observation, event: Event) -> _Kept | None:
    node = observation.nodes[event.node]
    found, slides = convolution(node, event), window(node, event)
    if found is not None:
        return _convolved(observation, event, found)
    kind = observation.modules.get(node.module, "")
    own = _POOL.fullmatch(kind) is not None and observation.in_library(event.node)
    return _pooled(event, slides, node.module if own else None, kind) if slides is not None else None


def _convolved(observation: Observation, event: Event, found: Convolution) -> _Kept | None:
    """With as much at either side; where a kernel is even, and one more is needed at one, `padding="same"`."""
    reach, node = _reach(found), observation.nodes[event.node]
    even = any(r % 2 for r in reach)
    if found.transposed or set(found.settings["stride"] or ()) != {1} or not reach:
        return None
    if even and (found.spatial == 1 or node.op != f"aten::conv{found.spatial}d"):
        return None
    by_name = even or isinstance(found.settings["padding"], str)
    padding: Json = "same" if by_name else [r // 2 for r in reach]
    changed = replace(found, settings={**found.settings, "padding": padding})
    lines = (definition(each, each.given) for each in (found, changed))
    told = f'torch.{node.bare_name}(input, weight, bias, stride, "same", dilation, groups)'
    edit = Replace(node.id, told) if even else Give(node.id, "padding", padding)
    return _Kept(layer(observation, found.weight), padding, edit, *lines)


def _pooled(event: Event, slides: Window, name: str | None, kind: str) -> _Kept | None:
    if {*slides.stride, *slides.dilation} != {1} or any(k % 2 == 0 for k in slides.kernel):
        return None
    padding = [k // 2 for k in slides.kernel]
    pool = f"nn.{kind}({short(list(slides.kernel))}, stride=1"
    was = f", padding={short(list(slides.padding))}" if any(slides.padding) else ""
    edit = Give(event.node, "padding", list(padding))
    return _Kept(name, padding, edit, f"{pool}{was})", f"{pool}, padding={short(padding)})")


def _reach(found: Convolution) -> list[int]:
    """How far each kernel reaches from its first number to its last; empty where that is not told for each axis."""
    dilation, kernel = found.settings["dilation"], found.weight.shape[2:]
    if not isinstance(dilation, list) or len(dilation) != len(kernel):
        return []
    return [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
