"""What was sent, and the same request with one of its tensors described otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from whygrad.engine.edits import Ask
from whygrad.engine.observation import Json, Node, Observation, Step, Tensor
from whygrad.engine.operands.windows import input_for

_SAME_NUMBERS = frozenset(
    {"view", "reshape", "unsqueeze", "squeeze", "transpose", "permute", "t", "contiguous", "to", "long", "int", "clone"}
    | {"flatten", "expand", "slice", "select", "detach", "unbind", "split", "chunk", "repeat", "__getitem__"}
)


def sent_as(observation: Observation, step: Step, tensor: Tensor) -> int | None:
    """The place among the tensors sent of the one whose numbers a tensor holds; None where they were computed."""
    for event in reversed(step.events):
        if any(t.id == tensor.id for t in event.outputs):
            if not event.inputs or observation.nodes[event.node].bare_name not in _SAME_NUMBERS:
                return None
            tensor = event.tensors[0]
    return place_of(step, tensor)


def shape_to_send(
    observation: Observation, step: Step, tensor: Tensor, wanted: Sequence[int]
) -> tuple[int, tuple[int, ...]] | None:
    """Which tensor sent must have which shape, at least, for another to have `wanted`; None where it is not told."""
    shape = tuple(wanted)
    for event in reversed(step.events):
        if any(t.id == tensor.id for t in event.outputs):
            own = next((t for t in event.tensors if t.id not in observation.stored), None)
            needed = input_for(observation.nodes[event.node], event, own, shape) if own is not None else None
            if own is None or needed is None:
                return None
            tensor, shape = own, needed
    place = place_of(step, tensor)
    return (place, shape) if place is not None and len(shape) == len(tensor.shape) else None


def place_of(step: Step, tensor: Tensor) -> int | None:
    """The place of a tensor among those sent; None where it is none of them."""
    return next((place for place, sent in enumerate(step.inputs) if sent.id == tensor.id), None)


def resent(observation: Observation, place: int, **changes: Json) -> Ask | None:
    """The request with the description of one tensor changed; None where it does not describe that many."""
    inputs = observation.request.get("inputs")
    entries = list(_tensors(inputs))
    if place >= len(entries):
        return None
    return Ask({"inputs": _replaced(inputs, entries[place], {**entries[place], **changes})})


def reshaped(observation: Observation, shapes: Mapping[int, Sequence[int]]) -> Ask | None:
    """The request with other shapes of the tensors at those places; None where it does not describe that many."""
    inputs = observation.request.get("inputs")
    entries = list(_tensors(inputs))
    if any(place >= len(entries) for place in shapes):
        return None
    for place, shape in shapes.items():
        inputs = _replaced(inputs, entries[place], {**entries[place], "shape": list(shape)})
    return Ask({"inputs": inputs})


def as_in_the_example(observation: Observation, axis: int, sent: int, recorded: int) -> Ask | None:
    """The request with the size of a traced example in an axis in which tensors of another were sent."""
    entries = [tuple(entry["shape"]) for entry in _tensors(observation.request.get("inputs"))]
    alike = {place: shape for place, shape in enumerate(entries) if shape[axis : axis + 1] == (sent,)}
    shapes = {place: (*shape[:axis], recorded, *shape[axis + 1 :]) for place, shape in alike.items()}
    return reshaped(observation, shapes) if shapes else None


def with_samples(observation: Observation, number: int) -> Ask | None:
    """The request with that many samples where it describes one; None where none begins with a batch of one."""
    inputs, found = observation.request.get("inputs"), False
    for entry in list(_tensors(inputs)):
        if entry["shape"] and entry["shape"][0] == 1:
            inputs, found = _replaced(inputs, entry, {**entry, "shape": [number, *entry["shape"][1:]]}), True
    return Ask({"inputs": inputs}) if found else None


def sent_otherwise(observation: Observation, change: Callable[[tuple[int, ...]], Sequence[int]]) -> Ask | None:
    """The request with another shape of all that it describes, the target of a loss too; None where none changes."""
    asked = {field: observation.request.get(field) for field in ("inputs", "loss")}
    changed = {field: _changed(entry, change) for field, entry in asked.items()}
    other = {field: entry for field, entry in changed.items() if entry != asked[field]}
    return Ask(other) if "inputs" in other else None


def described(observation: Observation, place: int) -> Mapping[str, Json]:
    """How the request describes one tensor; empty where it does not."""
    entries = list(_tensors(observation.request.get("inputs")))
    return entries[place] if place < len(entries) else {}


def of_the_loss(observation: Observation, node: Node) -> Mapping[str, Json]:
    """How the request describes the target of its loss, where a node is that loss; else empty."""
    asked = observation.request.get("loss")
    target = asked.get("target") if isinstance(asked, Mapping) else None
    named = isinstance(asked, Mapping) and node.bare_name.startswith(str(asked.get("kind")))
    return target if isinstance(target, Mapping) and named and observation.source(node.id) is None else {}


def _tensors(entry: Json) -> Iterator[Mapping[str, Json]]:
    """The descriptions of tensors in a request, in order, however deep."""
    if isinstance(entry, Mapping) and "shape" in entry:
        yield entry
    elif isinstance(entry, Mapping | list | tuple):
        for inner in entry.values() if isinstance(entry, Mapping) else entry:
            yield from _tensors(inner)


def _replaced(entry: Any, old: Mapping[str, Json], new: Mapping[str, Json]) -> Any:
    if entry is old:
        return dict(new)
    if isinstance(entry, Mapping) and "shape" not in entry:
        return {key: _replaced(inner, old, new) for key, inner in entry.items()}
    return [_replaced(inner, old, new) for inner in entry] if isinstance(entry, list | tuple) else entry


def _changed(entry: Any, change: Callable[[tuple[int, ...]], Sequence[int]]) -> Any:
    """A part of a request with another shape of each tensor that it describes."""
    if isinstance(entry, Mapping) and "shape" in entry:
        return {**entry, "shape": list(change(tuple(entry["shape"])))}
    if isinstance(entry, Mapping):
        return {key: _changed(inner, change) for key, inner in entry.items()}
    return [_changed(inner, change) for inner in entry] if isinstance(entry, list | tuple) else entry
