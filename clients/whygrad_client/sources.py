"""The user's own sources beside a diagnosis: where in the repository the lines stand that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

_MOST_FILES = 50_000
_LARGEST_BYTES = 2_000_000
_FOREIGN = frozenset({"node_modules", "site-packages", "__pycache__", "venv"})

Document = dict[str, Any]


class Sources:
    """The Python files below the root of the repository around a folder, or below the folder where there is none."""

    def __init__(self, folder: Path) -> None:
        around = (folder.resolve(), *folder.resolve().parents)
        self.root = next((above for above in around if (above / ".git").exists()), around[0])

    def located(self, document: Document, model: Path | None = None) -> Document:
        """The diagnosis with a `path` in each location whose line was found, and the line's text where it had none."""
        findings = [self._finding(finding) for finding in document.get("findings") or []]
        return document | {"findings": findings, "model": (document.get("model") or {}) | self._program(model)}

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
        return finding | {"related": related, "location": self._location(location) if location else location}

    def _location(self, location: Document) -> Document:
        file, line, source = location.get("file"), location.get("line"), location.get("source")
        if not isinstance(file, str) or not isinstance(line, int):
            return location
        texts = {path: _line(path, line) for path in self._named(file)}
        fitting = [path for path, text in texts.items() if text and (source is None or text == source)]
        if len(fitting) != 1:
            return location  # nowhere, or in more than one place: which is not for us to guess
        return location | {
            "path": fitting[0].relative_to(self.root).as_posix(),
            "source": texts[fitting[0]],
        }

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
