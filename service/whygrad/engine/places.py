"""Locations of a document: a node or a frame as the user would say where it is."""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from whygrad.engine.observation import Frame, Json, Observation

_TORCH = re.compile(r".*(?:site|dist)-packages/(?=torch/)")
_CELL = re.compile(r".*[/\\]ipykernel_\d+[/\\](\d+)\.py")


class Places:
    """Writes locations of one observation, with files shortened to what tells them apart."""

    def __init__(self, observation: Observation, folder: str | None = None) -> None:
        self._observation = observation
        self._given_folder = folder

    def within(self, observation: Observation) -> Places:
        """The places of another observation of the same program, its files shortened alike."""
        return self if observation is self._observation else Places(observation, self._folder)

    def of(self, number: int, op: str | None = None) -> dict[str, Json]:
        """The location of a node; `op` is the operation to name where that is not the node's own."""
        node = self._observation.nodes[number]
        stack = self._observation.stack(number)
        place = self._observation.place(number)
        return {
            "module": node.module,
            "module_type": self._observation.modules.get(node.module),
            "op": op or node.op,
            **self._line(place),
            "stack": [self._frame(f) for f in stack[-32:]],
        }

    def at(self, place: Frame | None, op: str | None = None) -> dict[str, Json] | None:
        """The location of a line that no node stands for, and of the operation in it; None where there is neither."""
        if place is None and op is None:
            return None
        stack = [] if place is None else [self._frame(place)]
        return {"module": "", "module_type": None, "op": op, **self._line(place), "stack": stack}

    def _line(self, place: Frame | None) -> dict[str, Json]:
        if place is None:
            return dict.fromkeys(("file", "line", "column", "source", "offset")) | {"context": []}
        return {
            "file": self._short(place.file),
            "line": place.line,
            "column": place.column,
            "source": place.source,
            "offset": place.offset,
            "context": [{"line": n, "source": s} for n, s in place.context],
        }

    def _frame(self, frame: Frame) -> dict[str, Json]:
        short = {"file": self._short(frame.file), "line": frame.line, "function": frame.function}
        return {**short, "source": frame.source, "library": frame.library}

    def _short(self, file: str) -> str:
        if _TORCH.match(file):
            return _TORCH.sub("", file)
        if named := cell(file):
            return named
        folder = os.path.join(self._folder, "")
        return file.removeprefix(folder) if folder and file.startswith(folder) else os.path.basename(file)

    @cached_property
    def _folder(self) -> str:
        """The folder that all of the user's files share."""
        if self._given_folder is not None:
            return self._given_folder
        return shared_folder([f.file for n in self._observation.stacks for f in self._observation.stack(n)])


def with_place(finding: Mapping[str, Json]) -> str:
    """The title of a finding and where it is, in one line."""
    return f"{finding['title']}{where(finding['location'])}"


def where(location: Mapping[str, Json] | None) -> str:
    """` in model.py line 18`, or nothing where there is no line."""
    if not location or not location.get("line"):
        return ""
    return f" in {location['file']} line {location['line']}"


def cell(file: str) -> str | None:
    """What a cell of a notebook is called where its number is not known; None for any other file."""
    named = _CELL.fullmatch(file)
    return f"notebook cell {named[1]}" if named else None


def shared_folder(files: Sequence[str]) -> str:
    """The folder that all files but torch's own lie in; empty where they share none."""
    folders = {os.path.dirname(f) for f in files if not _TORCH.match(f) and not cell(f)}
    absolute = {os.path.isabs(f) for f in folders}
    return os.path.commonpath(list(folders)) if folders and len(absolute) == 1 else ""
