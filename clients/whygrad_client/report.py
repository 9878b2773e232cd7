"""A diagnosis as a client sees it: the fields of the service's document, typed and frozen.

Each object's `document` is all that the service said of it, also what these classes do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whygrad.render import formats, html, markdown, phrases, text
from whygrad.render.terminal import safe
from whygrad_client import reading
from whygrad_client.errors import NotADiagnosis
from whygrad_client.reading import Told


@dataclass(frozen=True)
class Frame(Told):
    """One call of the stack that leads to a place, the innermost last; `library` where it is not the user's own."""

    file: str | None = None
    line: int | None = None
    function: str | None = None
    source: str | None = None
    library: bool = False


@dataclass(frozen=True)
class SourceLine(Told):
    """A line beside the one that is meant."""

    line: int
    source: str


@dataclass(frozen=True)
class Location(Told):
    """Where in the program (`module`, `op`), and where in the user's own source.

    `line` counts from 1; `column` and `offset` from 0, the one in the line, the other in `source`, which is stripped.
    """

    module: str | None = None
    module_type: str | None = None
    op: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None
    offset: int | None = None
    context: tuple[SourceLine, ...] = ()
    stack: tuple[Frame, ...] = ()


@dataclass(frozen=True)
class Tensor(Told):
    """The shape and type of a tensor; None where it is not known."""

    shape: tuple[int, ...] | None = None
    dtype: str | None = None


@dataclass(frozen=True)
class Operand(Told):
    """A tensor that the operation at fault takes; `role` is its argument, `name` what the source calls it."""

    role: str
    name: str | None = None
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    device: str | None = None
    requires_grad: bool | None = None
    grad_fn: str | None = None


@dataclass(frozen=True)
class Related(Told):
    """Another place that belongs to the fault."""

    label: str
    location: Location | None = None


@dataclass(frozen=True)
class Fix(Told):
    """What to change.

    `verified` is True where the changed program was run and the fault was gone, False where it stayed, None where it
    was not tried; `evidence` says what was seen. `before` and `after` are the line without and with the change.
    """

    summary: str
    before: str | None = None
    after: str | None = None
    verified: bool | None = None
    evidence: str | None = None


@dataclass(frozen=True)
class Mute(Told):
    """Who muted a finding, when and why."""

    fingerprint: str
    at: str | None = None
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Finding(Told):
    """One cause: `severity` is error, warning or note; `parameters` are those whose gradient it spoils."""

    code: str
    name: str = ""
    severity: str = "error"
    title: str = ""
    message: str = ""
    location: Location | None = None
    operands: tuple[Operand, ...] = ()
    parameters: tuple[str, ...] = ()
    parameters_total: int = 0
    related: tuple[Related, ...] = ()
    chain: tuple[str, ...] = ()
    fix: Fix | None = None
    docs: str | None = None
    fingerprint: str | None = None
    muted: Mute | None = None


@dataclass(frozen=True)
class Parameter(Told):
    """What became of a parameter's gradient: ok, none, zero, non-finite, frozen or not-run.

    `finding` is the index of the finding that spoils it.
    """

    name: str
    shape: tuple[int, ...] = ()
    dtype: str = ""
    requires_grad: bool = True
    gradient: str = "not-run"
    norm: float | None = None
    finding: int | None = None


@dataclass(frozen=True)
class Module(Told):
    """A submodule: what went in, what came out, and whether gradients pass through it."""

    path: str
    type: str | None = None
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    gradient: str = ""


@dataclass(frozen=True)
class Raised(Told):
    """What the program raised, and where."""

    type: str
    message: str
    location: Location | None = None


@dataclass(frozen=True)
class Phase(Told):
    """How the forward or the backward ended."""

    completed: bool = False
    error: Raised | None = None


@dataclass(frozen=True)
class Pass(Told):
    """One run of the program under observation, in `ms` milliseconds, or `why_not`."""

    name: str
    ran: bool
    why_not: str | None = None
    ms: float | None = None


@dataclass(frozen=True)
class Model(Told):
    """The program that was judged: `bytes` of its file, how many `parameters` (numbers) it has."""

    sha256: str | None = None
    name: str | None = None
    format: str | None = None
    bytes: int | None = None
    parameters: int | None = None
    weights: str | None = None


@dataclass(frozen=True)
class Environment(Told):
    """What the diagnosis was made with; `isolation` says which layers held the program."""

    torch: str | None = None
    device: str | None = None
    threads: int | None = None
    isolation: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, repr=False)
class Report(Told):
    """A diagnosis. `str(report)` is a page to read, and a notebook shows one."""

    status: str = "done"
    verdict: str | None = None
    headline: str = ""
    findings: tuple[Finding, ...] = ()
    findings_total: int = 0
    ignored: tuple[Finding, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    parameters_total: int = 0
    modules: tuple[Module, ...] = ()
    modules_total: int = 0
    forward: Phase = Phase()
    backward: Phase = Phase()
    passes: tuple[Pass, ...] = ()
    model: Model = Model()
    environment: Environment = Environment()
    request: Mapping[str, Any] = field(default_factory=dict, hash=False)
    timing: Mapping[str, Any] = field(default_factory=dict, hash=False)
    id: str | None = None
    created_at: datetime | None = None
    finished_at: datetime | None = None
    schema: int = 1

    @classmethod
    def read(cls, document: Any) -> Report:
        """The report that a document, as JSON, is. Raises NotADiagnosis."""
        try:
            return reading.read(cls, document)
        except reading.MisreadError as error:
            raise NotADiagnosis(f"this is no diagnosis: {error}") from error

    @property
    def finished(self) -> bool:
        """Whether it will not change any more."""
        return self.status not in ("queued", "running")

    @property
    def faulty(self) -> bool:
        """Whether something is wrong for certain: there is a finding of severity error."""
        return self.verdict == "faulty"

    @property
    def suspect(self) -> bool:
        """Whether training runs, and something in it is wrong: there is a warning, and no error."""
        return self.verdict == "suspect"

    @property
    def healthy(self) -> bool:
        """Whether it was judged, and nothing is wrong."""
        return self.verdict == "healthy"

    @property
    def undetermined(self) -> bool:
        """Whether it came to its end and could not be judged; the headline says why. What is cancelled has no end."""
        return self.finished and self.status != "cancelled" and self.verdict in (None, "undetermined")

    def render(self, form: str) -> str:
        """The report as text, json, jsonl, markdown, html, sarif, junit or github."""
        if form not in formats.FORMATS:
            raise ValueError(f"there is no format {form!r}; there are {', '.join(formats.FORMATS)}")
        return formats.render(form, [self.document])

    def __str__(self) -> str:
        return text.render(self.document)

    def __repr__(self) -> str:
        told = self.headline.removeprefix("Healthy: ") or self.model.name
        return f"<Report {phrases.standing(self.document)}: {safe(told, 160)}>"

    def _repr_html_(self) -> str:
        return html.fragment(self.document)

    def _repr_markdown_(self) -> str:
        return markdown.render([self.document])
