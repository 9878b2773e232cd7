"""What an edit says in the Python of TorchScript, compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


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
