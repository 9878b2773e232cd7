"""The strip of gradient norms: the parameters in the order of the model, a bar each, the norm on a logarithmic scale.

What has no norm stands in a lane of its own with the icon of its state, so that colour never says it alone. Many
parameters share a bar: it reaches from the least norm to the greatest, and its worst state is the one that is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from whygrad.engine.states import worst_parameter

MOST_BARS = 150
PLOT_WIDTH, PLOT_HEIGHT = 1080.0, 120.0
LEAST_WIDTH = 600.0
"""Below this on a narrow screen some names of parts may come close to each other."""
WIDEST_STEP = 36.0
LEAST_DECADES = 2
LETTER = 6.6

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """One parameter or several neighbours: where it stands in hundredths of the strip, and from `top` down for `height`
    (0 where there is no norm)."""

    first: int
    label: str
    state: str
    x: float
    top: float
    height: float


@dataclass(frozen=True)
class Part:
    """A part of the model: the bars of the parameters whose names begin alike."""

    name: str
    x: float
    width: float


@dataclass(frozen=True)
class Strip:
    """The whole picture; `ticks` are powers of ten and where they stand, none where there is no norm at all."""

    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]
    ticks: tuple[tuple[int, float], ...]
    step: float

    @property
    def width(self) -> float:
        """How wide all bars are together where there is room for them."""
        return _widest(len(self.bars))


def strip(parameters: Sequence[Json]) -> Strip:
    """The strip for the parameters of a document."""
    groups = list(_groups(parameters))
    step = round(100 / max(len(groups), 1), 4)
    logs = [math.log10(norm) for norm in _norms(parameters)]
    low, high = _decades(logs or [0.0])
    bars = tuple(_bar(group, first, i * step, low, high) for i, (first, group) in enumerate(groups))
    powers = range(low, high + 1, max(1, (high - low) // 5)) if logs else ()
    ticks = tuple((power, _height(power, low, high)) for power in powers)
    return Strip(bars, tuple(_parts(groups, step)), ticks, step)


def _widest(bars: int) -> float:
    return min(PLOT_WIDTH, WIDEST_STEP * bars)


def _groups(parameters: Sequence[Json]) -> Iterator[tuple[int, Sequence[Json]]]:
    """Neighbours, as many to a bar as it takes to have no more than MOST_BARS."""
    each = math.ceil(len(parameters) / MOST_BARS) or 1
    for first in range(0, len(parameters), each):
        yield first, parameters[first : first + each]


def _decades(logs: Sequence[float]) -> tuple[int, int]:
    """The powers of ten between which all norms lie."""
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    return min(low, high - LEAST_DECADES), high


def _norms(parameters: Sequence[Json]) -> list[float]:
    norms = [one.get("norm") for one in parameters]
    return [norm for norm in norms if isinstance(norm, int | float) and 0 < norm < math.inf]


def _height(log: float, low: int, high: int) -> float:
    """How far below the top of the plot a logarithm stands."""
    return round(PLOT_HEIGHT * (high - log) / (high - low), 2)


def _bar(group: Sequence[Json], first: int, x: float, low: int, high: int) -> Bar:
    logs = [math.log10(norm) for norm in _norms(group)]
    top = _height(max(logs), low, high) if logs else PLOT_HEIGHT
    foot = _height(min(logs), low, high) if len(group) > 1 and logs else PLOT_HEIGHT
    height = max(foot - top, 2.0) if logs else 0.0
    return Bar(
        first, _label(group), worst_parameter(_states(group)), round(x, 2), min(top, PLOT_HEIGHT - height), height
    )


def _states(group: Sequence[Json]) -> list[str]:
    return [str(one["gradient"]) for one in group]


def _label(group: Sequence[Json]) -> str:
    """`encoder.weight: norm 0.12`, or what there is to say of several together."""
    norms, state = _norms(group), worst_parameter(_states(group))
    if len(group) == 1:
        return f"{group[0]['name']}: " + (f"norm {norms[0]:.3g}" if norms else _STATES[state])
    told = [f"norms {min(norms):.3g} to {max(norms):.3g}"] if norms else []
    count = _states(group).count(state)
    told += [f"{count} {_STATES[state]}"] if state != "ok" else []
    return f"{group[0]['name']} to {group[-1]['name']} ({len(group)} parameters): {', '.join(told)}"


_STATES = {
    "non-finite": "gradient not finite",
    "none": "no gradient",
    "zero": "gradient exactly zero",
    "not-run": "gradient never computed",
    "frozen": "frozen",
    "ok": "gradient arrives",
}


def _parts(groups: Sequence[tuple[int, Sequence[Json]]], step: float) -> Iterator[Part]:
    """The bars by the first step of their names; a name is left out where it does not fit under its bars."""
    x, hundredth = 0.0, min(_widest(len(groups)), LEAST_WIDTH) / 100
    for name, bars in groupby(str(group[0]["name"]).partition(".")[0] for _first, group in groups):
        width = step * len(list(bars))
        yield Part(name if len(name) * LETTER < width * hundredth else "", round(x, 2), round(width, 2))
        x += width
