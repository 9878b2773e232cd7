"""What a person pastes, read: the errors in it, and the code and the frames around them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST_TEXT = 100_000
_LONGEST_LINE = 4_000
_LONGEST_ERROR = 3_000
_MOST_LINES_OF_ERROR = 25
_MOST_ERRORS = 40
_MOST_IN_A_LINE = 4
_WINDOW = 2_000

_ESCAPES = {"n": "\n", "r": "\n", "t": "\t", '"': '"', "/": "/", "u001b": "\x1b"}
_ESCAPED = re.compile(r'\\{1,3}(u001b|[nrt"/])')
_ANSI = re.compile(r"\x1b\[[0-9;:?]{0,20}[A-Za-z]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|`{3}\w{0,20}")
_PLAIN = str.maketrans("‘’“”\xa0", "''\"\" ")
_MARGIN = re.compile(r"[ \t]{1,200}[│┃|][ \t]{0,200}$")
_PREFIX = re.compile(
    r"""[ \t]{0,40}(?:
        [>|│┃❱]{1,8}(?=\s|$|\w)                                              # quoted, in a box, docker
      | [\[(]?\d{4}[-/]\d\d[-/]\d\d[T ,]?(?:\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)?[\])]?
      | [\[(]?\d\d?:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:\s?[AaPp][Mm])?[\])]?(?=\s|:)
      | (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s{1,2}\d\d?\s\d\d:\d\d:\d\d
      | [IWEFC]\d{4}\s\d\d:\d\d:\d\d\.\d{1,9}\s{1,8}\d{1,9}\s[\w./-]{1,120}:\d{1,6}\]
      | \[?(?:rank|default|Rank[ ]|worker[ -]?)\d{1,5}\]?:?
      | \(\w{1,60}[ ]pid=\d{1,9}(?:,[ ]ip=[\d.]{1,20})?\)
      | [\[(]?(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL|stderr|stdout)[\])]?(?:\s{1,4}|:\s?|\s?-\s)
        (?:root:|\[[\w./:-]{1,80}\])?
      | [\w.-]{1,60}[-_]\d{1,4}\s{1,20}(?=\|)
      | -{2,6}>[ ]{0,6}\d{1,6}
      | [-:](?=\s)
    )""",
    re.VERBOSE,
)
_ERROR = re.compile(
    r"\b([A-Za-z_]\w{0,80}(?:Error|Exception|Warning)|Error|Exception|KeyboardInterrupt)\b(?:: ?|\(['\"]|$)"
)
_END = re.compile(
    r"\s*(Traceback \(|File \"|During handling|The above exception|Declaration:|\[ |Set (TORCH|the env)|$)"
)
_FRAME = re.compile(
    r"\s*File \"([^\"]{0,400})\", line \d{1,7}(?:, in ([\w.<>]{1,120}))?|\s*(\S{1,300}\.py):\d{1,7}: in (\w{1,80})"
)
_OWN = re.compile(r"\s*File \"([^\"]{0,400})\", line (\d{1,7})(?:, in ([\w.<>]{1,120}))?")
_INSTALLED = re.compile(r"site-packages|dist-packages|[/\\\\]lib[/\\\\]python\d")
_LIBRARY = re.compile(r"(^|[/\\])(torch|lightning|pytorch_lightning|transformers|accelerate|ignite)[/\\]")
_OPERATIONS = re.compile(r"[/\\]torch[/\\](nn|functional|_tensor|autograd|linalg|_VF|jit)\b")
_CODE = re.compile(
    r"(\d{1,6}\s{1,8})?(with |for |if |return\b|def |class |@|[\w.\[\], *]{1,120}[-+*/@]?= ?\S|[\w.]{1,120}\()"
)


@dataclass(frozen=True)
class Error:
    """An error in a text: its name and message on one line, and how sure it is that it was raised there."""

    text: str
    warning: bool = False
    mentioned: bool = False


@dataclass(frozen=True)
class Pasted:
    """A text as it was read."""

    errors: tuple[Error, ...]
    code: tuple[str, ...]
    frames: tuple[str, ...]
    from_torch: bool
    place: str | None
    windows: tuple[str, ...]


def read(text: str) -> Pasted:
    """The errors of a text in their order, the lines of the user's code, the functions of libraries it passed."""
    lines = _lines(text)
    errors, consumed = _errors(lines)
    others = [line for i, (_, line) in enumerate(lines) if i not in consumed]
    frames = [match for line in others if (match := _FRAME.match(line))]
    return Pasted(
        errors=errors,
        code=tuple(_code(others)),
        frames=tuple(frame[2] or frame[4] or "" for frame in frames if _LIBRARY.search(frame[1] or frame[3])),
        from_torch=bool(errors and frames) and bool(_OPERATIONS.search(frames[-1][1] or frames[-1][3])),
        place=_place(others),
        windows=_windows(lines),
    )


