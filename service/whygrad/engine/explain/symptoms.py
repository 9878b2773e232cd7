"""What people say where torch says nothing: a loss that is NaN, a gradient that is None, a model that does not learn.

A symptom is what is told of (a loss, a gradient, weights, a model) and what it does, in either order. It can have many
causes, also such as lie outside of the program, so that it never decides where a message is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REMARK = (
    "a symptom: these are the causes that a program can hold. It can also lie outside of it: in the learning rate, the "
    "data and labels, the parameters that the optimiser was given, a zero_grad() or step() that is missing"
)

_LOSS = "loss|losses|cost|accuracy|metrics?|perplexity"
_GRADIENT = "grads?|gradients?"
_MODEL = "models?|network|net|nn|encoder|decoder|head|backbone|classifier|transformer|[clr]nn|lstm|gan|it"
_WEIGHT = "weights?|param(?:eter)?s?|bias(?:es)?|embeddings?|layers?"
_NOT = r"(?:not|n['o]?t|\w+n'?t|never|cannot|no longer|stop(?:s|ped)?|without|refuses? to|fails? to|hardly|barely)"
_FALL = r"(?:decreas|fall|drop|converg|improv|chang|mov|reduc|declin|progress|budg|(?:go|going|goes) (?:down|up))\w*"
_LEARN = r"(?:learn|train|converg|improv|updat|chang|mov|fit|optimi[sz])\w*"
_STILL = r"(?:stuck|constant|flat|plateau\w*|unchanged|frozen|stagnat\w*|stays? the same|stands? still)"
_NOT_FINITE = r"(?:nans?|inf|infs|infinity|infinite|not finite|non-?finite)"
_ZERO = r"(?:zeros?|0|0\.0+|vanish\w*)"
_NONE = r"(?:none|null|missing|nowhere|absent)"
_FLOWS = r"(?:flow|arriv|reach|receiv|get|propagat|comput|backprop)\w*"
_LATER = r"(?:after|from|at|in|since) (?:the )?(?:\w+ )?(?:step|epoch|iteration|batch|\d)"


@dataclass(frozen=True)
class Symptom:
    """What is said, searched for in small letters; its codes are the likeliest first."""

    pattern: re.Pattern[str]
    codes: tuple[str, ...]
    remark: str = REMARK


def _said(codes: str, who: str, *does: str) -> Symptom:
    """One that does something, with a few words between them."""
    told = "|".join(rf"\b(?:{who})\b[^.?!;]{{0,40}}?\b{d}(?!\w)|\b{d}\b[^.?!;]{{0,25}}?\b(?:{who})(?!\w)" for d in does)
    return Symptom(re.compile(told), tuple(codes.split()))


SYMPTOMS = (
    _said("NUM602 NUM603 NUM604 NUM601", _LOSS, rf"{_NOT_FINITE}\b[^.?!;]{{0,20}}?\b{_LATER}"),
    _said("NUM602 NUM603 NUM601 NUM604", f"{_GRADIENT}|{_WEIGHT}", _NOT_FINITE),
    _said("NUM601 NUM602 NUM603 NUM604", f"{_LOSS}|{_MODEL}|outputs?|logits|predictions?|activations?", _NOT_FINITE),
    _said("NUM604 NUM602", f"{_GRADIENT}|{_LOSS}|{_WEIGHT}", r"(?:explod|diverg|blow(?:s|ing|n)? up|overflow)\w*"),
    _said("NUM605 ZER502 ZER505 ZER501", _GRADIENT, r"(?:vanish\w*|tiny|very small|too small)"),
    _said("ZER502 ZER505 ZER501 ZER503 ZER507 ZER504 NUM605 CUT104", _GRADIENT, _ZERO),
    _said(
        "CUT101 CUT102 CUT105 CUT103 PAR203 PAR204 PAR201 PAR206 CUT107",
        _GRADIENT,
        _NONE,
        rf"{_NOT}\b[^.?!;]{{0,15}}?\b{_FLOWS}",
        "no",
    ),
    _said(
        "PAR201 CUT101 CUT102 PAR203 PAR204 PAR206 ZER502 ZER505",
        _WEIGHT,
        rf"{_NOT}\b[^.?!;]{{0,15}}?\b{_LEARN}",
        _STILL,
    ),
    _said(
        "SHP707 CUT101 ZER502 ZER505 ZER503 CUT102 PAR201 SHP718 NUM605",
        f"{_LOSS}|{_MODEL}",
        rf"{_NOT}\b[^.?!;]{{0,15}}?\b(?:{_FALL}|{_LEARN})",
        _STILL,
    ),
)


def told(text: str) -> Symptom | None:
    """The symptom that a text, on one line, tells of."""
    small = text.lower()
    return next((symptom for symptom in SYMPTOMS if symptom.pattern.search(small)), None)
