"""Lets atheris look for a file that is neither answered nor refused: `make fuzz`, or `python -m tests.fuzz -runs=1000`.

What stands behind the module's name goes to libFuzzer: `-max_total_time` in seconds, `-runs`, a folder for its corpus,
or a file that it found.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(
    include=["whygrad.engine.preflight", "whygrad.engine.exported", "whygrad.engine.skeleton"]
):
    from tests.engine.preflight.exporting import exported
    from tests.engine.preflight.forging import CLASS, archive
    from tests.engine.preflight.mutations import hold, mutant


TEXTS = (
    b"<!doctype html>",
    b"<?xml ",
    b"<net ",
    b'{"',
    b"[",
    b'"""',
    b"# ",
    b"import ",
    b"version https://git-lfs.github.com/spec/",
    b'\x40\0\0\0\0\0\0\0{"',
    b"\x1f\x8b",
    b"(lp0\n",
)
"""How files begin that are no archive."""


def one(data: bytes) -> None:
    """Judge what the bytes stand for: a file, the values or the code of a program, or changes to an archive."""
    kind, rest = data[:1], data[1:]
    match kind:
        case b"f":
            hold(rest)
        case b"v":
            hold(archive(b"\x80\x02" + rest))
        case b"l":
            hold(archive(more={"m/code/__torch__.py.debug_pkl": b"\x80\x02" + rest}))
        case b"c":
            hold(archive(code=CLASS + rest.decode("utf-8", "replace")))
        case b"e":
            hold(exported(rest))
        case b"i":
            hold(exported(example=b"\x80\x02" + rest))
        case b"s":
            hold(b"\x80\x04" + rest)
        case b"t":
            hold(TEXTS[(rest[:1] or b"\0")[0] % len(TEXTS)] + rest[1:])
        case _:
            provider = atheris.FuzzedDataProvider(data)
            hold(mutant(lambda most: provider.ConsumeIntInRange(0, most)))


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-max_len=4096", "-timeout=20", "-rss_limit_mb=2048"], one)
    atheris.Fuzz()
