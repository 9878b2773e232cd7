"""The day of a moment, in UTC, on every database alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class day(FunctionElement[str]):  # noqa: N801 - used as a function of SQL, and named as such
    """`day(moment)`: `2026-01-31`."""

    type = String()
    inherit_cache = True
    name = "day"


@compiles(day)
def _of_text(element: day, compiler: Any, **options: Any) -> str:
    """SQLite keeps a moment as text in UTC, which begins with its day."""
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(day, "postgresql")
def _of_instant(element: day, compiler: Any, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
