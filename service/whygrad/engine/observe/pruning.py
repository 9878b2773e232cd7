"""A graph without what nobody reads, as the optimising executor runs it."""

from __future__ import annotations

from typing import Any

import torch


def prune(graph: Any) -> None:
    """Take out every operation whose result reaches neither an output nor the program's state."""
    if _keeps_its_signature(graph):
        torch._C._jit_pass_lower_all_tuples(graph)  # what is put into a tuple that nobody opens counts as read
        graph.makeMultiOutputIntoTuple()
    torch._C._jit_pass_constant_propagation(graph)  # and so does what a branch reads that is never taken
    torch._C._jit_pass_dce(graph)


def _keeps_its_signature(graph: Any) -> bool:
    """Whether inputs and outputs stay as they are without tuples: only an output of several values may be one."""
    given = [value.type() for value in graph.inputs()]
    for made in (value.type() for value in graph.outputs()):
        given += made.elements() if _is_tuple(made) else [made]
    return not any(map(_is_tuple, given))


def _is_tuple(kind: Any) -> bool:
    return bool(kind.kind() == "TupleType")
