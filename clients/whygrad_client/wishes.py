"""The request document that options make: of the command line, of a project's file, of what it says of one program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
from marshmallow import ValidationError

from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes
from whygrad.request import strict_json
from whygrad.request.document import DiagnosisRequest
from whygrad.request.faults import faults
from whygrad.request.losses import LOSSES, needs_target
from whygrad.request.sizes import refuse_larger
from whygrad_client.errors import NotARequest
from whygrad_client.options import lossed

Request = dict[str, Any]
Telling = Callable[[str, str, Request], str]

_FIELDS = {
    "input": "inputs",
    "loss": "loss",
    "target": "loss",
    "eval": "mode",
    "method": "method",
    "steps": "steps",
    "seed": "seed",
    "passes": "passes",
    "device": "device",
    "expect-frozen": "expect_frozen",
    "ignore": "ignore",
}
_AS_THEY_ARE = ("method", "steps", "seed", "device")
_LISTS = ("passes", "expect-frozen", "ignore")
NAMES = (*_FIELDS, "request")
"""The options that say how a program is run."""


@dataclass(frozen=True)
class Said:
    """What is said in one place, by the names of the options; `called` tells what an option is called there."""

    values: Mapping[str, Any]
    called: Callable[[str], str] = "--{}".format


class Wishes:
    """What is said of one program, in several places; what the first says is not asked of the others.

    Where one gives a request file, what the next ones say does not count, and where it names a loss, their target.
    """

    def __init__(self, *places: Said) -> None:
        self._values: dict[str, Any] = {}
        self._said: dict[str, Said] = {}
        for said in places:
            hidden = set(NAMES) if "request" in self._values else {"target"} if "loss" in self._values else set()
            fresh = said.values.keys() - hidden - self._values.keys()
            self._values |= {name: value for name, value in said.values.items() if name in fresh}
            self._said |= dict.fromkeys(fresh, said)

    @property
    def request_file(self) -> Path | None:
        """The file that the document stands on."""
        return self._values.get("request")

    def request(self) -> Request:
        """The document, on top of what the request file says. Raises NotARequest, which tells where it is said."""
        said = self._values
        request = self._document(said["request"]) if "request" in said else {}
        request |= {name: said[name] for name in _AS_THEY_ARE if name in said}
        request |= {"inputs": self._shapes("input", said["input"])} if "input" in said else {}
        request |= {"mode": "eval" if said["eval"] else "train"} if "eval" in said else {}
        request |= {"loss": self._loss(said["loss"])} if "loss" in said else {}
        request |= {"loss": self._with_target(request.get("loss", "auto"))} if "target" in said else {}
        for name in _LISTS:
            if name in said:
                request[_FIELDS[name]] = _joined(request.get(_FIELDS[name]), _split(name, said[name]))
        return request

    def told(self, pointer: str, message: str, request: Request) -> str:
        """A fault in the words of whoever said it."""
        if pointer == "/loss" and self._values.get("loss") in LOSSES:
            message = needs_target(self._values["loss"], "--target {}".format)
        if pointer.startswith("/ignore/"):
            message = f"{message} `whygrad rules` lists them."
        return f"{self._spelt(pointer, request)}: {message}"

    def _spelt(self, pointer: str, request: Request) -> str:
        """The place of a fault: the option where there is one, else the pointer."""
        field, *steps = pointer.lstrip("/").split("/")
        names = [name for name, of in _FIELDS.items() if of == field and name in self._said]
        if not names:
            given = self.request_file
            return f"{given}: {pointer}" if given else pointer.lstrip("/") or "the request"
        value = request.get(field)
        entry = value[int(steps[0])] if steps and steps[0].isdecimal() and isinstance(value, list) else value
        called = self._called("target" if steps[:1] == ["target"] and "target" in names else names[0])
        return f"{called} {entry}" if isinstance(entry, str | int) else called

    def _called(self, name: str) -> str:
        return self._said[name].called(name)

    def _document(self, path: Path) -> Request:
        called = self._called("request")
        try:
            document = strict_json.parse(_content(path))
        except OSError as error:
            raise NotARequest(f"{called}: {path} cannot be read: {error.strerror}") from error
        except strict_json.JsonError as error:
            raise NotARequest(f"{called}: {path}: {error}") from error
        if not isinstance(document, dict):
            raise NotARequest(f"{called}: {path} holds no JSON object")
        return document

    def _shapes(self, name: str, texts: Sequence[str]) -> list[Request]:
        try:
            return [entry for text in texts for entry in parse_shapes(text)]
        except ShapeSyntaxError as error:
            raise NotARequest(f"{self._called(name)}: {error.message}") from error

    def _with_target(self, loss: Any) -> Any:
        entries = self._shapes("target", [self._values["target"]])
        if len(entries) != 1:
            raise NotARequest(f"{self._called('target')}: a loss takes one target")
        try:
            return lossed(loss, entries[0], [])
        except NotARequest as error:
            raise NotARequest(f"{self._called('target')}: {error}") from error

    def _loss(self, loss: str) -> Any:
        try:
            return strict_json.parse(loss) if loss.lstrip().startswith("{") else loss
        except strict_json.JsonError as error:
            raise NotARequest(f"{self._called('loss')}: {error}") from error


def complete(request: Request, limit: int | None, told: Telling) -> Request:
    """The request with every default filled in; its tensors take at most `limit` bytes, where it is this side's to say.

    Raises NotARequest, with every fault as it is `told`: from its pointer, its message and the request.
    """
    try:
        loaded = dict(DiagnosisRequest().load(request))
        if limit is not None:
            refuse_larger(loaded, limit)
        return loaded
    except ValidationError as error:
        lines = [told(fault["pointer"], fault["message"], request) for fault in faults(error)]
        raise NotARequest("\n".join(lines)) from error


def _joined(given: Any, more: list[str]) -> Any:
    """What the request file lists and the options add; what is no list is left to be refused."""
    if given is None:
        return more
    return [*given, *more] if isinstance(given, list) else given


def _split(name: str, texts: Sequence[str]) -> list[str]:
    """Names that are said with commas between them; a glob may hold one."""
    return list(texts) if name == "expect-frozen" else [part.strip() for text in texts for part in text.split(",")]


@cache
def _content(path: Path) -> bytes:
    """What a file holds; standard input can be read only once, and may be meant for several programs."""
    with click.open_file(str(path), "rb") as file:
        content: bytes = file.read()
    return content