def _place(lines: list[str]) -> str | None:
    """The last frame of the user's own code, as `model.py:12 in forward: return self.fc(x)`."""
    found = None
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        frame = _OWN.match(line)
        if frame and not _LIBRARY.search(frame[1]) and not _INSTALLED.search(frame[1]):
            said = following.strip()
            code = f": {said[:160]}" if said and not _FRAME.match(following) else ""
            name = frame[1].replace("\\", "/").rpartition("/")[2]
            function = f" in {frame[3]}" if frame[3] else ""
            found = f"{name}:{frame[2]}{function}{code}"
    return found


def _lines(text: str) -> list[tuple[str, str]]:
    """The lines, each as its prefix (a timestamp, a quoting mark …) and what was said."""
    text = text[-_LONGEST_TEXT:]
    text = _ESCAPED.sub(lambda escape: _ESCAPES[escape[1]], html.unescape(text))
    text = _ANSI.sub("", text.translate(_PLAIN))
    return [_split(line[:_LONGEST_LINE]) for line in text.splitlines()]


def _split(line: str) -> tuple[str, str]:
    at = 0
    for _ in range(8):
        match = _PREFIX.match(line, at)
        if match is None:
            break
        at = match.end()
    rest = line[at:]
    if at:
        rest = _MARGIN.sub("", rest.removeprefix(" "))
    return re.sub(r"\d", "0", line[:at]), rest


def _errors(lines: list[tuple[str, str]]) -> tuple[tuple[Error, ...], set[int]]:
    """The errors, and the numbers of the lines that they take."""
    found: list[Error] = []
    consumed: set[int] = set()
    for i, (_, line) in enumerate(lines):
        if names := list(_ERROR.finditer(line))[:_MOST_IN_A_LINE]:
            end = _end(lines, i)
            consumed.update(range(i, end))
            rest = [said for _, said in lines[i + 1 : end]]
            for name in reversed(names):
                found += _readings(name, line, rest)
    if len(found) > _MOST_ERRORS:
        found = [*found[: _MOST_ERRORS // 2], *found[-_MOST_ERRORS // 2 :]]
    return tuple(found), consumed


def _readings(name: re.Match[str], line: str, rest: list[str]) -> Iterator[Error]:
    """The error that begins on a line and goes on in the rest, also as if the lines were cut within a word."""
    before = line[: name.start()].strip()
    quoted = name[0][-1] if name[0][-1] in "'\"" else ""
    mentioned = " " in before and before[-1] != ":" and not quoted
    for glue in (" ", "") if rest else (" ",):
        said = _one_line(glue.join([line[name.end() :], *rest]))
        if quoted:
            said = said.partition(f"{quoted})")[0]
        text = f"{name[1]}: {said}"[:_LONGEST_ERROR]
        yield Error(text, name[1].endswith("Warning"), mentioned or not glue)


def _end(lines: list[tuple[str, str]], start: int) -> int:
    """Where the message of the error on a line ends: a new block, a line of another speaker or another error."""
    prefix = lines[start][0]
    for i in range(start + 1, min(len(lines), start + _MOST_LINES_OF_ERROR)):
        before, line = lines[i]
        if _END.match(line) or (before.strip() and before != prefix) or _ERROR.match(line.lstrip()):
            return i
    return min(len(lines), start + _MOST_LINES_OF_ERROR)


def _code(lines: list[str]) -> list[str]:
    return [said for line in lines if not _FRAME.match(line) and _CODE.match(said := line.strip())]


def _windows(lines: list[tuple[str, str]]) -> tuple[str, ...]:
    """The whole text in pieces that overlap, for a message that no error's name stands before."""
    flat = _one_line(" ".join(line for _, line in lines))
    return tuple(flat[at : at + _WINDOW] for at in range(0, max(len(flat), 1), _WINDOW - 400))


def _one_line(text: str) -> str:
    return " ".join(text.split())
