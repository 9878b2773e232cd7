"""The code of an archive, as text: what torch's parser would break on, and the operations that reach beyond a program.

What is read here is what torch itself prints. Other forms of the same (torch under another name, a text over several
lines) are refused, as they could hide what is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.outreach import reach
from whygrad.engine.preflight.program import BOUND_CLASS
from whygrad.engine.preflight.refusal import boundless, foreign
from whygrad.engine.spelling import quoted

DEEPEST_BRACKETS = 200
"""torch prints 4 at most, and its parser ends with its stack between 2,000 and 5,000."""
DEEPEST_INDENT = 1_000
LONGEST_EXPRESSION = 4_000
"""Characters without a comma. A chain of `-` ends torch's parser between 2,000 and 5,000 operators."""

_HIDDEN = re.compile(r"""(?s)"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|#(?! type:)[^\n]*""")
"""Texts, also those that go on behind an escaped line end, and comments, but for those in which types stand."""
_LONG_TEXT = re.compile(r'"""|\'\'\'')
_BREAK = re.compile(r"[()\[\]{},\n]")
_GAP = r"[\s\\]*"
_LAYER = r"(?<=\(torch)\)\."
"""What follows where a layer has the name torch, `(torch).forward(x)`: judged as if it were torch's own."""
_OPERATION = re.compile(
    rf"(?<![\w.])(?:torch(?:{_GAP}\.|{_LAYER}){_GAP}(\w+)|ops{_GAP}\.{_GAP}(\w+){_GAP}\.{_GAP}(\w+))"
)
_ALIAS = re.compile(rf"(?<![\w.])(?:torch\b(?!{_GAP}[.:=]|{_LAYER})|ops\b(?!{_GAP}(?:[:=]|\.{_GAP}\w+{_GAP}\.)))")
_BOUND = re.compile(rf"__torch__{_GAP}\.{_GAP}torch{_GAP}\.{_GAP}classes{_GAP}\.[\w.]*")


@dataclass(frozen=True)
class Reach:
    """An operation that reaches beyond the program: its name, and the character of the code that it stands at."""

    operation: str
    at: int


def plain(code: str) -> str:
    """The code with blanks for its texts and comments, every other character in its place."""
    return _HIDDEN.sub(lambda match: " " * len(match[0]), code)


def judge_code(record: str, code: str) -> str:
    """The code without its texts. Raises RefusedError for code that is not as torch prints it, or would break torch."""
    shown = quoted(record)
    if "\0" in code:
        foreign(f"the code in {shown} holds what is no text")
    text = plain(code)
    if _LONG_TEXT.search(code):
        foreign(f"the code in {shown} holds a text over several lines")
    _judge_nesting(shown, text)
    if _ALIAS.search(text):
        foreign(
            f"the code in {shown} gives torch another name, or its name to a layer or a weight: call that otherwise"
        )
    for found in _BOUND.finditer(text):
        if not BOUND_CLASS.match(re.sub(_GAP, "", found[0])):
            foreign(f"the code in {shown} uses {quoted(found[0])}, which is no part of a program")
    return text


def reaches(text: str) -> Iterator[Reach]:
    """The operations in code without texts that reach beyond the program."""
    for found in _OPERATION.finditer(text):
        name = f"aten::{found[1]}" if found[1] else f"{found[2]}::{found[3]}"
        if reach(name) is not None:
            yield Reach(name, found.start())


def _judge_nesting(shown: str, text: str) -> None:
    """Raise RefusedError where brackets, blocks or operators are nested deeper than torch's parser bears."""
    depth, last = 0, 0
    for match in _BREAK.finditer(text):
        sign, at = match[0], match.start()
        if sign in "([{":
            depth += 1
            if depth > DEEPEST_BRACKETS:
                boundless(f"the code in {shown} has brackets more than {DEEPEST_BRACKETS} deep")
        elif sign in ")]}":
            depth -= 1
        elif sign == "," or depth <= 0:
            _judge_length(shown, text[last:at])
            last = at
    _judge_length(shown, text[last:])
    if re.search(rf"^[ \t]{{{DEEPEST_INDENT}}}", text, re.MULTILINE):
        boundless(f"the code in {shown} has blocks more than {DEEPEST_INDENT // 2} deep")


def _judge_length(shown: str, expression: str) -> None:
    length = len("".join(expression.split())) if len(expression) > LONGEST_EXPRESSION else 0
    if length > LONGEST_EXPRESSION:
        boundless(f"the code in {shown} has an expression of {length:,} characters without a comma")
