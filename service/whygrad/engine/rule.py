"""What a rule is: one file, whose docstring is the documentation and whose generator yields findings."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import cleandoc

from whygrad.engine.finding import Finding, Severity
from whygrad.engine.observation import Observation

Check = Callable[[Observation], Iterator[Finding]]

HEADINGS = ("What happened", "Why it matters", "How to fix it", "Not to be confused with", "Example")


@dataclass(frozen=True)
class Example:
    """A twin: two programs the smallest edit apart, and what both are sent with.

    `request` holds `shapes`, and where they matter `loss`, `mode`, `method`, and `export`
    (`script`, `trace` with its shapes, `freeze`, `pickle`).
    """

    request: Mapping[str, str]
    bad: str
    good: str


@dataclass(frozen=True)
class Documentation:
    """The sections of a rule's docstring."""

    summary: str
    what_happened: str
    why_it_matters: str
    how_to_fix: str
    not_to_be_confused_with: str
    example: Example


@dataclass(frozen=True)
class Rule:
    """A code of the catalogue, how it is documented, and the check that finds it."""

    code: str
    name: str
    severity: Severity
    check: Check
    documentation: Documentation

    @property
    def family(self) -> str:
        """The three letters that begin the code."""
        return self.code[:3]

    @property
    def cuts(self) -> bool:
        """Whether its fault lets no gradient through at all."""
        return self.family == "CUT"

    @property
    def zeroes(self) -> bool:
        """Whether its fault lets nothing but zeros through."""
        return self.family == "ZER"

    @property
    def spoils(self) -> bool:
        """Whether its fault makes numbers that are not finite, among which no zero is seen."""
        return self.family == "NUM"

    @property
    def of_gradients(self) -> bool:
        """Whether its fault costs parameters their gradient, and raises only where it costs all of them theirs."""
        return self.family in {"CUT", "PAR", "ZER", "NUM"}

    @property
    def of_operands(self) -> bool:
        """Whether its fault is that operands do not fit, as others may not once something before them is mended."""
        return self.family in {"SHP", "TYP"}

    @property
    def summary(self) -> str:
        """One sentence: the cause."""
        return self.documentation.summary

    @property
    def docs(self) -> str:
        """Where the service serves the documentation."""
        return f"/rules/{self.code}"


def rule(code: str, name: str, severity: Severity) -> Callable[[Check], Rule]:
    """Make a check into the rule of its module; the module's docstring is the documentation."""

    def declare(check: Check) -> Rule:
        text = sys.modules[check.__module__].__doc__ or ""
        return Rule(code, name, severity, check, read_documentation(text))

    return declare


def read_documentation(text: str) -> Documentation:
    """The sections of a docstring. Raises ValueError where a heading is missing."""
    parts = _sections(cleandoc(text))
    absent = [h for h in HEADINGS if not parts.get(h)]
    if absent or not parts[""]:
        raise ValueError(f"the docstring lacks: {', '.join(absent) or 'a summary'}")
    what, why, fix, other, example = (parts[h] for h in HEADINGS)
    return Documentation(parts[""], what, why, fix, other, _example(example))


def _sections(text: str) -> dict[str, str]:
    pieces = re.split(r"^([A-Z][^\n]*)\n-{3,}\n", text, flags=re.MULTILINE)
    found = {"": pieces[0].strip()}
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        found[heading] = body.strip()
    return found


def _example(text: str) -> Example:
    match = re.fullmatch(
        r"(?P<request>.*?)\n*^Bad::\n(?P<bad>.*?)^Good::\n(?P<good>.*)", text, re.MULTILINE | re.DOTALL
    )
    if match is None:
        raise ValueError("the example needs `Bad::` and `Good::`")
    pairs = (line.split(":", 1) for line in match["request"].splitlines() if line.strip())
    request = {key.strip().lower(): value.strip() for key, value in pairs}
    return Example(request, _dedent(match["bad"]), _dedent(match["good"]))


def _dedent(block: str) -> str:
    return cleandoc("\n" + block.strip("\n")) + "\n"
