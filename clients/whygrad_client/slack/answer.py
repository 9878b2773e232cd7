"""A diagnosis as a message: the fault first, its line, its shapes, the fix and what proves it; the rest in short."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.engine.shapes import write_shapes
from whygrad.render import operands, parameters, phrases, snippet
from whygrad.render.terminal import plain, safe
from whygrad_client.slack import blocks, forms
from whygrad_client.slack.blocks import Block, Message

OPEN, RERUN, MUTE, UNMUTE = "open", "rerun", "mute", "unmute"
"""What the buttons are called when they are pressed."""

_WIDTH = 76
_OTHERS_SHOWN = 8
_PICTURES = {
    "error": "red_circle",
    "warning": "large_yellow_circle",
    "healthy": "white_check_mark",
    "queued": "hourglass_flowing_sand",
    "running": "hourglass_flowing_sand",
}

Json = Mapping[str, Any]


def answer(document: Json, *, public_url: str = "", asked_by: str | None = None) -> Message:
    """The message for a diagnosis as it stands. `public_url` is where people reach the service, if they do.

    A finding that somebody muted raises no alarm: it is counted below, and is never the headline.
    """
    alarms, muted, notes = _parted(document)
    first = alarms[0] if alarms else None
    label, headline = _opening(document, first, muted)
    name = safe((document.get("model") or {}).get("name") or "the program", 80)
    return Message.of(
        f"{label} in {name}: {headline}",
        blocks.rich(
            blocks.line(_picture(document, first, muted), blocks.word(f" {label} ", "bold"), blocks.word(headline))
        ),
        *(_fault(document, first) if first else ()),
        blocks.rich(*_others([*alarms[1:], *muted, *notes])),
        blocks.rich(blocks.line(*_footer(document, name, asked_by))),
        _buttons(document, first, muted, public_url),
    )


def _parted(document: Json) -> tuple[list[Json], list[Json], list[Json]]:
    """The faults that are news, those that are muted, and the notes."""
    faults, notes = phrases.parted(document)
    muted = [fault for fault in faults if phrases.muted(fault)]
    return [fault for fault in faults if not phrases.muted(fault)], muted, notes


def _opening(document: Json, first: Json | None, muted: Sequence[Json]) -> tuple[str, str]:
    if first is None and muted:
        return "nothing new", f"{len(muted)} muted finding{'s' if len(muted) > 1 else ''}, and no other fault"
    if first is None or first is phrases.parted(document)[0][0]:
        return phrases.opening(document)
    return phrases.label(first), phrases.title(first)


def _picture(document: Json, first: Json | None, muted: Sequence[Json]) -> Block:
    if first is None and muted:
        return blocks.emoji("no_bell")
    shown = str(first.get("severity")) if first else phrases.standing(document)
    return blocks.emoji(_PICTURES.get(shown, "grey_question"))


def _fault(document: Json, finding: Json) -> Iterator[Block | None]:
    location = finding.get("location") or {}
    where = snippet.place(location)
    yield blocks.rich(
        blocks.line(blocks.word(where)) if where else None,
        blocks.code(snippet.snippet(location, plain, _WIDTH, neighbours=1)[1:]),
        blocks.code(operands.table(finding, plain)),
    )
    suffering = parameters.suffering(document, finding)
    yield blocks.rich(blocks.line(blocks.word(suffering))) if suffering else _message(finding)
    yield blocks.rich(*_fix(finding.get("fix") or {}))


def _message(finding: Json) -> Block | None:
    message = safe(finding.get("message") or "", 600)
    return blocks.rich(blocks.line(blocks.word(message))) if message != phrases.title(finding) else None


def _fix(fix: Json) -> Iterator[Block | None]:
    if not fix:
        return
    yield blocks.line(blocks.word("Fix: ", "bold"), blocks.word(safe(fix.get("summary") or "", 600)))
    gone, come, layers = phrases.change(fix)
    yield blocks.code(f"{sign}{safe(row, 120)}" for sign, rows in (("- ", gone), ("+ ", come)) for row in rows)
    yield from (blocks.line(blocks.word(safe(layer, 240))) for layer in layers)
    proof = phrases.proof(fix)
    yield blocks.line(blocks.word(proof)) if proof else None


def _others(findings: Sequence[Json]) -> Iterator[Block | None]:
    shown = [_short(finding) for finding in findings[:_OTHERS_SHOWN]]
    rest = phrases.more(len(findings) - _OTHERS_SHOWN, "more findings")
    yield blocks.bullets([*shown, *rest])


def _short(finding: Json) -> str:
    place = snippet.place(finding.get("location") or {})
    told = f"{phrases.label(finding)}: {phrases.title(finding)}" + (f" ({place})" if place else "")
    return safe(f"{phrases.muted(finding)}: {told}" if phrases.muted(finding) else told, 260)


def _footer(document: Json, name: str, asked_by: str | None) -> Iterator[Block]:
    yield blocks.word(f"{name} · {phrases.verdict(document)}", "italic")
    if asked_by:
        yield from (blocks.word(" · asked by ", "italic"), blocks.user(asked_by))


def _buttons(document: Json, first: Json | None, muted: Sequence[Json], public_url: str) -> Block | None:
    if document.get("status") in ("queued", "running"):
        return None
    id = str(document.get("id"))
    return blocks.actions(
        blocks.button(OPEN, "Open", url=f"{public_url}/diagnoses/{id}") if public_url else None,
        _rerun(document, first, id),
        _mute(MUTE, "Mute this finding", first, id) if first else None,
        _mute(UNMUTE, "Unmute", muted[0], id) if muted and not first else None,
    )


def _rerun(document: Json, first: Json | None, id: str) -> Block:
    request = document.get("request") or {}
    inputs, wanting = request.get("inputs"), bool(first and first.get("code") == "TYP804")
    known = {"id": id, "shapes": write_shapes(inputs) if inputs else None, "mode": request.get("mode")}
    value = json.dumps(known | {"loss": forms.write_loss(request.get("loss"))})
    value = value if len(value) <= blocks.LONGEST_VALUE else json.dumps({"id": id})
    label = "Give the shapes" if wanting and not inputs else "Run with other shapes"
    return blocks.button(RERUN, label, value=value, style="primary" if wanting else "")


def _mute(action: str, label: str, finding: Json, id: str) -> Block | None:
    fingerprint = finding.get("fingerprint")
    if not fingerprint:
        return None
    held = {"id": id, "fingerprint": fingerprint, "title": phrases.title(finding)}
    return blocks.button(action, label, value=json.dumps(held, ensure_ascii=False))
