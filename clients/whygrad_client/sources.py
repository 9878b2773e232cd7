"""The user's own sources beside a diagnosis: where in the repository the lines stand that it names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from whygrad.render import snippet

_MOST_FILES = 50_000
_LARGEST_BYTES = 2_000_000
_FOREIGN = frozenset({"node_modules", "site-packages", "__pycache__", "venv"})

_EXAMPLE = re.compile(r"(?<=[ \"])model\.(pt2?|ckpt)\b(?=[ \"]|$)", re.MULTILINE)
"""The file of a program in what is to be typed."""
_PLAIN = re.compile(r"[\w./+-]+")
_NAMES = ("file", "path", "shown", "source")
_MENTIONED = r"[\w./+-]+\.py"

Document = dict[str, Any]
Calling = Callable[[str, int], str]
"""What a file, told with a line, is to be called."""


class Sources:
    """The Python files below the root of the repository around a folder, or below the folder where there is none.

    A file is called by its path from the root, as every tool takes it; who reads it `here`, in a terminal, is shown its
    path from there.
    """

    def __init__(self, folder: Path, here: Path | None = None) -> None:
        around = (folder.resolve(), *folder.resolve().parents)
        self.root = next((above for above in around if (above / ".git").exists()), around[0])
        self._here = self.root if here is None else here.resolve()

    def located(self, document: Document, model: Path | None = None) -> Document:
        """The diagnosis with a `path` in each location whose line was found, and the line's text where it had none.

        A `shown` is that path from `here`, where it is another. The sentences call these files, and the `model`, as
        they are called here.
        """
        findings = [self._finding(finding) for finding in document.get("findings") or []]
        sentences = {name: document[name] for name in ("headline", "passes") if name in document} | {
            "findings": findings
        }
        told: Document = self._respelt(sentences)
        findings = told["findings"] if model is None else _called(told["findings"], model)
        program = (document.get("model") or {}) | self._program(model)
        return document | told | {"findings": findings, "model": program}

    def _program(self, model: Path | None) -> Document:
        if model is None or not model.resolve().is_relative_to(self.root):
            return {}
        return {"path": model.resolve().relative_to(self.root).as_posix()}

    def _finding(self, finding: Document) -> Document:
        related = [
            r | {"location": self._location(r["location"])} if r.get("location") else r
            for r in finding.get("related") or []
        ]
        location = finding.get("location")
        return finding | {"related": related, "location": self._with_callers(location) if location else location}

    def _with_callers(self, location: Document) -> Document:
        """The location, and each call that leads to it."""
        frames = location.get("stack")
        return self._location(location) | ({"stack": [self._location(frame) for frame in frames]} if frames else {})

    def _location(self, location: Document) -> Document:
        file, line, source = location.get("file"), location.get("line"), location.get("source")
        if not isinstance(file, str) or not isinstance(line, int):
            return location
        found = self._found(file, line, source)
        if found is None:
            return location
        path, shown = found.relative_to(self.root).as_posix(), self._shown(found)
        elsewhere = {"shown": shown} if shown != path else {}
        return location | {"path": path, "source": _line(found, line)} | elsewhere

    def _found(self, file: str, line: int, source: str | None = None) -> Path | None:
        """The file with this line; nowhere, or in more than one place: which is not for us to guess."""
        texts = {path: _line(path, line) for path in self._named(file)}
        fitting = [path for path, text in texts.items() if text and (source is None or text == source)]
        return fitting[0] if len(fitting) == 1 else None

    def _shown(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._here)).as_posix()

    def _respelt(self, told: Document) -> Document:
        """All sentences, where a file that is told with its line is called as it is called here."""
        located = list(_locations(told["findings"]))
        known = {(location["file"], snippet.file(location)) for location in located if "path" in location}
        files = [file for file, _ in known]
        names = {file: name for file, name in known if files.count(file) == 1}

        def calling(file: str, line: int) -> str:
            if file in names or any(location.get("file") == file for location in located):
                return names.get(file, file)
            found = self._found(file, line)
            return file if found is None else self._shown(found)

        respelt: Document = _respelt(told, calling, names)
        return respelt

    def _named(self, file: str) -> list[Path]:
        """Files whose path ends as `file` does."""
        wanted = Path(file).parts
        return [
            path for path in self._files.get(wanted[-1] if wanted else "", []) if path.parts[-len(wanted) :] == wanted
        ]

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        by_name: dict[str, list[Path]] = {}
        for count, path in enumerate(_python_files(self.root)):
            if count == _MOST_FILES:
                break
            by_name.setdefault(path.name, []).append(path)
        return by_name


def _locations(findings: Sequence[Document]) -> Iterator[Document]:
    """All places of findings, with the calls that lead to them."""
    for finding in findings:
        for holder in (finding, *finding["related"]):
            if location := holder.get("location"):
                yield from (location, *(location.get("stack") or ()))


def _respelt(value: Any, calling: Calling, files: Iterable[str]) -> Any:
    """A text, or all texts in a value; `files` are names that are known, whatever letters they are of."""
    if isinstance(value, dict):
        return {key: inner if key in _NAMES else _respelt(inner, calling, files) for key, inner in value.items()}
    if isinstance(value, list):
        return [_respelt(inner, calling, files) for inner in value]
    if not isinstance(value, str):
        return value
    either = "|".join([*map(re.escape, sorted(files, key=len, reverse=True)), _MENTIONED])
    return re.sub(rf"(?<![\w./+-])({either})(?= line (\d+))", lambda told: calling(told[1], int(told[2])), value)


def _called(findings: Sequence[Document], model: Path) -> list[Document]:
    """The findings, whose examples of what to type name the program's file as it was typed."""
    if not _PLAIN.fullmatch(str(model)):
        return list(findings)
    return [f | {"fix": _with_name(f["fix"], str(model))} if f.get("fix") else f for f in findings]


def _with_name(fix: Document, model: str) -> Document:
    """An example names no line of the user's that it would replace."""
    if fix.get("before") or not fix.get("after"):
        return fix
    return fix | {"after": _EXAMPLE.sub(lambda _: model, fix["after"])}


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _FOREIGN)
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def _line(path: Path, number: int) -> str:
    """A line of a file, stripped; "" where it has none."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return ""
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
