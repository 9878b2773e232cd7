"""How a page writes what a document holds: a moment, a size, a shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from whygrad.render.operands import shape_text

UNITS = ("B", "kB", "MB", "GB", "TB")


def moment(text: str | None) -> str:
    """`2026-01-31 12:00:00`, in UTC, of what a document writes as RFC 3339; "" for None."""
    return (text or "")[:19].replace("T", " ")


def size(count: int | None) -> str:
    """`9.2 kB`, in powers of a thousand; "" for None."""
    if count is None:
        return ""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {UNITS[unit]}" if unit and amount < 100 else f"{amount:.0f} {UNITS[unit]}"


FILTERS: Mapping[str, Callable[[Any], str]] = {"moment": moment, "size": size, "shape": shape_text}
