"""The structure pass: floats on the meta device, integers real. It costs milliseconds whatever the size."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from whygrad.engine.observe.metadata import Results
from whygrad.engine.observe.probes import fills_by_itself, seen, tensors_in

_OTHER_DEVICE = re.compile(r"from the '(CUDA|MPS|XPU)' backend")
_NEEDS_NUMBERS = re.compile(r"\bmeta\b|Meta tensor|_local_scalar_dense|data-(in)?dependent", re.IGNORECASE)


def needs_numbers(message: str) -> bool:
    """Whether an error says that an operation needs the numbers of a tensor that has none."""
    return bool(_NEEDS_NUMBERS.search(message)) and not _OTHER_DEVICE.search(message)


class MetaFollows(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Where an operation has any operand on meta, its other tensors and its `device` go there too.

    `refusal` is what the last operation that refused its operands said: on its way through the interpreter the
    words of an error raised in here are lost.
    """

    refusal = ""

    def __init__(self, results: Results) -> None:
        """`results` are those of operations that other passes over the same program have run."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._results = results

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # else torch imports its compiler at the first operation: a second and a half, for nothing
        return False

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return self._run(func, args, dict(kwargs or {}))
        except Exception as error:
            self.refusal = str(error)
            raise

    def _run(self, func: Callable[..., Any], args: Sequence[Any], named: dict[str, Any]) -> Any:
        if func is torch.ops.whygrad.seen.default:
            return seen(*args)  # as it is: what it looks at must not move
        if _makes_floats(func, args, named) and not fills_by_itself():
            return func(*args, **(named | {"device": torch.device("meta")}))
        if any(_on_meta(a) for a in args) or any(_on_meta(a) for a in named.values()):
            args = [_to_meta(a) for a in args]
            named = {name: _to_meta(a) for name, a in named.items()}
            if named.get("device") is not None:
                named["device"] = torch.device("meta")
            return self._results.of(func, args, named, _accepted)
        return func(*args, **named)


def _accepted(func: Any, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What an operation gives on meta. Some refuse there what they take elsewhere: then zeros are asked."""
    try:
        return func(*args, **named)
    except RuntimeError as refused:
        elements = sum(t.numel() for t in tensors_in([*args, *named.values()]))
        if needs_numbers(str(refused)) or elements > _MOST_ZEROS or func._schema.is_mutable or "device" in named:
            raise
        try:
            given = func(*(_zeros(a) for a in args), **{name: _zeros(a) for name, a in named.items()})
        except Exception:  # zeros are refused too: what was said first stands
            raise refused from None
        return _to_meta(given)


_MOST_ZEROS = 1 << 20


_FACTORIES = frozenset({"zeros", "ones", "empty", "rand", "randn", "full"})


def _makes_floats(func: Any, args: Sequence[Any], named: Mapping[str, Any]) -> bool:
    """Whether an operation makes a new floating tensor, which is often filled in place with ones on meta."""
    if func.overloadpacket.__name__ not in _FACTORIES:
        return False
    dtype = named.get("dtype")
    if dtype is not None:
        return bool(dtype.is_floating_point or dtype.is_complex)
    return func.overloadpacket.__name__ != "full" or isinstance(args[1], float)


def _on_meta(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.is_meta
    return isinstance(value, list | tuple) and any(_on_meta(v) for v in value)


def _zeros(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return torch.zeros_like(value, device="cpu")
    return type(value)(_zeros(v) for v in value) if isinstance(value, list | tuple) else value


def _to_meta(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value if value.is_meta else value.to("meta")
    if isinstance(value, list | tuple):
        return type(value)(_to_meta(v) for v in value)
    return value
