"""Observations as JSON: written with `to_json`, read with `from_json`."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from whygrad.engine.observation import Json, Observation


def to_json(observation: Observation) -> dict[str, Json]:
    """The observation as JSON values; stacks hold what has been looked up."""
    plain = asdict(_without_stacks(observation))
    plain["stacks"] = {str(k): [asdict(f) for f in v] for k, v in observation.stacks.items()}
    return plain


def from_json(document: Mapping[str, Json]) -> Observation:
    """The observation that `to_json` wrote. Raises KeyError or TypeError where it is none."""
    stacks = {int(k): v for k, v in document["stacks"].items()}
    built: Observation = _build(Observation, {**document, "stacks": stacks})
    return built


def _without_stacks(observation: Observation) -> Observation:
    return Observation(**{f.name: getattr(observation, f.name) for f in fields(observation) if f.name != "stacks"})


def _build(kind: Any, value: Json) -> Any:
    """`value` as an instance of the annotation `kind`."""
    if value is None or kind is Any:
        return value
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _build(next(k for k in inner if k is not type(None)), value)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[1:] == (...,) else list(inner)
        return tuple(_build(k, v) for k, v in zip(kinds, value, strict=True))
    if origin is Mapping:
        return {k: _build(inner[1], v) for k, v in value.items()}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{k: _build(hints[k], v) for k, v in value.items()})  # type: ignore[operator]
    return value
