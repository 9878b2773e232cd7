"""The loss that backward starts from, made of what the program returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from whygrad.engine.observation import Json
from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.probes import tensors_in

_NAMES = {"cross_entropy": "aten::cross_entropy_loss"}


class LossError(Exception):
    """The loss could not be made, for the reason in the message."""


@dataclass(frozen=True)
class Loss:
    """A loss, the outputs that it reads, and how it was made.

    `op` and `operands` are those of a loss function that the request named.
    """

    value: torch.Tensor | None
    reads: tuple[torch.Tensor, ...]
    op: str | None = None
    operands: tuple[tuple[str, torch.Tensor], ...] = ()


def operator(kind: str) -> str:
    """A function of torch.nn.functional as TorchScript spells it."""
    return _NAMES.get(kind, f"aten::{kind}")


def plan(outputs: Any, spec: Json, sampler: Sampler) -> Loss:
    """What the loss will be made of, its value still to be computed. Raises LossError where nothing will do."""
    tensors = tensors_in(outputs)
    floating = [t for t in tensors if t.is_floating_point() or t.is_complex()]
    if isinstance(spec, Mapping):
        return _plan_function(spec, tensors, sampler)
    if not floating:
        raise LossError("the program returned no floating-point tensor that a loss could be made of")
    if spec == "auto":
        scalar = _scalar(floating)
        return Loss(None, (scalar,) if scalar is not None else tuple(floating))
    return Loss(None, (floating[0],))


def compute(planned: Loss, spec: Json, sampler: Sampler) -> torch.Tensor:
    """The value of a planned loss. Raises what torch raises, and LossError for a loss that there is not."""
    first = planned.reads[0]
    if isinstance(spec, Mapping):
        function = getattr(functional, spec["kind"], None)
        if function is None:
            raise LossError(f"torch.nn.functional has no {spec['kind']}")
        value: torch.Tensor = function(*(tensor for _, tensor in planned.operands))
        return value
    if spec in ("sum", "mean"):
        real = first.real if first.is_complex() else first
        return real.sum() if spec == "sum" else real.mean()
    if spec == "output" or _scalar(planned.reads) is first:
        return first
    return _projected(planned.reads, sampler)


def _plan_function(spec: Mapping[str, Json], tensors: Sequence[torch.Tensor], sampler: Sampler) -> Loss:
    number = int(spec.get("output") or 0)
    if number >= len(tensors):
        raise LossError(f"the loss is asked of output {number}, and the program returned {len(tensors)} tensors")
    output = tensors[number]
    operands = [("input", output)]
    if spec.get("target") is not None:
        operands.append(("target", _beside(sampler.value(spec["target"]), output)))
    return Loss(None, (output,), operator(spec["kind"]), tuple(operands))


def _beside(target: Any, output: torch.Tensor) -> torch.Tensor:
    if not isinstance(target, torch.Tensor):
        raise LossError('the target of the loss is described by a shape, for example {"shape": [8]}')
    return target.to(output.device)


def _scalar(tensors: Sequence[torch.Tensor]) -> torch.Tensor | None:
    """The output that is the loss itself: a scalar, one with a gradient first, if the others have none either."""
    scalars = [t for t in tensors if t.dim() == 0]
    alive = next((t for t in scalars if t.requires_grad), None)
    if alive is not None or any(t.requires_grad for t in tensors):
        return alive
    return scalars[0] if scalars else None


def _projected(tensors: Sequence[torch.Tensor], sampler: Sampler) -> torch.Tensor:
    """A fixed random projection: unlike a sum or a mean it makes no gradient zero by symmetry."""
    parts = []
    for tensor in tensors:
        real = tensor.real if tensor.is_complex() else tensor
        weights = sampler.value({"shape": list(real.shape), "dtype": str(real.dtype).removeprefix("torch.")})
        parts.append((real * weights.to(real.device)).sum())
    total: torch.Tensor = torch.stack([part.to(parts[0].dtype) for part in parts]).sum()
    return total
