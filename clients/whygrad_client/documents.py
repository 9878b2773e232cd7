"""What `--format json` and `jsonl` wrote, read again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from whygrad.request import strict_json

STDIN = "-"


def read(file: str | Path) -> list[Any]:
    """The values in a file: those of its JSON list, its only one, or one a line; `-` is standard input.

    Raises JsonError, or OSError where the file cannot be read.
    """
    text = sys.stdin.buffer.read() if str(file) == STDIN else Path(file).read_bytes()
    try:
        value = strict_json.parse(text, strict_json.DEPTH_OF_ANSWERS)
    except strict_json.JsonError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].rstrip().endswith(b"}"):
            raise  # no lines of JSON, but one text that is wrong
        return [_line(number, line) for number, line in enumerate(lines, 1)]
    return value if isinstance(value, list) else [value]


def _line(number: int, line: bytes) -> Any:
    try:
        return strict_json.parse(line, strict_json.DEPTH_OF_ANSWERS)
    except strict_json.JsonError as error:
        raise strict_json.JsonError(f"entry {number}: {error}") from error
