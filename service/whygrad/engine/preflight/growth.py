"""How large a program becomes when torch puts every call in line, and how large the types of its tuples.

A few lines that call each other twice double with each of them. Where it is not plain what is called, the call counts
as one line: this finds what grows without measure, and leaves the rest to the limits of the run.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from whygrad.engine.preflight.refusal import boundless

MOST_LINES = 2_000_000
"""Lines of a method with all that it calls in it. A transformer of 70 billion parameters has about ten thousand."""
MOST_PARTS = 100_000
"""Parts of the type of one value."""

_CLASS = re.compile(r"class (\w+)\(")
_ATTRIBUTE = re.compile(r"  (\w+) : (?:Final\[)?(__torch__[\w.]+)")
_DEFINITION = re.compile(r"(?:  )?def (\w+)\((\w*)")
_READ = re.compile(r" +(\w+) = (?:(\w+)\.(\w+)|getattr\((\w+), \"(\w+)\"\))$")
_ALIAS = re.compile(r" +(_\d+) = (__torch__[\w.]+)$")
_TUPLE = re.compile(r" +(\w+) = \(((?:\w+, )*\w+,? ?)\)$")
_CALL = re.compile(r"\((\w+)\)\.(\w+)\(|(?<![\w.])(__torch__[\w.]+|_\d+)\(")

Path = tuple[str, ...]
"""A class, then the attributes that lead from it to a submodule."""


@dataclass
class Body:
    """A method or function: its lines, what they call, and what its names stand for."""

    lines: int = 1
    methods: list[tuple[Path, str]] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)


class Growth:
    """The methods and functions of an archive, added a record at a time, judged when all are known."""

    def __init__(self) -> None:
        self._bodies: dict[str, Body] = {}
        self._attributes: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, module: str, code: str) -> None:
        """Read the code of a module. Raises RefusedError for a type beyond `MOST_PARTS`."""
        owner, body = module, Body()
        for line in code.splitlines():
            if found := _CLASS.match(line):
                owner, body = f"{module}.{found[1]}", Body()
            elif found := _DEFINITION.match(line):
                owner = owner if line.startswith(" ") else module
                body = self._bodies[f"{owner}.{found[1]}"] = Body(paths={found[2]: (owner,)})
            elif found := _ATTRIBUTE.match(line):
                self._attributes[owner][found[1]] = found[2]
            else:
                _read(body, line)

    def judge(self) -> None:
        """Raise RefusedError for a method that has more than `MOST_LINES` with all its calls in line."""
        calls = {name: [c for c in self._called(body) if c in self._bodies] for name, body in self._bodies.items()}
        lengths: dict[str, int] = {}
        try:
            order = list(TopologicalSorter(calls).static_order())
        except CycleError:  # torch says so itself, and compiles no recursion
            return
        for name in order:
            lengths[name] = self._bodies[name].lines + sum(lengths[callee] for callee in calls[name])
            if lengths[name] > MOST_LINES:
                boundless(f"with all calls in line, {name[-120:]} has more than {MOST_LINES:,} lines")

    def _called(self, body: Body) -> list[str]:
        return [*body.functions, *(f"{self._class(path)}.{method}" for path, method in body.methods)]

    def _class(self, path: Path) -> str:
        """The class of a submodule; empty where nobody knows."""
        owner, *attributes = path
        for attribute in attributes:
            owner = self._attributes[owner].get(attribute, "") if owner in self._attributes else ""
        return owner


def _read(body: Body, line: str) -> None:
    """Note what a line calls, and what the name that it sets stands for."""
    body.lines += 1
    if found := _ALIAS.match(line):
        body.aliases[found[1]] = found[2]
    elif found := _READ.match(line):
        name, owner, attribute = found[1], found[2] or found[4], found[3] or found[5]
        if owner in body.paths:
            body.paths[name] = (*body.paths[owner], attribute)
    elif found := _TUPLE.match(line):
        body.parts[found[1]] = sum(body.parts.get(part.strip(), 1) for part in found[2].split(","))
        if body.parts[found[1]] > MOST_PARTS:
            boundless(f"the type of a tuple in its code has more than {MOST_PARTS:,} parts")
    for owner, method, function in _CALL.findall(line):
        if function:
            body.functions.append(body.aliases.get(function, function))
        elif owner in body.paths:
            body.methods.append((body.paths[owner], method))
