"""What the author calls the sizes of axes: `batch_size, steps = x.shape` says which of two is which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.meant import measured
from whygrad.engine.axes.pieces import Axis
from whygrad.engine.observation import Observation

_SAMPLES = re.compile(r"(\w+_)?batch(_?size)?|b|bs|bsz")
_STEPS = re.compile(r"\w*(seq|len|step|time|frame)\w*|[tls]")


def samples(observation: Observation, axis: Axis) -> bool:
    """Whether the size of an axis is called the number of samples, and nothing else."""
    return _called(observation).get(axis) == {"samples"}


def steps(observation: Observation, axis: Axis) -> bool:
    """Whether the size of an axis is called the number of steps, and nothing else."""
    return _called(observation).get(axis) == {"steps"}


@lru_cache(maxsize=8)
def _called(observation: Observation) -> Mapping[Axis, set[str]]:
    """What the author, and no library, calls the sizes of axes where they are read."""
    known, found = layouts(observation), defaultdict[Axis, set[str]](set)
    own = (n for n in observation.nodes if not observation.in_library(n.id))
    names = {(a.value, a.variable) for n in own for a in n.arguments if a.type == "int" and a.variable}
    for value, name in names:
        kind, axis = _kind(name.lower()), measured(observation, known, value)
        if kind is not None and axis is not None:
            found[axis].add(kind)
    return found


def _kind(name: str) -> str | None:
    plain = name.rstrip("0123456789.")
    return "samples" if _SAMPLES.fullmatch(plain) else "steps" if _STEPS.fullmatch(plain) else None
