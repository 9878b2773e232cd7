"""The original Python behind a node: what torch prints of a place, read back into frames."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from whygrad.engine.observation import Frame

_ORIGINAL = "Traceback of TorchScript, original code (most recent call last):\n"
_ONLY = "Traceback of TorchScript (most recent call last):\n"
_SCRIPTED = re.compile(r'^  File "(?P<file>[^\n]*)", line (?P<line>\d+)(?:, in (?P<function>[^\n]*))?\n', re.MULTILINE)
_TRACED = re.compile(r"^(?P<file>\S[^\n]*)\((?P<line>\d+)\): (?P<function>[^\n]*)$", re.MULTILINE)
_LIBRARY = re.compile(r"(^|/)(site|dist)-packages/torch/|(^|/)torch/(nn|jit|_|autograd|functional|utils|distributions)")
_TRACER = re.compile(r"/torch/jit/_trace\.py$")

BUILTIN = "<string>"
"""Where torch says that its own TorchScript sources are, such as that of `x.shape`."""

Sources = Mapping[str, Mapping[int, str]]


def read_stack(message: str, sources: Sources) -> tuple[Frame, ...]:
    """The frames in an interpreter's error message, outermost first; empty where it holds none."""
    text = message.partition(_ORIGINAL)[2] or message.partition(_ONLY)[2]
    text = re.split(r"^\w[\w.]*(?:Error|Exception): ", text, flags=re.MULTILINE)[0]
    compiled, traced = _scripted(_TRACED.sub("", text), sources), _traced(text)
    return (*traced, *compiled) if _TRACED.match(text) else (*compiled, *traced)


def _scripted(text: str, sources: Sources) -> tuple[Frame, ...]:
    found = [m for m in _SCRIPTED.finditer(text) if m["file"]]
    ends = [*(m.start() for m in found[1:]), len(text)][: len(found)]
    frames = (_frame(m, text[m.end() : end], sources) for m, end in zip(found, ends, strict=True))
    return tuple(frame for frame in frames if frame.file != BUILTIN)


def _frame(match: re.Match[str], shown: str, sources: Sources) -> Frame:
    """A frame from its heading and the few lines below it, of which one is underlined."""
    file, line = match["file"], int(match["line"])
    above, source, column, below = _underlined(shown.splitlines())
    if source is None:
        source = sources.get(file, {}).get(line)
    numbered = [(line - len(above) + i, s) for i, s in enumerate(above)]
    numbered += [(line + 1 + i, s) for i, s in enumerate(below)]
    return Frame(
        file=file,
        line=line,
        function=match["function"] or "",
        source=source.strip() if source is not None else None,
        column=column,
        offset=column - (len(source) - len(source.lstrip())) if source is not None and column is not None else None,
        context=tuple((n, s) for n, s in numbered if s.strip()),
        library=is_library(file),
    )


def _underlined(lines: Sequence[str]) -> tuple[list[str], str | None, int | None, list[str]]:
    """The lines before the first underlined one, that line, where its underline begins, and the lines after."""
    marks = [i for i, line in enumerate(lines) if re.match(r"^\s*~+(\s*<--- HERE)?$", line)]
    if not marks or marks[0] == 0:
        return [], None, None, []
    first = marks[0]
    plain = [line for i, line in enumerate(lines[first + 1 :], first + 1) if i not in marks]
    return list(lines[: first - 1]), lines[first - 1], lines[first].index("~"), plain


def underlined(shown: str) -> str:
    """The source from where torch underlines it to the end of that line."""
    _, source, column, _ = _underlined(shown.splitlines())
    return source[column:] if source is not None and column is not None else ""


def _traced(text: str) -> tuple[Frame, ...]:
    """A trace records `file(line): function`, innermost first, down to the tracer and whoever called that."""
    frames = []
    for match in _TRACED.finditer(text):
        if _TRACER.search(match["file"]):
            break
        frames.append(Frame(match["file"], int(match["line"]), match["function"], library=is_library(match["file"])))
    return tuple(reversed(frames))


def as_exported(frame: Frame) -> Frame:
    """The frame with the name of the function that was called: each further call of a module is a method of its own."""
    return replace(frame, function=re.sub(r"(?<=^forward)_\d+$", "", frame.function))


def is_library(file: str) -> bool:
    """Whether a file is torch's own."""
    return bool(_LIBRARY.search(file))


def line_in_source(sources: Sources, near: Frame, pattern: str, *, backwards: bool = False) -> Frame | None:
    """The line around `near`, in the same function, that matches; nearest first, above it if `backwards`."""
    lines = sources.get(near.file, {})
    order = _upwards(lines, near.line) if backwards else _around(lines, near.line)
    found = next((n for n in order if re.search(pattern, lines[n])), None)
    return at_line(near, lines, found) if found is not None else None


def at_line(near: Frame, lines: Mapping[int, str], number: int) -> Frame:
    """The frame moved to another line of its file."""
    text = lines[number]
    around = tuple((n, lines[n]) for n in range(number - 3, number + 4) if n != number and lines.get(n, "").strip())
    indent = len(text) - len(text.lstrip())
    return replace(near, line=number, source=text.strip(), column=indent, offset=0, context=around)


def _around(lines: Mapping[int, str], number: int) -> Iterator[int]:
    """The known lines of the function around a line, by their numbers: it and those below it, then those above."""
    yield from islice(_upwards(lines, number), 1)
    below = number + 1
    while below in lines and not lines[below].lstrip().startswith("def "):
        yield below
        below += 1
    yield from islice(_upwards(lines, number), 1, None)


def _upwards(lines: Mapping[int, str], number: int) -> Iterator[int]:
    """The known lines from one up to the head of its function, by their numbers."""
    while number in lines:
        yield number
        if lines[number].lstrip().startswith("def "):
            return
        number -= 1
