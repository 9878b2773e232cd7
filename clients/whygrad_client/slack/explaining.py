"""What an error text can mean, and what `/diagnose` takes, as messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.engine.explain import explain
from whygrad.render import phrases
from whygrad.render.explanation import cause
from whygrad.render.terminal import safe
from whygrad_client.slack import blocks
from whygrad_client.slack.blocks import Block, Message

COMMAND = "/diagnose"
_SHOWN = 3

Json = Mapping[str, Any]


def explained(text: str) -> tuple[Message, bool]:
    """The message for an error text or a traceback, and whether anything in it was known."""
    explanation = explain(text)
    candidates = explanation["candidates"]
    return Message.of(
        _notice(explanation),
        blocks.rich(blocks.code([_said(explanation)]), *_about(explanation)),
        blocks.rich(*_candidate(candidates[0])) if candidates else None,
        blocks.rich(*_others(candidates[1:])),
        blocks.rich(blocks.line(blocks.word(_hint(explanation)))),
    ), bool(explanation["recognised"])


def usage(problem: str = "") -> Message:
    """What the command takes; first what was wrong with it."""
    lines = (
        (f"{COMMAND} RuntimeError: …", "what an error or a traceback can mean"),
        (COMMAND, "a form: a file of 10 MB at most, its shapes, its loss"),
        (f"{COMMAND} upload 1x3x224x224", "a one-time link for a larger file"),
        (f"{COMMAND} ID", "a diagnosis, or the newest of a program by its sha256"),
        (f"{COMMAND} ID 1x3x224x224", "the same program again, with these shapes"),
    )
    width = max(len(command) for command, _ in lines)
    return Message.of(
        problem or "How to ask whygrad why a gradient is missing",
        blocks.rich(blocks.line(blocks.word(problem))) if problem else None,
        blocks.rich(blocks.code(f"{command:{width}}  {told}" for command, told in lines)),
        blocks.rich(
            blocks.line(
                blocks.word("On a message with a .pt file: More actions, "),
                blocks.word("Diagnose this model", "bold"),
                blocks.word(". Shapes are written 2x16:int64[0,1000), several with a semicolon between them."),
            )
        ),
    )


def _about(explanation: Json) -> Iterator[Block | None]:
    for said in (explanation.get("remark"), explanation.get("place"), explanation.get("numbers")):
        yield blocks.line(blocks.word(safe(said, 500))) if said else None


def _candidate(candidate: Json) -> Iterator[Block]:
    yield blocks.line(blocks.word(_named(candidate), "bold"), blocks.word(f"\n{_flowing(candidate['meaning'])}"))
    if candidate["fix"]:
        yield blocks.line(blocks.word("Fix: ", "bold"), blocks.word(_flowing(candidate["fix"])))


def _others(candidates: Sequence[Json]) -> Iterator[Block | None]:
    if candidates:
        yield blocks.line(blocks.word("Or, less likely:"))
    rest = phrases.more(len(candidates) - _SHOWN, "more causes")
    yield blocks.bullets([*(f"{_named(candidate)}: {cause(candidate)}" for candidate in candidates[:_SHOWN]), *rest])


def _notice(explanation: Json) -> str:
    """The likeliest cause in a line, for who sees no more than that."""
    if not explanation["candidates"]:
        return f"no known message of torch: {_said(explanation)}"
    first = explanation["candidates"][0]
    return f"{_named(first)}: {safe(explanation.get('numbers') or cause(first), 300)}"


def _hint(explanation: Json) -> str:
    if explanation["recognised"]:
        return f"Which of them it is, and the line: {COMMAND} alone runs the program and finds out."
    return f"No known message of torch. Send the whole traceback, or {COMMAND} alone, which runs the program."


def _said(explanation: Json) -> str:
    return safe(explanation["message"], 300) or "(no text)"


def _named(candidate: Json) -> str:
    return f"{safe(candidate['code'], 10)} {safe(candidate['name'], 40)}"


def _flowing(text: Any) -> str:
    """The paragraphs of a text without the line breaks of where it was written."""
    return safe(" ".join(str(text).split()), 1_000)
