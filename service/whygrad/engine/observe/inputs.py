"""Sample inputs: made from their description, and held against what the method takes."""

from __future__ import annotations

import re
import resource
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

import torch

from whygrad.engine.observation import Json
from whygrad.engine.shapes import drawn_bytes
from whygrad.engine.signature import Signature

_INTEGER_LOW, _INTEGER_HIGH = 0, 2


class Sampler:
    """Draws inputs as described. Integers are always real; floats are on meta where no numbers are wanted."""

    def __init__(self, seed: int, *, meta: bool, double: bool = False) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._meta = meta
        self._double = double

    def arguments(self, inputs: Sequence[Json], signature: Signature) -> list[Any]:
        """One value for each input, lists turned into tuples where the method takes a tuple.

        Raises MemoryError, before the first is made, where all of them take more than this process may have.
        """
        if self._bytes(inputs) > _most_bytes():
            raise MemoryError("the inputs take more memory than there is")
        types = [f.type for f in signature.formals]
        return [_as_type(self.value(entry), kind) for entry, kind in zip(inputs, types, strict=False)]

    def value(self, entry: Json) -> Any:
        """A tensor for a description of one; lists, objects and literals as they are."""
        if isinstance(entry, Mapping):
            if "shape" in entry:
                return self._tensor(entry)
            return {key: self.value(inner) for key, inner in entry.items()}
        if isinstance(entry, list):
            return [self.value(inner) for inner in entry]
        return entry

    def _bytes(self, entry: Json) -> int:
        """What the numbers of an input take; those on meta take nothing."""
        if isinstance(entry, Mapping) and "shape" in entry:
            name = entry.get("dtype") or "float32"
            dtype = getattr(torch, name)
            on_meta = self._meta and (dtype.is_floating_point or dtype.is_complex)
            return 0 if on_meta else drawn_bytes(entry["shape"], name)
        inner = entry.values() if isinstance(entry, Mapping) else entry if isinstance(entry, list | tuple) else ()
        return sum(map(self._bytes, inner))

    def _tensor(self, entry: Mapping[str, Json]) -> torch.Tensor:
        dtype = getattr(torch, entry.get("dtype") or "float32")
        floating = dtype.is_floating_point or dtype.is_complex
        if floating and self._meta:
            made = torch.empty(entry["shape"], dtype=dtype, device="meta")
        else:
            made = self._filled(entry, dtype, floating)
            made = made.double() if self._double and dtype.is_floating_point else made
        return made.requires_grad_() if entry.get("requires_grad") and floating else made

    def _filled(self, entry: Mapping[str, Json], dtype: torch.dtype, floating: bool) -> torch.Tensor:
        shape, fill = list(entry["shape"]), entry.get("fill")
        if isinstance(fill, int | float) and not isinstance(fill, bool):
            return torch.full(shape, fill, dtype=dtype)
        if fill == "zeros" or fill == "ones":
            return getattr(torch, fill)(shape, dtype=dtype)  # type: ignore[no-any-return]
        if fill == "arange":
            return torch.arange(torch.Size(shape).numel()).reshape(shape).to(dtype)
        if not floating:
            low, high = entry.get("low"), entry.get("high")
            low = _INTEGER_LOW if low is None else int(low)
            high = max(low + 1, _INTEGER_HIGH) if high is None else int(high)
            made = torch.randint(low, high, shape, generator=self._generator).to(dtype)
            return _mixed(made) if dtype == torch.bool else made
        wide = dtype if dtype.is_complex or dtype in (torch.float32, torch.float64) else torch.float32
        if fill != "uniform":
            return torch.randn(shape, generator=self._generator, dtype=wide).to(dtype)
        low, high = entry.get("low") or 0.0, entry.get("high")
        drawn = torch.rand(shape, generator=self._generator, dtype=wide)
        return (drawn * ((low + 1.0 if high is None else high) - low) + low).to(dtype)


def _mixed(mask: torch.Tensor) -> torch.Tensor:
    """A mask without a row that is all on or all off: that such a row breaks a program is no fault of the program."""
    for axis in range(mask.dim()):
        first = mask.narrow(axis, 0, 1) if mask.size(axis) > 1 else None
        if first is not None:
            first ^= (mask == first).all(axis, keepdim=True)
    return mask


