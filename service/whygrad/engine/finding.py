"""What a rule says: a finding, and the change that it proposes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from whygrad.engine.edits import Edit
from whygrad.engine.observation import Event, Frame, Parameter

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Link:
    """One step from the fact to the verdict: a sentence, and the node it speaks of."""

    text: str
    node: int | None = None


@dataclass(frozen=True)
class Related:
    """Another place that belongs to the fault: `saved here`, `changed here`."""

    label: str
    node: int


@dataclass(frozen=True)
class Fix:
    """What to change, in words and as one line before and after. `after` is "" where the line goes.

    `edits` make the same change to the program, so that it can be run with it; there are none where that cannot be.
    `verified` is whether the fault was gone then, None where it was not tried; `evidence` is what was seen.
    A `guess` is told only where the step is sound with it: no fault behind it says anything of the program.
    """

    summary: str
    before: str | None = None
    after: str | None = None
    edits: tuple[Edit, ...] = ()
    verified: bool | None = None
    evidence: str | None = None
    guess: bool = False


@dataclass(frozen=True)
class Finding:
    """One cause. `node` is the operation to change, `event` the execution whose operands are shown.

    Where there is no node, `place` is the line to change, and `op` the operation in it; beside a node `op` is the
    operation that it only prepares, as a loss that first stretches what it compares.

    `explains` are the nodes whose own findings merely follow from this one. `other_fixes` are tried, in their
    order, where the first does not heal. `kind` parts what befalls the same line for more than one reason.
    """

    message: str
    title: str
    node: int | None = None
    event: Event | None = None
    place: Frame | None = None
    op: str | None = None
    parameters: tuple[str, ...] = ()
    chain: tuple[Link, ...] = ()
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    other_fixes: tuple[Fix, ...] = ()
    severity: Severity | None = None
    kind: str = ""
    explains: frozenset[int] = field(default_factory=frozenset)
    order: int = 0


def names(parameters: Iterable[Parameter]) -> tuple[str, ...]:
    """The names of parameters, in their order."""
    return tuple(p.name for p in parameters)
