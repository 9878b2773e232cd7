"""What operations give on the meta device, where shapes decide alone: asked once for the same operands.

torch works much of this out in Python, at a tenth of a millisecond an operation. torch's own fake tensors keep results
in the same way (torch/_subclasses/fake_tensor.py, `_validate_cache_key` says of which operations).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import torch

Run = Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]

_MOST = 20_000
_META = torch.device("meta")
_PLAIN = (bool, int, float, str, torch.dtype, torch.device, torch.layout, torch.memory_format)


class _UnfitError(Exception):
    """A value that is more than its shape, or is not known by it."""


class Results:
    """The results of operations that were run on meta, by their operands."""

    def __init__(self) -> None:
        """None yet."""
        self._known: dict[Any, Any] = {}

    def of(self, func: Any, args: Sequence[Any], named: Mapping[str, Any], run: Run) -> Any:
        """What an operation gives; `run` is asked where that is not known. Raises what it raises."""
        key = _key(func, args, named)
        if key is None:
            return run(func, args, named)
        if key in self._known:
            return _made(self._known[key])
        given = run(func, args, named)
        if len(self._known) < _MOST and not _shares(given, args):
            with suppress(_UnfitError):
                self._known[key] = _described(given)
        return given


def _key(func: Any, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What decides the result of an operation; None where that is more than the shapes of its operands."""
    if not _by_shape(func):
        return None
    try:
        return func, _described(args), *((name, _described(value)) for name, value in named.items())
    except _UnfitError:
        return None


@cache
def _by_shape(func: Any) -> bool:
    """Whether an operation makes new tensors whose shapes depend on those of its operands alone."""
    of_torch = func.namespace in ("aten", "prims") and func is not torch.ops.aten._unsafe_view.default
    numbers = {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape, torch.Tag.inplace_view}
    aliases = any(a.alias_info is not None for a in (*func._schema.arguments, *func._schema.returns))
    return of_torch and not aliases and not numbers & set(func.tags)


def _described(value: Any) -> Any:
    """A value as something to look up and to make it from again. Raises _UnfitError."""
    if isinstance(value, torch.Tensor):
        if not value.is_meta or value.layout != torch.strided or value.is_neg() or value.is_conj():
            raise _UnfitError
        return _META, tuple(value.shape), value.stride(), value.dtype, value.storage_offset()
    if isinstance(value, list | tuple):
        return list if isinstance(value, list) else tuple, *map(_described, value)
    if value is None or isinstance(value, _PLAIN):
        return type(value), value
    raise _UnfitError


def _made(known: Any) -> Any:
    """The value again, its tensors new ones."""
    kind, *content = known
    if kind is _META:
        shape, stride, dtype, _offset = content
        return torch.empty_strided(shape, stride, dtype=dtype, device=_META)
    return kind(map(_made, content)) if kind in (list, tuple) else content[0]


def _shares(given: Any, args: Sequence[Any]) -> bool:
    """Whether a result is one of the operands after all."""
    made = {id(value) for value in (given if isinstance(given, list | tuple) else [given])}
    return any(id(value) in made for value in args)
