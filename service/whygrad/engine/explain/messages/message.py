"""What is known of one message: what it looks like, the codes that it can mean, where its wording comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass

RAISED = "torch 2.13"
_LETTERS = re.compile(r"\\.|[A-Z]+")


@dataclass(frozen=True)
class Message:
    """A wording, searched for in a text in small letters, whose every run of blanks was made one.

    Its codes are the likeliest first.
    """

    pattern: re.Pattern[str]
    codes: tuple[str, ...]
    wording: str = RAISED
    remark: str | None = None
    vague: bool = False


def raised(codes: str, *patterns: str) -> tuple[Message, ...]:
    """Wordings of torch 2.13, each raised by a program of the tests."""
    return tuple(Message(_compiled(pattern), tuple(codes.split())) for pattern in patterns)


def older(codes: str, versions: str, source: str, *patterns: str) -> tuple[Message, ...]:
    """Wordings of earlier versions, as their own source or a public report shows them."""
    remark = f"the wording of torch {versions}"
    return tuple(Message(_compiled(p), tuple(codes.split()), f"torch {versions}: {source}", remark) for p in patterns)


def elsewhere(codes: str, source: str, *patterns: str) -> tuple[Message, ...]:
    """Wordings that the CPU build of torch does not print: other devices, and libraries around torch."""
    return tuple(Message(_compiled(pattern), tuple(codes.split()), source) for pattern in patterns)


def vague(codes: str, *patterns: str) -> tuple[Message, ...]:
    """What many messages share: it decides only where no known wording does."""
    return tuple(Message(_compiled(pattern), tuple(codes.split()), vague=True) for pattern in patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern in small letters, but for classes such as `\\S`: `IGNORECASE` takes six times as long to search."""
    small = _LETTERS.sub(lambda found: found[0] if found[0].startswith("\\") else found[0].lower(), pattern)
    return re.compile(small, re.DOTALL)
