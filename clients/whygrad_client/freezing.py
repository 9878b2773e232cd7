"""Globs of parameters that are meant to get no gradient, held against the parameters that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from whygrad.request.fields import nearest

Document = Mapping[str, Any]


def unmatched(globs: Sequence[str], documents: Sequence[Document]) -> Iterator[str]:
    """A remark on each glob that names a parameter of none of the programs; nothing where not all are known."""
    if not documents or not all(map(_listed, documents)):
        return
    names = [parameter["name"] for document in documents for parameter in document["parameters"]]
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            yield f"--expect-frozen {glob}: no parameter is called so; {hint(glob, names)}"


def hint(glob: str, names: Sequence[str]) -> str:
    """Which of the parameters may be meant by a glob that matches none."""
    meant = nearest(glob, [*names, *_modules(names)])
    return f"did you mean {meant}?" if meant else f"there are {', '.join(_shortly(names))}"


def _listed(document: Document) -> bool:
    """Whether all parameters are listed, as they are not in a very long diagnosis."""
    listed = document.get("parameters") or []
    return len(listed) > 0 and len(listed) >= (document.get("parameters_total") or 0)


def _modules(names: Sequence[str]) -> Iterator[str]:
    """The globs of all that lies in a module: `encoder.*`."""
    parts = [name.split(".")[:-1] for name in names]
    yield from dict.fromkeys(".".join(p[:depth]) + ".*" for p in parts for depth in range(1, len(p) + 1))


def _shortly(names: Sequence[str]) -> list[str]:
    tops = list(dict.fromkeys(name.partition(".")[0] for name in names))
    return [*tops[:6], *(["…"] if len(tops) > 6 else [])]
