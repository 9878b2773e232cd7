"""What the user's lines around an operation name: words of one call of a module, the tensor that a function takes."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from whygrad.engine.observation import Frame, Node, Observation
from whygrad.engine.wording.parsing import statement

Calls = tuple[tuple[str, int], ...]
"""The calls of modules around an operation, as `Node.calls` holds them."""


@lru_cache(maxsize=64)
def words(observation: Observation, calls: Calls) -> frozenset[str]:
    """The words of the lines in one call of a module, as far as its operations show them."""
    lines = {line for frame in _frames(observation, calls) for line in _lines(frame).values()}
    return frozenset(word for line in lines for word in re.findall(r"\w+", line))


def tensor_taken(observation: Observation, node: Node) -> str | None:
    """The first tensor that the function around a node's line takes, where its `def` is among the lines in sight."""
    place = observation.place(node.id)
    if place is None:
        return None
    own = [f for f in _frames(observation, node.calls) if (f.file, f.function) == (place.file, place.function)]
    lines = {number: line for frame in own for number, line in _lines(frame).items() if number < place.line}
    start = max((number for number, line in lines.items() if line.lstrip().startswith("def ")), default=place.line)
    header = "\n".join(lines.get(number, "") for number in range(start, place.line))
    head = re.match(r"\s*(def \w+\(.*?\)[^\n]*?:)\s*(?:#.*)?$", header, re.DOTALL | re.MULTILINE)
    made = statement(head[1] if head else None).body
    arguments = made[0].args.args if made and isinstance(made[0], ast.FunctionDef) else []
    return next((a.arg for a in arguments if a.arg != "self" and _is_tensor(a.annotation)), None)


def _is_tensor(annotation: ast.expr | None) -> bool:
    return annotation is None or ast.unparse(annotation).rpartition(".")[2] == "Tensor"


def _lines(frame: Frame) -> dict[int, str]:
    return {frame.line: frame.source or "", **dict(frame.context)}


@lru_cache(maxsize=64)
def _frames(observation: Observation, calls: Calls) -> tuple[Frame, ...]:
    """The user's frames of the operations of one call, and of the last operation of each call in it."""
    return tuple(f for n in _by_call(observation)[calls] for f in observation.stack(n) if not f.library)


@lru_cache(maxsize=8)
def _by_call(observation: Observation) -> Mapping[Calls, tuple[int, ...]]:
    """For each call of a module its own operations, and the last one of each call in it."""
    found: dict[Calls, dict[object, int]] = defaultdict(dict)
    for node in observation.nodes:
        for depth in range(len(node.calls) + 1):
            found[node.calls[:depth]][node.calls[depth : depth + 1] or node.id] = node.id
    return {calls: tuple(nodes.values()) for calls, nodes in found.items()}