def _most_bytes() -> float:
    """How much memory this process may have in all."""
    bounds = [resource.getrlimit(which)[0] for which in (resource.RLIMIT_DATA, resource.RLIMIT_AS)]
    return min((bound for bound in bounds if bound != resource.RLIM_INFINITY), default=inf)


def fit(signature: Signature, inputs: Sequence[Json] | None) -> Signature:
    """The signature with what was given, and with the misfit if that cannot be passed."""
    if inputs is None:
        return replace(signature, misfit="no input was described") if _required(signature) else signature
    given = tuple(_kind(entry) for entry in inputs)
    return replace(signature, given=given, misfit=_misfit(signature, given))


def _required(signature: Signature) -> int:
    return sum(f.required for f in signature.formals)


def _misfit(signature: Signature, given: Sequence[str]) -> str | None:
    formals = signature.formals
    if len(given) > len(formals):
        return f"{len(given)} inputs were sent, and it takes {len(formals)}"
    missing = [f.name for f in formals[len(given) :] if f.required]
    if missing:
        return f"nothing was sent for {', '.join(missing)}"
    for formal, kind in zip(formals, given, strict=False):
        if not _accepts(formal.type, kind):
            return f"{formal.name} takes {_plain_type(formal.type)}, and {kind} was sent"
    return None


def _kind(entry: Json) -> str:
    """What an input is, in words."""
    if isinstance(entry, Mapping):
        return "a tensor" if "shape" in entry else "a dict"
    words = {list: "a list", bool: "a bool", int: "an int", float: "a float", str: "a string", type(None): "None"}
    return words[type(entry)]


_ACCEPTED = {
    "Tensor": {"a tensor"},
    "int": {"an int"},
    "float": {"a float", "an int"},
    "bool": {"a bool"},
    "str": {"a string"},
    "Device": {"a string"},
    "number": {"an int", "a float", "a bool"},
    "List": {"a list"},
    "Tuple": {"a list"},
    "Dict": {"a dict"},
}

_IN_WORDS = {
    "Tensor": "a tensor",
    "int": "an int",
    "float": "a float",
    "bool": "a bool",
    "str": "a string",
    "Device": "a device",
}


def _accepts(formal: str, kind: str) -> bool:
    optional = re.fullmatch(r"Optional\[(.*)\]", formal)
    if optional:
        return kind == "None" or _accepts(optional[1], kind)
    allowed = _ACCEPTED.get(formal.partition("[")[0])
    return allowed is None or kind in allowed


def _plain_type(formal: str) -> str:
    return _IN_WORDS.get(formal, formal)


def _as_type(value: Any, formal: str) -> Any:
    """Lists as tuples where a tuple is declared, however deep; integers as floats where a float is."""
    if isinstance(value, list) and formal.startswith("Tuple["):
        inner = _split(formal[len("Tuple[") : -1])
        return tuple(_as_type(v, k) for v, k in zip(value, inner, strict=False))
    if isinstance(value, list) and formal.startswith("List["):
        return [_as_type(v, formal[len("List[") : -1]) for v in value]
    if formal == "float" and isinstance(value, int):
        return float(value)
    return value


def _split(types: str) -> list[str]:
    """The types between top-level commas."""
    parts, depth = [""], 0
    for character in types:
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def resized(recorded: Json, sent: Json) -> tuple[tuple[int, int, int], ...]:
    """The axes of inputs that have another size than tracing recorded: (axis, recorded, sent)."""
    pairs = [
        (axis, before, now)
        for one, other in zip(_shapes(recorded), _shapes(sent), strict=False)
        for axis, (before, now) in enumerate(zip(one, other, strict=False))
        if before != now
    ]
    return tuple(dict.fromkeys(pairs))


def _shapes(inputs: Json) -> list[list[int]]:
    """The shapes of the tensors among inputs, however deep, in order."""
    if isinstance(inputs, Mapping):
        shape = inputs.get("shape")
        return [shape] if isinstance(shape, list) else [s for v in inputs.values() for s in _shapes(v)]
    return [s for v in inputs for s in _shapes(v)] if isinstance(inputs, list | tuple) else []
