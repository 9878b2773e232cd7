"""Globs of parameters that are meant to get no gradient, held against the parameters that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from whygrad.render.terminal import safe
from whygrad.request.fields import nearest

Document = Mapping[str, Any]


def unmatched(documents: Sequence[Document]) -> Iterator[str]:
    """A remark on each glob that was asked for and names a parameter of none of the programs.

    Nothing where not all parameters are known.
    """
    if not all(map(_listed, documents)):
        return
    names = [parameter["name"] for document in documents for parameter in document["parameters"]]
    asked = [glob for document in documents for glob in (document.get("request") or {}).get("expect_frozen") or []]
    for glob in dict.fromkeys(asked):
        if not any(fnmatchcase(name, glob) for name in names):
            yield f"no parameter is called {safe(glob, 120)}, which is to be frozen; {_hint(glob, names)}"


def _hint(glob: str, names: Sequence[str]) -> str:
    """Which of the parameters may be meant by a glob that matches none."""
    meant = nearest(glob, [*names, *_modules(names)])
    return f"did you mean {safe(meant, 120)}?" if meant else f"there are {', '.join(_shortly(names))}"


def _listed(document: Document) -> bool:
    """Whether all parameters are listed, as they are not in a very long diagnosis."""
    listed = document.get("parameters") or []
    return len(listed) > 0 and len(listed) >= (document.get("parameters_total") or 0)


def _modules(names: Sequence[str]) -> Iterator[str]:
    """The globs of all that lies in a module: `encoder.*`."""
    parts = [name.split(".")[:-1] for name in names]
    yield from dict.fromkeys(".".join(p[:depth]) + ".*" for p in parts for depth in range(1, len(p) + 1))


def _shortly(names: Sequence[str]) -> list[str]:
    tops = [safe(top, 120) for top in dict.fromkeys(name.partition(".")[0] for name in names)]
    return [*tops[:6], *(["…"] if len(tops) > 6 else [])]
