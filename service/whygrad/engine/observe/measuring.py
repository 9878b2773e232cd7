"""What numbers a tensor holds, without keeping it."""

from __future__ import annotations

import torch

from whygrad.engine.observation import Numbers


def numbers_of(tensor: torch.Tensor | None) -> Numbers | None:
    """How many of a tensor's numbers are NaN, infinite, zero, and their bounds; None where it has none."""
    if tensor is None or tensor.is_meta or tensor.is_quantized:
        return None
    values = _dense(tensor)
    elements = values.numel()
    if not elements:
        return Numbers(0)
    zero = elements - int(torch.count_nonzero(values))
    low, high = (float(bound) for bound in values.aminmax())
    if _finite(low) and _finite(high):
        return Numbers(elements, zero=zero, low=low, high=high)
    nan, infinite = int(values.isnan().sum()), int(values.isinf().sum())
    usable = values[values.isfinite()]
    low, high = (float(bound) for bound in usable.aminmax()) if usable.numel() else (0.0, 0.0)
    return Numbers(elements, nan, infinite, zero, low, high)


def is_spoiled(tensor: torch.Tensor) -> bool:
    """Whether a tensor holds NaN or infinity."""
    return not tensor.is_meta and not tensor.is_quantized and not bool(torch.isfinite(_dense(tensor)).all())


def _dense(tensor: torch.Tensor) -> torch.Tensor:
    """The numbers of a tensor as a plain real one."""
    plain = tensor.detach()
    if plain.is_sparse:
        plain = plain.coalesce().values()
    return torch.view_as_real(plain.resolve_conj()) if plain.is_complex() else countable(plain)


def countable(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor, in a type that torch computes with: numbers of eight bits it only stores."""
    return tensor.float() if tensor.is_floating_point() and tensor.itemsize == 1 else tensor


def _finite(number: float) -> bool:
    return number - number == 0.0
