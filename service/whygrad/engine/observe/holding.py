"""What the modules of a loaded program hold, by name, and the edits of it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import torch

from whygrad.engine.edits import Edit, Freeze, Register, Rescale, Resize, Unfreeze
from whygrad.engine.observe.expressions import EditError

_LISTED = "_flat_weights"


def edit_module(module: Any, edits: Sequence[Edit]) -> tuple[str, ...]:
    """Make the edits of what a module holds; the names that are parameters from then on.

    Raises EditError where there is no tensor of a name.
    """
    registered: list[str] = []
    for edit in edits:
        match edit:
            case Resize(name, shape):
                _put(module, name, _resized(tensor(module, name), shape))
            case Unfreeze(names):
                for name in names:
                    tensor(module, name).requires_grad_()
            case Freeze(names):
                for name in names:
                    tensor(module, name).requires_grad_(False)
            case Rescale(names, gain, orthogonal):
                for name in names:
                    _rescale(tensor(module, name), gain, orthogonal=orthogonal)
            case Register(names):
                for name in names:
                    _register(module, name)
                registered += names
    return tuple(registered)


def _owner(module: Any, name: str) -> tuple[Any, str]:
    path, _, attribute = name.rpartition(".")
    owner = module._c
    for step in path.split(".") if path else ():
        if not owner.hasattr(step):
            raise EditError(f"the program has no {name}")
        owner = owner.getattr(step)
    if not owner.hasattr(attribute):
        raise EditError(f"the program has no {name}")
    return owner, attribute


def held(module: Any, name: str) -> list[tuple[str, torch.Tensor]]:
    """The tensors that a module holds under a dotted name, each with its own: one, or those of a list or a dict."""
    owner, attribute = _owner(module, name)
    found = owner.getattr(attribute)
    if isinstance(found, torch.Tensor):
        return [(name, found)]
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [(f"{name}[{key!r}]", tensor) for key, tensor in items]


def tensor(module: Any, name: str) -> torch.Tensor:
    """The one tensor that a module holds under a dotted name. Raises EditError where there is none."""
    found = held(module, name)
    if [name] != [each for each, _ in found]:
        raise EditError(f"{name} is no tensor")
    return found[0][1]


def _put(module: Any, name: str, tensor: torch.Tensor) -> None:
    """Put a tensor in the place of another, also in the list of them that a recurrent layer holds."""
    owner, attribute = _owner(module, name)
    before = owner.getattr(attribute)
    owner.setattr(attribute, tensor)
    if owner.hasattr(_LISTED):
        owner.setattr(_LISTED, [tensor if item is before else item for item in owner.getattr(_LISTED)])


def _resized(tensor: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
    """A tensor of another shape with numbers of the same kind."""
    made = torch.empty(tuple(shape), dtype=tensor.dtype, device=tensor.device)
    if tensor.is_floating_point() and not tensor.is_meta:
        known = tensor.detach().double()
        spread = float(known.std()) if known.numel() > 1 else 0.0
        made.normal_(float(known.mean()) if known.numel() else 0.0, spread)
        made = made.abs() if known.numel() and bool((known >= 0).all()) else made
    elif not tensor.is_floating_point():
        made.zero_()
    return torch.nn.Parameter(made) if tensor.requires_grad else made


def _register(module: Any, name: str) -> None:
    """Make what a module holds a parameter; `gates[1]` in the list or the dict that holds it."""
    listed, _, place = name.partition("[")
    if not place:
        _put(module, name, torch.nn.Parameter(tensor(module, name).detach().clone()))
        return
    owner, attribute = _owner(module, listed)
    items, key = owner.getattr(attribute), ast.literal_eval(place.removesuffix("]"))
    items[key] = torch.nn.Parameter(items[key].detach().clone())
    owner.setattr(attribute, items)


def _rescale(weight: torch.Tensor, gain: float, *, orthogonal: bool) -> None:
    """Scale a weight to the spread that keeps a signal its size; where there are no numbers, nothing."""
    if weight.is_meta or weight.dim() < 2:
        return
    with torch.no_grad():
        if orthogonal:
            torch.nn.init.orthogonal_(weight, gain)
            return
        weight.mul_(gain / (weight[0].numel() ** 0.5 * weight.double().square().mean().sqrt().clamp_min(1e-30)))
