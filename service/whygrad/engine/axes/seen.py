"""One execution with the axes of what it read, and what most operations make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whygrad.engine.axes.pieces import (
    Axis,
    Kind,
    Layout,
    Source,
    axis,
    length,
    resized,
    stretched,
)
from whygrad.engine.observation import Event, Node, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import METADATA


@dataclass(frozen=True)
class Seen:
    """One execution with the axes of what it read; `number` is its index, `made` the tensor asked for."""

    node: Node
    event: Event
    number: int
    layouts: Mapping[str, Layout]
    made: Tensor

    @property
    def first(self) -> Layout:
        """The axes of the first operand."""
        return next(iter(self.layouts.values()), ())

    def read(self, *roles: str) -> Layout:
        """The axes of the first of these roles that there is."""
        return next((self.layouts[r] for r in roles if r in self.layouts), ())

    def value(self, name: str) -> object:
        """The value of an argument."""
        return value(self.node, self.event, name)

    def axes_named(self, name: str, rank: int) -> list[int] | None:
        """The axes that an argument names, counted from the first; None where it names none."""
        given = self.value(name)
        named = given if isinstance(given, list) else [given]
        return [n % rank for n in named if isinstance(n, int)] if rank and given not in (None, []) else None

    def source(self, kind: Kind, place: int) -> Axis:
        """An axis that begins here."""
        return axis(Source(kind, (self.number, place), self.made.shape[place]))


def new(seen: Seen) -> Layout:
    """Axes that begin here, of zeros, noise or numbers in a row."""
    return tuple(seen.source("new", place) for place in range(len(seen.made.shape)))


def alike(seen: Seen) -> Layout:
    """What most operations give: their operands stretched to one, or the first with some sizes changed."""
    shape = seen.made.shape
    if seen.node.op in METADATA and seen.first and len(seen.first) != len(shape):
        return new(seen)
    fitting = [a for a in seen.layouts.values() if _stretches(a, shape)]
    if any(len(a) == len(shape) for a in fitting):
        return sized(seen, stretched(fitting, len(shape)))
    return sized(seen, seen.first)


def _stretches(layout: Layout, shape: Sequence[int]) -> bool:
    given = [length(a) for a in layout]
    return len(given) <= len(shape) and all(s in (1, t) for s, t in zip(given[::-1], shape[::-1], strict=False))


def sized(seen: Seen, layout: Layout) -> Layout:
    """Axes with the sizes of the result: what a slice, a pool or a padding changed."""
    shape = seen.made.shape
    if len(layout) != len(shape):
        return ()
    return tuple(resized(a, shape[i], (seen.number, i)) for i, a in enumerate(layout))


def without(seen: Seen, layout: Layout, gone: Sequence[int]) -> Layout:
    """Axes without those that were summed up: of size 1 where the result keeps its dimensions."""
    if not seen.value("keepdim"):
        return tuple(a for i, a in enumerate(layout) if i not in gone)
    return tuple(axis(Source("kept", (seen.number, i), 1)) if i in gone else a for i, a in enumerate(layout))
