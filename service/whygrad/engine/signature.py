"""What a method takes, held against what was sent to it."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.facts import Frame


@dataclass(frozen=True)
class Formal:
    """One argument that the method declares."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True)
class Signature:
    """What the method takes, what was sent, and why that does not fit (None where it does).

    `place` is where the method is defined.
    """

    method: str
    formals: tuple[Formal, ...]
    given: tuple[str, ...] = ()
    misfit: str | None = None
    place: Frame | None = None
