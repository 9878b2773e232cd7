"""What torch loads from an archive, and copies of that, which share nothing with it that a program may change."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import torch
from torch.jit._recursive import wrap_cpp_module


def load(data: bytes, location: str | None) -> tuple[Any, Any]:
    """The module of an archive, and the compilation unit that holds its functions."""
    functions = torch._C.CompilationUnit()
    device = None if location is None else torch.device(location)
    loaded = torch._C.import_ir_module_from_buffer(functions, data, device, {}, False)  # type: ignore[call-arg, arg-type]
    return wrap_cpp_module(loaded), functions  # type: ignore[no-untyped-call]


def copied(module: Any) -> Any:
    """A module of its own with the same numbers: tied weights stay tied, and those that want a gradient do."""
    with torch.no_grad():  # else the copies would have a history
        copy = wrap_cpp_module(deepcopy(module._c))  # type: ignore[no-untyped-call]
    for (_, known), (_, made) in zip(_tensors(module), _tensors(copy), strict=True):
        if known.requires_grad and made.is_leaf:
            made.requires_grad_()
    return copy


def with_own_constants(graph: Any) -> Any:
    """A copy of a graph, once it shares no tensor with it: a program may write into its constants."""
    for node in graph.findAllNodes("prim::Constant"):
        if node.hasAttribute("value") and node.kindOf("value") == "t":
            node.t_("value", node.t("value").clone())
    return graph


def _tensors(module: Any) -> Iterator[tuple[str, torch.Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()
