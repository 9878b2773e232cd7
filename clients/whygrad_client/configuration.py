"""What a project says once for every `whygrad check` in it: whygrad.toml, or [tool.whygrad] in pyproject.toml.

A project may come from a stranger. So it has no say in where programs are sent, with which key, in whether they are
confined, or in which file a report overwrites; and the files that it names lie in its own folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from marshmallow import ValidationError, fields
from marshmallow.validate import OneOf

from whygrad.render import counting, formats
from whygrad.request.faults import faults
from whygrad.request.fields import Boolean, Integer, Number, Strict
from whygrad_client import local
from whygrad_client.errors import WhygradError

FILES = ("whygrad.toml", "pyproject.toml")
PROJECT = "whygrad.project"
"""What the meta of a command's context holds the file under that is in force."""

_YOURS = {
    "server": "could have your programs sent to anybody",
    "key": "could have your key sent to anybody",
    "insecure-no-sandbox": "could have programs run unconfined",
    "output": "could overwrite any file of yours",
}
"""What is whoever types the command's to say, and why."""


class Unconfigured(WhygradError):  # noqa: N818 - named after what happened
    """A project's file says what cannot be taken from it; the text names the file, the key and, if found, the line."""


class Texts(fields.Field[Sequence[str]]):
    """A text, or several."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Sequence[str]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
            raise ValidationError("Not a text or a list of texts.")
        return listed


def _check_seconds(given: float) -> None:
    try:
        local.parse_seconds(given)
    except ValueError as error:
        raise ValidationError(f"It {error}.") from error


_OPTIONS: Mapping[str, fields.Field[Any]] = {
    "input": Texts(),
    "loss": fields.String(),
    "target": fields.String(),
    "eval": Boolean(),
    "method": fields.String(),
    "steps": Integer(),
    "seed": Integer(),
    "passes": Texts(),
    "device": fields.String(),
    "expect-frozen": Texts(),
    "ignore": Texts(),
    "request": fields.String(),
    "baseline": fields.String(),
    "timeout": Number(validate=_check_seconds),
    "format": fields.String(validate=OneOf(formats.FORMATS, error="Not one of {choices}.")),
    "fail-on": fields.String(validate=OneOf([*counting.SEVERITIES, counting.NEVER], error="Not one of {choices}.")),
}
_Schema = Strict.from_dict(dict(_OPTIONS), name="Configuration")


def find(folder: Path) -> Path | None:
    """The file that is in force in a folder: the nearest upwards."""
    for above in (folder.resolve(), *folder.resolve().parents):
        for name in FILES:
            if (above / name).is_file() and _speaks(above / name):
                return above / name
    return None


def read(path: Path) -> dict[str, Any]:
    """What a file says, by the names of the options. Raises Unconfigured."""
    section = _section(path)
    for name, why in _YOURS.items():
        if name in section:
            told = f"is not taken from a project's file, which {why}: say it yourself, as option or in the environment"
            raise Unconfigured(f"{place(path, name)}: {name} {told}")
    try:
        loaded: dict[str, Any] = _Schema().load(section)
    except ValidationError as error:
        raise Unconfigured("\n".join(_faults(path, error))) from error
    return loaded | {name: _within(path, name, loaded[name]) for name in ("request", "baseline") if name in loaded}


def apply(context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Let what the file says stand for what the command line leaves out."""
    used = path or find(Path.cwd())
    if used is not None:
        names = {option: parameter.name for parameter in context.command.params for option in parameter.opts}
        context.meta[PROJECT] = used
        context.default_map = {str(names[f"--{name}"]): value for name, value in read(used).items()}
    return used


def _section(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unconfigured(f"{path} cannot be read: {error}") from error
    section = document.get("tool", {}).get("whygrad", {}) if path.name == "pyproject.toml" else document
    if not isinstance(section, dict):
        raise Unconfigured(f"{path}: tool.whygrad is no table")
    return section


def _speaks(path: Path) -> bool:
    """Whether a file is ours at all: a pyproject.toml that does not name us is not even parsed."""
    if path.name != "pyproject.toml":
        return True
    return "whygrad" in path.read_text(encoding="utf-8", errors="replace") and bool(_section(path))


def _within(path: Path, name: str, given: str) -> Path:
    folder, file = path.parent.resolve(), (path.parent / given).resolve()
    if not file.is_relative_to(folder):
        raise Unconfigured(f"{place(path, name)}: {name} lies outside of {folder}: say --{name} on the command line")
    return file


def _faults(path: Path, error: ValidationError) -> list[str]:
    told = []
    for fault in faults(error):
        name = fault["pointer"].lstrip("/")
        told.append(f"{place(path, name)}: {name}: {fault['message']}")
    return told


def place(path: Path, name: str) -> str:
    """The file of a project and, where the key stands at the start of one, the line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = "[tool.whygrad]" if path.name == "pyproject.toml" else ""
    start = next((n for n, line in enumerate(lines) if line.strip() == header), 0) if header else 0
    key = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*=""")
    found = next((n for n, line in enumerate(lines[start:], start + 1) if key.match(line)), None)
    return f"{path}:{found}" if found else str(path)
