"""The forms: what is asked in them, and what is made of what somebody filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes, write_shapes
from whygrad.render.terminal import safe
from whygrad.request import faults
from whygrad.request.document import DiagnosisRequest
from whygrad.request.fields import nearest
from whygrad.request.losses import LOSSES, WAYS, needs_target
from whygrad_client.reading import MisreadError
from whygrad_client.slack import blocks
from whygrad_client.slack.payloads import File, Known, KnownFinding, View, unpacked
from whygrad_client.slack.tasks import Conversation, Source

DIAGNOSE, MUTE = "diagnose", "mute"
"""What the forms are called when they are sent."""
FILE, CHOICE, SHAPES, LOSS, MODE, REASON = "file", "choice", "shapes", "loss", "mode", "reason"
"""The fields of the forms, each a block of its own."""
MOST_CHOICES = 10
LARGEST_FILE = 10_000_000

Json = dict[str, Any]


class FormError(Exception):
    """What somebody filled in cannot be taken: `errors` says what is wrong, by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def diagnose(conversation: Conversation, sources: Sequence[Source] = (), known: Known | None = None) -> Json:
    """The form for a diagnosis: of a file that is to be added, of one of `sources`, with what is `known` filled in."""
    return _modal(
        DIAGNOSE,
        "Diagnose a model",
        "Diagnose",
        {"conversation": _kept(conversation), "sources": [_slim(source) for source in sources[:MOST_CHOICES]]},
        *_program(sources[:MOST_CHOICES]),
        _text(SHAPES, "Shapes of its inputs", known and known.shapes, "1x3x224x224", _about_shapes(sources, known)),
        _text(LOSS, "Loss", known and known.loss, "auto", f"{_ABOUT_LOSS}. {_AS_BEFORE if known else ''}".rstrip()),
        _mode((known and known.mode) or "train"),
    )


def mute(conversation: Conversation, finding: KnownFinding) -> Json:
    """The form that asks why a finding is to be muted."""
    about = {"conversation": _kept(conversation), "id": finding.id, "fingerprint": finding.fingerprint}
    title = safe(finding.title, 300)
    told = "It raises no alarm any more, and fails no check that asks this service. It stays in each diagnosis, marked."
    return _modal(
        MUTE,
        "Mute a finding",
        "Mute",
        about,
        blocks.rich(blocks.line(blocks.word(title, "bold")), blocks.line(blocks.word(told))),
        _text(REASON, "Why?", None, "the teacher is frozen on purpose", "", longest=1_000),
    )


def nothing(problem: str) -> Json:
    """A form that only says why there is none."""
    told = blocks.rich(blocks.line(blocks.word(problem)))
    return {"type": "modal", "title": blocks.plain("whygrad", blocks.LONGEST_TITLE), "blocks": [told]}


def about(view: View) -> Json:
    """What a form was opened with. Raises MisreadError."""
    kept = unpacked(view.private_metadata)
    try:
        sources = [Source(**source) for source in kept.get("sources") or []]
        return kept | {"conversation": Conversation(**kept["conversation"]), "sources": sources}
    except (LookupError, TypeError) as error:
        raise MisreadError("the form was opened by another version of whygrad") from error


def read_request(view: View) -> Json:
    """The request document that somebody filled in. Raises FormError."""
    filled = {name: _value(view, name) for name in (SHAPES, LOSS, MODE)}
    errors: dict[str, str] = {}
    request: Json = {"mode": filled[MODE] or "train"}
    for name, key, read in ((SHAPES, "inputs", parse_shapes), (LOSS, "loss", _loss)):
        try:
            request |= {key: read(str(filled[name]))} if filled[name] else {}
        except (ShapeSyntaxError, ValidationError) as error:
            errors[name] = error.message if isinstance(error, ShapeSyntaxError) else _first(error)
    if not errors:
        errors = _judged(request)
    if errors:
        raise FormError({name: blocks.plain(message, 500)["text"] for name, message in errors.items()})
    return request


def read_source(view: View) -> Source | None:
    """The program that somebody added or chose; None where there is none. Raises FormError where it is too large."""
    added = view.filled(FILE).files
    if added:
        if (added[0].size or 0) > LARGEST_FILE:
            raise FormError({FILE: "Larger than 10 MB. Leave it out, and the answer is a link for it."})
        return source(added[0])
    sources: list[Source] = about(view)["sources"]
    chosen = view.filled(CHOICE).selected_option
    try:
        return sources[int(chosen.value) if chosen else 0] if sources else None
    except (ValueError, IndexError) as error:
        raise MisreadError("the form has no such choice") from error


def write_loss(loss: Any) -> str | None:
    """A loss as it is written in the form; None where there is none, or it cannot be said so."""
    if isinstance(loss, str):
        return loss
    if not isinstance(loss, Mapping) or loss.get("output"):
        return None
    target = write_shapes([loss.get("target")])
    return f"{loss.get('kind')} {target}" if target else None


def read_reason(view: View) -> str:
    """Why a finding is muted."""
    return str(_value(view, REASON) or "")


