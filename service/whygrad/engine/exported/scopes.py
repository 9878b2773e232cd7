"""Where an operation of an exported program was called: the modules around it, and the line in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_FRAME = re.compile(r'\s*File "(?P<file>.*)", line (?P<line>\d+), in (?P<function>.*)')
_MARK = re.compile(r"\s*[~^]+\s*")
_EXPORTER = re.compile(r"/torch/(_dynamo|fx|_export|export)/")
_CALL = "forward"
DEEPEST = 100
"""Calls of modules within each other that are kept apart."""


@dataclass(frozen=True)
class Place:
    """A line of the original source, with the text of it that is known and the column where the expression begins."""

    file: str
    line: int
    code: str
    column: int = 0


@dataclass(frozen=True)
class Scope:
    """A call of a module, or (without a path) a region; calls are the same where their keys are.

    `place` is the line that called it.
    """

    key: str
    path: str | None
    kind: str = ""
    place: Place | None = field(default=None, compare=False)


def scopes(metadata: Mapping[str, str]) -> tuple[tuple[Scope, ...], Place | None]:
    """The calls around an operation, outermost first and without that of the program, and its own line."""
    modules = _modules(metadata.get("nn_module_stack", ""))
    places = _places(metadata.get("stack_trace", ""), len(modules) + 1)
    calls = (Scope(key, path, kind, place) for (key, path, kind), place in zip(modules, places, strict=False))
    return tuple(calls)[:DEEPEST], places[len(modules)]


def program_kind(stacks: Sequence[str]) -> str:
    """The class of the program itself, as `module.Class`; empty where no operation tells."""
    first = (stack.partition(";")[0].rpartition(",") for stack in stacks)
    return next((kind for before, _, kind in first if before.endswith(",")), "")


def _modules(stack: str) -> list[tuple[str, str, str]]:
    """The key, the path and the class of each module that was being called, without the program itself."""
    entries = [tuple(entry.split(",")) for entry in stack.split(";")]
    return [(entry[0], entry[1], entry[2]) for entry in entries if len(entry) == 3 and entry[1]]


def _places(trace: str, count: int) -> list[Place | None]:
    """For each of `count` calls within each other the last line that is known in it; None where none is.

    A call of a module begins a function `forward`; what other functions that calls belongs to it.
    """
    found: list[Place | None] = []
    for function, place in _frames(trace):
        if not found or function == _CALL:
            found.append(place)
        else:
            found[-1] = place
    beyond = found[count - 1 :]
    return [*found[: count - 1], *beyond[-1:], *[None] * (count - len(found))]


def _frames(trace: str) -> Iterator[tuple[str, Place]]:
    """Each function on the way, outermost first, and where it was; without those of torch's exporter."""
    for frame in re.split(r'^(?=[ \t]*File ")', trace, flags=re.MULTILINE):
        head, *below = frame.splitlines() or [""]
        match = _FRAME.fullmatch(head)
        if match is None or _EXPORTER.search(match["file"]):
            continue
        code, mark = (*below, "", "")[:2]
        indent = len(code) - len(code.lstrip())
        column = len(mark) - len(mark.lstrip()) - indent if _MARK.fullmatch(mark) else 0
        yield match["function"], Place(match["file"], int(match["line"]), code.strip(), max(0, column))
