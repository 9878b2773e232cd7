"""An error message, a traceback or a chat paste in; the codes that it can mean out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whygrad.engine import catalogue
from whygrad.engine.explain.evidence import spoken_for
from whygrad.engine.explain.messages import find
from whygrad.engine.explain.messages.general import UNNAMED
from whygrad.engine.explain.messages.message import Message
from whygrad.engine.explain.numbers import in_words
from whygrad.engine.explain.pasted import Pasted, read
from whygrad.engine.explain.questions import questions
from whygrad.engine.explain.symptoms import Symptom, told

HINT = "one message can have several causes: `whygrad check model.pt --input 1x3x224x224` names the one, and its line"
HINT_OF_ONE = "`whygrad check model.pt --input 1x3x224x224` runs the program, and names the line and the parameters"
NOT_RECOGNISED = (
    "no known message of torch: send the whole traceback, or `whygrad check model.pt --input 1x3x224x224`, "
    "which runs the program and finds out"
)

_LONGEST_MESSAGE = 1_000


def explain(text: str) -> dict[str, Any]:
    """The `candidates` for a text, the likeliest first, each with its meaning, its cure and how to tell it apart.

    `message` is the error found in the text, `recognised` whether it is one of torch's or tells of a symptom, `ask` the
    questions whose answers decide between the candidates, `hint` what to send for certainty. Each of these may be None:
    `numbers`, what the sizes in the message say, `place`, the last line of the user's own code in a traceback, and
    `remark`, what else is to be said of the message.
    """
    pasted = read(text)
    message, row = _root(pasted)
    evident = list(spoken_for(pasted, message))
    codes = _ranked(row.codes, evident) if row else []
    return {
        "recognised": row is not None,
        "message": message[:_LONGEST_MESSAGE],
        "candidates": [_candidate(code) for code in codes],
        "ask": questions(codes, evident),
        "hint": (HINT if len(codes) > 1 else HINT_OF_ONE) if row else NOT_RECOGNISED,
        "numbers": in_words(message) if row else None,
        "place": pasted.place,
        "remark": row.remark if row else None,
    }


def _root(pasted: Pasted) -> tuple[str, Message | Symptom | None]:
    """The error that the others follow from: the first known one that was raised, before what only warns.

    Where none is known, what the last one, or a person's own words, tell of.
    """
    found = [(error, row) for error in pasted.errors if (row := find(error.text))]
    if found:
        error, row = min(found, key=lambda pair: (pair[1].vague, pair[0].warning, pair[0].mentioned))
        return error.text, row
    for window in pasted.windows:
        if row := find(window):
            return window, row
    if pasted.from_torch:
        return _last(pasted), UNNAMED
    said = (_last(pasted),) if pasted.errors else pasted.windows
    return next(((text, symptom) for text in said if (symptom := told(text))), (_last(pasted), None))


def _ranked(codes: Sequence[str], evident: Sequence[str]) -> list[str]:
    """The codes, those first for which something speaks."""
    return list(dict.fromkeys([*(code for code in evident if code in codes), *codes]))


def _last(pasted: Pasted) -> str:
    """What to show of a text that says nothing known."""
    return next((error.text for error in reversed(pasted.errors) if not error.mentioned), pasted.windows[0])


def _candidate(code: str) -> dict[str, Any]:
    rule = catalogue.rule(code)
    page = rule.documentation
    return {
        "code": code,
        "name": rule.name,
        "meaning": page.what_happened,
        "why": page.why_it_matters,
        "tell_apart": page.not_to_be_confused_with,
        "fix": page.how_to_fix,
        "docs": rule.docs,
    }
