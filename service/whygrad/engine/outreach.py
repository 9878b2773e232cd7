"""Operations that reach beyond the program and its tensors: files, other processes, the network, who observes it."""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.engine.facts import Node

_OPERATIONS = {
    "aten::from_file": "reads and writes a file",
    "aten::save": "writes a file",
    "mkldnn::data_ptr": "tells an address in memory",
    "prim::PythonOp": "calls Python",
    "prim::IgnoredPythonOp": "calls Python",
    "prim::rpc_async": "calls another process",
    "prim::rpc_sync": "calls another process",
    "prim::rpc_remote": "calls another process",
}

OWN = "whygrad"
"""The namespace of what the observer itself puts into a program; no code of an archive may hold any of it."""
_NAMESPACES = {
    "debugprims": "reads a file",
    "c10d": "talks to other processes",
    "_c10d_functional": "talks to other processes",
    "_c10d_functional_autograd": "talks to other processes",
    "_dtensor": "talks to other processes",
    "symm_mem": "talks to other processes",
    "inductor": "reaches memory beyond its tensors",
    "static_runtime": "reaches memory beyond its tensors",
    OWN: "speaks for those that observe the run",
}

HARMLESS = {
    "_native": "arithmetic",
    "_quantized": "arithmetic",
    "_test": "arithmetic",
    "aten": "arithmetic; what prints or warns writes to an output that nobody reads",
    "debug_mode_ops": "notes what runs, for a mode that is off",
    "export": "reads a part of a tensor subclass, of which no archive holds one",
    "inductor_prims": "random numbers",
    "mkl": "arithmetic on packed weights",
    "mkldnn": "arithmetic on packed weights",
    "mkldnn_prepacked": "arithmetic on packed weights",
    "onednn": "arithmetic on packed weights",
    "onnx": "shapes",
    "prim": "the language itself; what belongs to an executor needs a graph that code cannot give it",
    "prims": "arithmetic",
    "profiler": "notes what runs, for a profiler that is off",
    "quantization": "arithmetic",
    "quantized": "arithmetic on packed weights",
    "rngprims": "random numbers",
    "sparse": "arithmetic on packed weights",
}
"""Every other namespace of torch 2.13, and what its operations do, but for those named above."""


def reach(operation: str) -> str | None:
    """What an operation of that name does beyond the program, `writes a file`; None where it stays inside."""
    return _OPERATIONS.get(operation) or _NAMESPACES.get(operation.partition("::")[0])


def reached_by(node: Node) -> str | None:
    """What an operation does beyond the program; None where it stays inside, or the observer put it there."""
    return None if node.op.startswith(f"{OWN}::") else reach(node.op)


def reaching(nodes: Sequence[Node]) -> list[Node]:
    """The operations of a program that reach beyond it."""
    return [node for node in nodes if reached_by(node) is not None]
