"""What a project says once for every `whygrad check` in it: whygrad.toml, or [tool.whygrad] in pyproject.toml.

Its options are those of all programs, and those of a table `[models."PATTERN"]` of the programs that it names.

A project may come from a stranger. So it has no say in where programs are sent, with which key, in whether they are
confined, or in which file a report overwrites; and the files that it names lie in its own folder.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import OneOf

from whygrad.render import counting, formats
from whygrad.request.faults import faults
from whygrad.request.fields import Boolean, Integer, Number, Strict
from whygrad_client import local
from whygrad_client.errors import WhygradError
from whygrad_client.wishes import Said

Options = Mapping[str, Any]

FILES = ("whygrad.toml", "pyproject.toml")
PROJECT = "whygrad.project"
"""What the meta of a command's context holds the file under that is in force."""

_MODELS = "models"
_BARE = re.compile("[A-Za-z0-9_-]+")
"""A key that TOML takes without quotes."""
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


_OF_A_PROGRAM: Mapping[str, fields.Field[Any]] = {
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
}
_OF_A_RUN: Mapping[str, fields.Field[Any]] = {
    "baseline": fields.String(),
    "timeout": Number(validate=_check_seconds),
    "format": fields.String(validate=OneOf(formats.FORMATS, error="Not one of {choices}.")),
    "fail-on": fields.String(validate=OneOf([*counting.SEVERITIES, counting.NEVER], error="Not one of {choices}.")),
}
_Program = Strict.from_dict(dict(_OF_A_PROGRAM), name="Program")
_Configuration = Strict.from_dict({**_OF_A_PROGRAM, **_OF_A_RUN, _MODELS: fields.Raw()}, name="Configuration")


@dataclass(frozen=True)
class Project:
    """What a file says: `options` of every run and program, `models` of the programs that a pattern names."""

    path: Path
    options: Options
    models: Mapping[str, Options]

    def said(self, program: Path) -> tuple[Said, ...]:
        """What it says of a program: in the first of the tables that name it, and then for all."""
        file = program.resolve()
        named = next((pattern for pattern in self.models if file in map(Path.resolve, self._files(pattern))), None)
        of_all = Said(self.options, lambda name: called(self.path, name))
        if named is None:
            return (of_all,)
        return Said(self.models[named], lambda name: called(self.path, _MODELS, named, name)), of_all

    def programs(self) -> list[Path]:
        """The files that its tables name, as they are called from here. Raises Unconfigured where one lies outside."""
        files = dict.fromkeys(file for pattern in self.models for file in self._files(pattern))
        return [Path(os.path.relpath(_within(self.path, file, _MODELS))) for file in files]

    def unmatched(self) -> Iterator[str]:
        """A remark on each table that names no file."""
        for pattern in self.models:
            if not self._files(pattern):
                yield f"{called(self.path, _MODELS, pattern)}: there is no such file"

    def _files(self, pattern: str) -> list[Path]:
        return sorted(path for path in self.path.parent.glob(pattern) if path.is_file())


def find(folder: Path) -> Path | None:
    """The file that is in force in a folder: the nearest upwards."""
    for above in (folder.resolve(), *folder.resolve().parents):
        for name in FILES:
            if (above / name).is_file() and _speaks(above / name):
                return above / name
    return None


def read(path: Path) -> Project:
    """What a file says. Raises Unconfigured."""
    section = _section(path)
    for name, why in _YOURS.items():
        if name in section:
            told = f"is not taken from a project's file, which {why}: say it yourself, as option or in the environment"
            raise Unconfigured(f"{place(path, name)}: {name} {told}")
    options = _loaded(path, _Configuration(), section)
    tables = options.pop(_MODELS, {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise Unconfigured(f'{called(path, _MODELS)}: a table for each path or pattern: [models."nets/*.pt"]')
    return Project(path, options, {pattern: _of_models(path, pattern, table) for pattern, table in tables.items()})


def apply(context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Let what the file says of a run stand for what the command line leaves out."""
    used = path or find(Path.cwd())
    if used is not None:
        names = {option: parameter.name for parameter in context.command.params for option in parameter.opts}
        context.meta[PROJECT] = project = read(used)
        context.default_map = {str(names[f"--{n}"]): value for n, value in project.options.items() if n in _OF_A_RUN}
    return used


def _of_models(path: Path, pattern: str, table: dict[str, Any]) -> Options:
    try:
        next(path.parent.glob(pattern), None)
    except (ValueError, NotImplementedError) as error:
        raise Unconfigured(f"{called(path, _MODELS, pattern)}: no path or pattern: {error}") from error
    if ".." in Path(pattern).parts:
        raise Unconfigured(f"{called(path, _MODELS, pattern)}: names files outside of {path.parent.resolve()}")
    return _loaded(path, _Program(), table, _MODELS, pattern)


def _loaded(path: Path, schema: Schema, said: dict[str, Any], *table: str) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(said)
    except ValidationError as error:
        told = [(fault["pointer"].lstrip("/"), fault["message"]) for fault in faults(error)]
        raise Unconfigured("\n".join(f"{called(path, *table, name)}: {message}" for name, message in told)) from error
    files = {name: path.parent / loaded[name] for name in ("request", "baseline") if name in loaded}
    return loaded | {name: _within(path, file, *table, name) for name, file in files.items()}


def _section(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
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


def _within(path: Path, file: Path, *keys: str) -> Path:
    folder = path.parent.resolve()
    if not file.resolve().is_relative_to(folder):
        raise Unconfigured(f"{called(path, *keys)}: {file} lies outside of {folder}: name it on the command line")
    return file


def called(path: Path, *keys: str) -> str:
    """What a key is called: the file, the line where it is found, and its name."""
    return f"{place(path, *keys)}: {'.'.join(key if _BARE.fullmatch(key) else json.dumps(key) for key in keys)}"


def place(path: Path, *keys: str) -> str:
    """The file of a project and, where the key or the table around it stands at the start of one, the line."""
    lines: dict[tuple[str, ...], int] = {}
    header: tuple[str, ...] = ()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("["):
            header = _keys(line) or header
            lines.setdefault(header, number)
        else:
            lines.setdefault((*header, *_keys(f"{line.partition('=')[0]}=0")), number)
    root = ("tool", "whygrad") if path.name == "pyproject.toml" else ()
    around = ((*root, *keys[:depth]) for depth in range(len(keys), 0, -1))
    found = next((lines[outer] for outer in around if outer in lines), None)
    return f"{path}:{found}" if found else str(path)


def _keys(line: str) -> tuple[str, ...]:
    """The keys of a line that is the header of a table, or sets a number; none of one that is neither."""
    try:
        inner = tomllib.loads(line)
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    keys = []
    while isinstance(inner, dict) and inner:
        key, inner = next(iter(inner.items()))
        keys.append(key)
    return tuple(keys)
