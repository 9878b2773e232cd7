"""Views of a traced program that come out although they hold a size of its example, and misread the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import MOVING, REGROUPING
from whygrad.engine.axes.pieces import Layout, regrouped
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.operands.dividing import fills

VIEWS = ("view", "reshape")
_HANDING_ON = frozenset({*MOVING, "contiguous", "clone", "roll", "flip", "dropout"}) - REGROUPING

Resized = tuple[int, int, int]
"""An axis of the input, its size in the example, and the one that came."""


def written(observation: Observation, node: Node, event: Event, argument: str) -> tuple[list[int], list[int]] | None:
    """The sizes that a view was given, and the places of those that stand in the program as numbers."""
    given, held = value(node, event, argument), node.argument(argument)
    if not isinstance(given, list) or held is None:
        return None
    listed = observation.givers.get(held.value)
    if held.constant or listed is None or len(listed.arguments) != len(given):
        return (given, list(range(len(given)))) if held.constant else None
    return given, [place for place, read in enumerate(listed.arguments) if read.constant]


def gave_way(known: Layouts, event: Event, given: list[int], places: list[int], resized: Resized) -> list[int] | None:
    """The sizes that a view is meant to be given, where its open size took in what a recorded one left.

    An axis of the input that stood whole is lost by that. One that is folded with others, as samples are with windows,
    would come out whole where the recorded size stands, and does not stand in what is open either.
    """
    axis, recorded, sent = resized
    before, after = known.of(event.tensors[0]), known.of(event.outputs[0])
    elements = event.tensors[0].elements
    opened = given.index(-1)
    if _all_of(after[opened : opened + 1], axis):
        return None  # samples in groups of that many
    for place in [i for i in places if given[i] == recorded]:
        meant = [*given[:place], sent, *given[place + 1 :]]
        if not fills(elements, meant):
            continue
        if place_of(before, axis, sent) is not None and not _whole(after, axis, sent):
            return meant
        made = regrouped(before, _filled(meant, elements), event.node)
        found = _whole(before, axis, sent) and place_of(made[place : place + 1], axis, sent) is not None
        if found and sent > 1 and not _whole(after[opened : opened + 1], axis, sent):
            return _left_open(given, place, sent, elements)
    return None


def following(
    observation: Observation, known: Layouts, view: Event, resized: Resized
) -> Iterator[tuple[Node, list[int]]]:
    """The next views of what was misread that hold the recorded size too, and the sizes that they are meant to have."""
    _, recorded, sent = resized
    pending, seen = [view.outputs[0]], set[int]()
    while pending:
        tensor = pending.pop()
        for reader in known.readers.get(tensor.id, ()) if tensor.id not in seen else ():
            node = observation.nodes[reader.node]
            argument = "shape" if node.bare_name == "reshape" else "size"
            given, places = written(observation, node, reader, argument) or ([], [])
            if node.bare_name in _HANDING_ON and reader.outputs and reader.outputs[0].elements == tensor.elements:
                pending.append(reader.outputs[0])
            elif node.bare_name in VIEWS and -1 in given and recorded in (given[i] for i in places):
                place = next(i for i in places if given[i] == recorded)
                if fills(tensor.elements, [*given[:place], sent, *given[place + 1 :]]):
                    yield node, _left_open(given, place, sent, tensor.elements)
        seen.add(tensor.id)


def place_of(layout: Layout, axis: int, sent: int) -> int | None:
    """Where a layout has an axis of the input whole."""
    whole = [[(p.source.kind, p.source.key, p.size) for p in given] == [("input", axis, sent)] for given in layout]
    return whole.index(True) if True in whole else None


def _whole(layout: Layout, axis: int, sent: int) -> bool:
    """Whether an axis of the input is still there as it was, by itself or as a piece of another."""
    return any((p.source.kind, p.source.key, p.size) == ("input", axis, sent) for given in layout for p in given)


def _all_of(layout: Layout, axis: int) -> bool:
    """Whether nothing but a part of an axis of the input is there."""
    pieces = [p.source for given in layout for p in given]
    return bool(pieces) and all((source.kind, source.key) == ("input", axis) for source in pieces)


def _filled(sizes: list[int], elements: int) -> list[int]:
    """The sizes of a view with the open one worked out."""
    return [elements // prod(s for s in sizes if s != -1) if size == -1 else size for size in sizes]


def _left_open(given: list[int], place: int, sent: int, elements: int) -> list[int]:
    """The sizes of a view that names what it left open, and leaves open what it held of the example."""
    named = _filled([*given[:place], sent, *given[place + 1 :]], elements)
    return [*named[:place], -1, *named[place + 1 :]]