def source(file: File) -> Source:
    """The program in a file as Slack describes it."""
    url = file.url_private_download or file.url_private
    return Source(name=file.name or "model.pt", file=file.id, url=url, size=file.size)


_ABOUT_LOSS = "auto, output, sum, mean, or one of torch.nn.functional and its target: cross_entropy 8:int64[0,10)"
_AS_BEFORE = "Left empty: as in the run before."


def _about_shapes(sources: Sequence[Source], known: Known | None) -> str:
    recorded = _AS_BEFORE if known else "Left empty: as they were recorded when it was traced."
    larger = "" if sources else " For a file of more than 10 MB leave it out: the answer is a one-time link for it."
    return f"{recorded} Several are separated by a semicolon.{larger}"


def _loss(text: str) -> Any:
    name, _, target = text.partition(" ")
    if text in WAYS:
        return text
    if name not in LOSSES:
        near = nearest(name, (*WAYS, *LOSSES))
        raise ValidationError(f"No such loss{f', did you mean {near}?' if near else '.'} There are {_ABOUT_LOSS}.")
    entries = parse_shapes(target) if target.strip() else []
    if len(entries) != 1:
        raise ValidationError(needs_target(name, f"{name} {{}}".format))
    return {"kind": name, "target": entries[0]}


def _judged(request: Json) -> dict[str, str]:
    """What the service would say of it, by field."""
    try:
        DiagnosisRequest().load(request)
    except ValidationError as error:
        places = {"inputs": SHAPES, "loss": LOSS, "mode": MODE}
        found = reversed(faults.faults(error))
        return {places.get(fault["pointer"].split("/")[1], SHAPES): fault["message"] for fault in found}
    return {}


def _first(error: ValidationError) -> str:
    return faults.faults(error)[0]["message"]


def _program(sources: Sequence[Source]) -> list[Json]:
    if not sources:
        told = "A TorchScript file, or a torch.export .pt2, of 10 MB at most."
        element = {"type": "file_input", "action_id": FILE, "max_files": 1}
        return [_input(FILE, "Model", element, told)]
    if len(sources) == 1:
        shown = blocks.rich(blocks.line(blocks.word(safe(sources[0].name, 200), "bold")))
        return [shown] if shown else []
    names = [blocks.plain(safe(source.name, 200), blocks.LONGEST_LABEL) for source in sources]
    options = [{"text": name, "value": str(number)} for number, name in enumerate(names)]
    element = {"type": "static_select", "action_id": CHOICE, "options": options, "initial_option": options[0]}
    return [_input(CHOICE, "Model", element, "", optional=False)]


def _mode(mode: str) -> Json:
    names = {"train": "train, as a training step runs it", "eval": "eval: dropout off, statistics fixed"}
    options = {value: {"text": blocks.plain(label, 75), "value": value} for value, label in names.items()}
    element = {"type": "radio_buttons", "action_id": MODE, "options": list(options.values())}
    return _input(MODE, "Mode", element | {"initial_option": options.get(mode, options["train"])}, "", optional=False)


def _text(field: str, label: str, known: Any, example: str, hint: str, *, longest: int = 3_000) -> Json:
    filled = {"initial_value": known[:longest]} if isinstance(known, str) and known else {}
    element = {"type": "plain_text_input", "action_id": field, "max_length": longest}
    return _input(field, label, element | {"placeholder": blocks.plain(example, 150)} | filled, hint)


def _input(field: str, label: str, element: Json, hint: str, *, optional: bool = True) -> Json:
    told = {"hint": blocks.plain(hint, 2_000)} if hint else {}
    labelled = {"type": "input", "block_id": field, "label": blocks.plain(label, 2_000), "element": element}
    return labelled | {"optional": optional} | told


def _modal(name: str, title: str, submit: str, kept: Json, *parts: Json | None) -> Json:
    return {
        "type": "modal",
        "callback_id": name,
        "title": blocks.plain(title, blocks.LONGEST_TITLE),
        "submit": blocks.plain(submit, blocks.LONGEST_TITLE),
        "close": blocks.plain("Cancel", blocks.LONGEST_TITLE),
        "private_metadata": _metadata(kept),
        "blocks": [part for part in parts if part is not None],
    }


def _metadata(kept: Json) -> str:
    """What a form is to remember; addresses of files are left out where there is no room, and are asked for later.

    Where that is still too much, names are cut.
    """
    written = json.dumps(kept, ensure_ascii=False)
    for longest in (60, 20, 5):
        if len(written) > blocks.LONGEST_METADATA:
            sources = [{**one, "name": one["name"][:longest], "url": None} for one in kept.get("sources", [])]
            written = json.dumps(kept | {"sources": sources}, ensure_ascii=False)
    return written


def _kept(conversation: Conversation) -> Json:
    return vars(conversation)


def _slim(source: Source) -> Json:
    said = {name: value for name, value in vars(source).items() if value is not None}
    return said | {"name": source.name[:60]}


def _value(view: View, name: str) -> str | None:
    filled = view.filled(name)
    text = filled.selected_option.value if filled.selected_option else filled.value
    return None if text is None else text.strip()
