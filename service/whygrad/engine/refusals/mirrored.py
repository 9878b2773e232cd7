"""Transposed convolutions that give back the positions which the convolutions before them took.

A stride divides, and what is left over is lost: 23 and 24 positions are both 8 behind a stride of 3. The transposed
convolution of the same settings gives the fewer of the two, and `output_padding` says how many more there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Observation, Step, Tensor
from whygrad.engine.operands.convolutions import Convolution, convolution, definition, short
from whygrad.engine.operands.windows import spread, window
from whygrad.engine.wording.origins import layer
from whygrad.engine.wording.rewriting import given_too

Way = Sequence[tuple[Event, Tensor, Tensor]]
"""Executions one behind the other, each with what it reads and what it gives of the tensor that is followed."""


def mirrored(observation: Observation, step: Step, tensor: Tensor, sizes: tuple[int, ...]) -> Fix | None:
    """Output paddings with which a tensor has these positions; None where there are none that mirror what took them."""
    given_back = _given_back(observation, _way(observation, step, tensor, sizes), sizes)
    names = [layer(observation, found.weight) for _, found, _ in given_back]
    nodes = {event.node for event, _, _ in given_back}
    if not given_back or len(nodes) < len(given_back):
        return None
    if not all(names):
        ((event, _, added), *_) = given_back
        return _of_a_function(observation, event, added) if len(given_back) == 1 else None
    changed = [replace(f, settings={**f.settings, "output_padding": added}) for _, f, added in given_back]
    told = [f"{n} output_padding={short(added)!r}" for n, (_, _, added) in zip(names, given_back, strict=True)]
    return Fix(
        f"give {' and '.join(told)}, so that all positions that a stride took are given back",
        "\n".join(definition(found, found.given) for _, found, _ in given_back),
        "\n".join(definition(found, found.given) for found in changed),
        edits=tuple(Give(event.node, "output_padding", added) for event, _, added in given_back),
    )


def _of_a_function(observation: Observation, event: Event, added: list[int]) -> Fix:
    """The call of a function, `F.conv_transpose1d(x, w, stride=2)`, with the output padding that it needs."""
    name, source = observation.nodes[event.node].bare_name, observation.source(event.node)
    argument = f"output_padding={short(added)!r}"
    return Fix(
        f"give {name} {argument}, so that all positions that a stride took are given back",
        source,
        given_too(source, name, argument),
        edits=(Give(event.node, "output_padding", added),),
    )


def _way(observation: Observation, step: Step, tensor: Tensor, sizes: tuple[int, ...]) -> Way:
    """What made a tensor of the last one before it that had the sizes, first to last; nothing where none had.

    A map may be laid out in rows on the way, where one of the same sizes is made of them again.
    """
    way: list[tuple[Event, Tensor, Tensor]] = []
    rank, positions = len(tensor.shape), tensor.shape[2:]
    for event in reversed(step.events):
        if not event.completed or not any(t.id == tensor.id for t in event.outputs) or not event.inputs:
            continue
        before = _followed(observation, event, tensor)
        mapped = before is not None and len(before.shape) == rank
        if before is None or (mapped and len(tensor.shape) != rank and before.shape[2:] != positions):
            return ()
        if mapped and len(tensor.shape) == rank:
            way.insert(0, (event, before, tensor))
            if before.shape[2:] == sizes != tensor.shape[2:]:
                return way
        positions, tensor = before.shape[2:] if mapped else positions, before
    return ()


def _followed(observation: Observation, event: Event, after: Tensor) -> Tensor | None:
    """The operand that has the positions of the result, or that they are made of."""
    found = convolution(observation.nodes[event.node], event)
    given = [t for t in event.tensors if t.id not in observation.stored] if found is None else [found.input]
    alike = [t for t in given if len(t.shape) == len(after.shape)]
    return next((t for t in (*alike, *given) if t.shape[2:] == after.shape[2:]), (*alike, *given, None)[0])


def _given_back(
    observation: Observation, way: Way, sizes: tuple[int, ...]
) -> list[tuple[Event, Convolution, list[int]]]:
    """The transposed convolutions that need another output padding, with it; none where that gives other sizes."""
    changes, taken, now = [], list[tuple[int, ...]](), sizes
    for event, before, after in way:
        node = observation.nodes[event.node]
        found, slides = convolution(node, event), window(node, event)
        if found is not None and found.transposed and _strides(found) != {1}:
            added = _added(found, now, taken[-1]) if taken else None
            if added is None:
                return []
            changes += [(event, found, added)] if added != _of_each_axis(found, "output_padding", 0) else []
            now = taken.pop()
        elif slides is not None and set(slides.stride) != {1}:
            taken.append(before.shape[2:])
            now = after.shape[2:] if now == before.shape[2:] else ()
        else:
            now = tuple(n + a - b for n, a, b in zip(now, after.shape[2:], before.shape[2:], strict=False))
    return changes if now == sizes and not taken else []


def _added(found: Convolution, now: Sequence[int], wanted: Sequence[int]) -> list[int] | None:
    """By how much the positions wanted are more than those that come of `now`; None where that is not padding cut off.

    More than the padding cut off would lie beyond the kernel, and hold nothing but the bias.
    """
    strides, paddings = _of_each_axis(found, "stride", 1), _of_each_axis(found, "padding", 0)
    reaches = [
        d * (k - 1) + 1 for d, k in zip(_of_each_axis(found, "dilation", 1), found.weight.shape[2:], strict=True)
    ]
    if not len(now) == len(wanted) == found.spatial:
        return None
    made = [(n - 1) * s - 2 * p + r for n, s, p, r in zip(now, strides, paddings, reaches, strict=True)]
    added = [w - m for w, m in zip(wanted, made, strict=True)]
    return added if all(0 <= a < s and a <= p for a, s, p in zip(added, strides, paddings, strict=True)) else None


def _strides(found: Convolution) -> set[int]:
    return set(_of_each_axis(found, "stride", 1))


def _of_each_axis(found: Convolution, setting: str, usual: int) -> list[int]:
    return list(spread(found.settings[setting], found.weight.shape[2:], usual))
