"""An error message, a traceback or a chat paste in; the codes that it can mean out."""

from __future__ import annotations

import re
from typing import Any

from whygrad.engine import catalogue
from whygrad.engine.codes import CODES, FAMILIES
from whygrad.engine.first_aid import FIRST_AID
from whygrad.engine.messages import MESSAGES, MESSAGES_OF_ARTICLES, TRACES

HINT = "one message can have several causes: `whygrad check model.pt --input 1x3x224x224` names the one, and its line"
NOT_RECOGNISED = (
    "no known message of torch: `whygrad check model.pt --input 1x3x224x224` runs the program and finds out"
)
NEVER_PRINTED = "articles quote this message, but torch does not print it; these are the causes of what they describe"

_LONGEST = 100_000
_LONGEST_MESSAGE = 1_000
_ERROR = re.compile(r"(?:[\w.]*\.)?(\w*(?:Error|Exception|Warning)): ?(.*)", re.DOTALL)
_NOISE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|`{3}\w*|^[ \t]*[>|│][ \t]?", re.MULTILINE)
_NEW_BLOCK = re.compile(r"\s*(Traceback \(|File \"|During handling|The above exception|Declaration:|\[ |$)")


def explain(text: str) -> dict[str, Any]:
    """The `candidates` for a text, the likeliest first, each with its meaning, its cure and how to tell it apart.

    `message` is the error line found in the text, `recognised` whether it is one of torch's, `hint` what to send for
    certainty, `remark` what else is to be said of the message (or None).
    """
    cleaned = _NOISE.sub("", text[:_LONGEST]).translate(str.maketrans("‘’“”\xa0", "''\"\" "))
    messages = _messages(cleaned)
    message, codes = next(((m, codes) for m in messages if (codes := _codes(m))), (messages[0], ()))
    return {
        "recognised": bool(codes),
        "message": message[:_LONGEST_MESSAGE],
        "candidates": [_candidate(code) for code in _ranked(codes, cleaned)],
        "hint": HINT if codes else NOT_RECOGNISED,
        "remark": NEVER_PRINTED if MESSAGES_OF_ARTICLES.search(message) else None,
    }


def _messages(text: str) -> list[str]:
    """The error lines of a text, the last first, each on one line; at the end the whole text."""
    lines = text.splitlines()
    found = [_joined(lines, i) for i, line in enumerate(lines) if _ERROR.search(line)]
    return [*reversed(found), _one_line(text)]


def _joined(lines: list[str], start: int) -> str:
    """An error line with the lines that it goes on in."""
    end = next((i for i in range(start + 1, len(lines)) if _NEW_BLOCK.match(lines[i])), len(lines))
    return _one_line(" ".join(lines[start : min(end, start + 12)]))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    error = _ERROR.search(line)
    return f"{error[1]}: {error[2]}" if error else line


def _codes(message: str) -> tuple[str, ...]:
    return next((codes for pattern, codes in MESSAGES if pattern.search(message)), ())


def _ranked(codes: tuple[str, ...], text: str) -> list[str]:
    """The codes, those first for which something in the pasted code speaks."""
    spoken_for = [code for pattern, code in TRACES if code in codes and pattern.search(_code_part(text))]
    return list(dict.fromkeys([*spoken_for, *codes]))


def _code_part(text: str) -> str:
    """The lines that are code of the user: no error lines, whose words would speak for everything."""
    return "\n".join(line for line in text.splitlines() if line[:1].isspace() and not _ERROR.search(line))


def _candidate(code: str) -> dict[str, Any]:
    known = {rule.code: rule for rule in catalogue.rules()}.get(code)
    named = CODES[code]
    if known is None:
        family = FAMILIES[code[:3]]
        parts = {"meaning": named.cause, "why": family, "tell_apart": "", "fix": FIRST_AID.get(code, "")}
    else:
        page = known.documentation
        parts = {
            "meaning": page.what_happened,
            "why": page.why_it_matters,
            "tell_apart": page.not_to_be_confused_with,
            "fix": page.how_to_fix,
        }
    return {"code": code, "name": named.name, **parts, "docs": known.docs if known else None}
