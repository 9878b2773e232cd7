"""Many names of parameters said shortly: `encoder.proj.* (2 of 4 parameters)`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from whygrad.render.terminal import safe

_SHOWN = 4
_SUFFERS = {
    "none": "no gradient",
    "zero": "zero gradient",
    "non-finite": "gradient not finite",
    "not-run": "gradient never computed",
    "frozen": "frozen",
}


def suffering(document: Mapping[str, Any], finding: Mapping[str, Any]) -> str:
    """`no gradient: encoder.proj.* (2 of 4 parameters)`, or "" where a finding spoils none."""
    names = [_said(name) for name in finding.get("parameters") or []]
    if not names:
        return ""
    states = {_said(p["name"]): p.get("gradient") for p in document.get("parameters") or []}
    said = _SUFFERS.get(str(states.get(names[0])), "affected")
    return f"{said}: {shorten(names, list(states), document.get('parameters_total'), finding.get('parameters_total'))}"


def shorten(names: Sequence[str], every: Collection[str], total: int | None = None, affected: int | None = None) -> str:
    """The names as globs that cover exactly them among `every`, and how many of the `total` they are.

    At most four globs are listed; the rest is counted. Both lists may have been cut: `total` and `affected` are then
    how long they were.
    """
    affected = max(affected or 0, len(names))
    total = max(total or 0, len(every), affected)
    if affected == total:
        return f"all {total} parameters" if total > 1 else f"{names[0]}, the only parameter"
    globs = _globs(names, every)
    listed = ", ".join(globs[:_SHOWN]) + (f" and {len(globs) - _SHOWN} more" if len(globs) > _SHOWN else "")
    return f"{listed} ({affected} of {total} parameters)"


def _globs(names: Sequence[str], every: Collection[str]) -> list[str]:
    """Each name under the widest prefix that holds nothing but names, said as narrowly as covers them."""
    known, members = set(every), dict.fromkeys(names)
    whole, own = _held(tuple(every)), _held(tuple(name for name in members if name in known))
    under: dict[str, list[str]] = {}
    for name in members:
        widest = next((prefix for prefix in _above(name) if own[prefix] == whole[prefix]), name)
        under.setdefault(widest, []).append(name)
    return [f"{_common(these)}.*" if len(these) > 1 else these[0] for these in under.values()]


def _common(names: Sequence[str]) -> str:
    shared = [set(_above(name)) for name in names]
    return max(set.intersection(*shared), key=len)


# Every finding of a document asks the same of the same names, and there may be thousands of both.


@lru_cache(maxsize=4)
def _held(names: tuple[str, ...]) -> Counter[str]:
    """How many of the names each prefix holds."""
    return Counter(prefix for name in names for prefix in _above(name))


@lru_cache(maxsize=8192)
def _above(name: str) -> tuple[str, ...]:
    parts = name.split(".")
    return tuple(".".join(parts[:n]) for n in range(1, len(parts)))


@lru_cache(maxsize=8192)
def _said(name: str) -> str:
    return safe(name, 120)
