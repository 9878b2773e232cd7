"""What else a service answers, typed and frozen: lists, rules, explanations, upload links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whygrad.render.explanation import render_explanation, render_rule
from whygrad_client.reading import Told
from whygrad_client.report import Model, Mute


@dataclass(frozen=True)
class Summary(Told):
    """A diagnosis in a list; `Client.get(summary.id)` has all of it."""

    id: str
    status: str
    created_at: datetime
    finished_at: datetime | None = None
    verdict: str | None = None
    headline: str | None = None
    codes: tuple[str, ...] = ()
    model: Model = field(default_factory=Model)


@dataclass(frozen=True)
class Rule(Told):
    """What can be found, in one line; `docs` is where the service tells more."""

    code: str
    name: str
    family: str
    severity: str
    summary: str
    docs: str


@dataclass(frozen=True)
class RulePage(Rule):
    """A rule with its documentation; `example` holds a `bad` and a `good` program, and the `request` for both."""

    what_happened: str = ""
    why_it_matters: str = ""
    how_to_fix: str = ""
    not_to_be_confused_with: str = ""
    example: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return render_rule(self.document)


@dataclass(frozen=True)
class Candidate(Told):
    """A code that an error text can mean."""

    code: str
    name: str
    meaning: str
    why: str = ""
    tell_apart: str = ""
    fix: str = ""
    docs: str | None = None


@dataclass(frozen=True)
class Question(Told):
    """A question that a yes to speaks for a code."""

    code: str
    question: str


@dataclass(frozen=True)
class Explanation(Told):
    """What an error text can mean, the likeliest first. `str(explanation)` is a page to read."""

    recognised: bool
    message: str
    candidates: tuple[Candidate, ...] = ()
    ask: tuple[Question, ...] = ()
    numbers: str | None = None
    place: str | None = None
    hint: str = ""
    remark: str | None = None

    def __str__(self) -> str:
        return render_explanation(self.document)


@dataclass(frozen=True)
class UploadLink(Told):
    """A one-time address for a program: `status` is open, used or expired.

    `url` is known only where the link was just made; `diagnosis` is the id of what it became, once it is used.
    """

    id: str
    status: str
    expires_at: datetime
    request: Mapping[str, Any] = field(default_factory=dict, hash=False)
    diagnosis: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Summaries(Told):
    """A page of the list of diagnoses, and the address of the next."""

    diagnoses: tuple[Summary, ...] = ()
    next: str | None = None


@dataclass(frozen=True)
class Rules(Told):
    """The list of all rules."""

    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Mutes(Told):
    """The list of what is muted."""

    mutes: tuple[Mute, ...] = ()
