"""Operations that reach beyond the program and its tensors: files, other processes, the network."""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.engine.facts import Node

_OPERATIONS = {
    "aten::from_file": "reads and writes a file",
    "aten::save": "writes a file",
    "debugprims::load_tensor": "reads a file",
    "prim::PythonOp": "calls Python",
    "prim::IgnoredPythonOp": "calls Python",
    "prim::rpc_async": "calls another process",
    "prim::rpc_sync": "calls another process",
    "prim::rpc_remote": "calls another process",
}

_NAMESPACES = {
    "c10d": "talks to other processes",
    "_c10d_functional": "talks to other processes",
    "_c10d_functional_autograd": "talks to other processes",
    "_dtensor": "talks to other processes",
    "symm_mem": "talks to other processes",
}


def reached_by(node: Node) -> str | None:
    """What an operation does beyond the program, `writes a file`; None where it stays inside."""
    return _OPERATIONS.get(node.op) or _NAMESPACES.get(node.op.partition("::")[0])


def reaching(nodes: Sequence[Node]) -> list[Node]:
    """The operations of a program that reach beyond it."""
    return [node for node in nodes if reached_by(node) is not None]
