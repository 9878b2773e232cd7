"""What an edit says in the Python of TorchScript, compiled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch

from whygrad.engine.edits import Wrap
from whygrad.engine.facts import Json


class EditError(Exception):
    """The program has no place where the edit could be made."""


def compiled(expression: str, arguments: Sequence[tuple[str, str]]) -> Any:
    """An expression over typed names as a function of TorchScript. Raises EditError where it does not compile.

    What torch itself writes in Python (`torch.einsum`) is refused: where a program is run, no source can be read.
    """
    declared = ", ".join(f"{name}: {kind}" for name, kind in arguments)
    unit = torch.jit.CompilationUnit()
    try:
        unit.define(f"def edit({declared}):\n    return {expression}\n")
    except RuntimeError as error:
        raise EditError(f"{expression} is no expression over {declared}") from error
    if any(node.kind() == "prim::CallFunction" for node in unit.edit.graph.nodes()):
        raise EditError(f"{expression} calls what is no operation of torch")
    return unit.edit


def over_its_list(edit: Wrap) -> Wrap | None:
    """The same edit of one in a list as an edit of the whole list; None where it is not of one in a list."""
    name, _, place = edit.argument.partition("[")
    if not place[:-1].isdigit():
        return None
    index = int(place[:-1])
    one = re.sub(rf"\b{name}_(\d+)\b", r"x[\1]", re.sub(r"\bx\b", f"x[{index}]", edit.expression))
    return Wrap(edit.node, name, f"x[:{index}] + [{one}] + x[{index + 1}:]")


def as_typed(value: Json, kind: str) -> Any:
    """A value as the argument takes it: an integer is a float where one is declared."""
    return float(value) if kind == "float" and isinstance(value, int) and not isinstance(value, bool) else value
