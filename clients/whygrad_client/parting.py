"""Where a live module and its trace part: what the module's own backward leaves without a gradient, and its trace not.

The service judges the trace, which keeps neither gradient mode nor gradient hooks. So the module is run once as well,
by its owner, in the owner's process.
"""

from __future__ import annotations

import random
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

_SWITCHES = ("_set_grad_enabled", "_enter_inference_mode")
_MOST_PLACES = 4
_RUNNER = "_states"

States = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A line of the user's own in which gradient mode was off when it mattered."""

    file: str
    line: int
    function: str


@dataclass(frozen=True)
class Parting:
    """What becomes of each parameter's gradient in the module and in its trace: `ok`, `none` or `zero`."""

    module: States
    trace: States
    places: Sequence[Place] = field(default=())

    @property
    def lost(self) -> list[str]:
        """The parameters that get a gradient in the trace alone."""
        return [name for name, state in self.module.items() if state != "ok" and self.trace.get(name) == "ok"]

    @property
    def gained(self) -> list[str]:
        """The parameters that get a gradient in the module alone."""
        return [name for name, state in self.module.items() if state == "ok" and self.trace.get(name) == "none"]


def part(module: Module, trace: Module, tensors: Mapping[str, Any]) -> Parting:
    """Run both forward and backward on the same tensors, seeded alike. Raises whatever the module does."""
    with _dimmed() as places:
        own = _states(module, tensors)
    return Parting(own, _states(trace, tensors), places)


def seed() -> None:
    """Let whatever is drawn next be the same: a module that skips layers by chance skips those that its trace did."""
    import torch  # here and below: the caller's own

    torch.manual_seed(0)
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)


def _states(program: Module, tensors: Mapping[str, Any]) -> dict[str, str]:
    import torch

    seed()
    weights = {name: weight for name, weight in program.named_parameters() if weight.requires_grad}
    loss = _loss(program(**tensors))
    if loss is None or not loss.requires_grad or not weights:
        return dict.fromkeys(weights, "none")
    gradients = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
    return dict(zip(weights, map(_state, gradients), strict=True))


def _state(gradient: Tensor | None) -> str:
    return "none" if gradient is None else "ok" if gradient.count_nonzero() else "zero"


def _loss(output: Any) -> Tensor | None:
    """As the service has it where no loss is named: a scalar output, else a random projection of all."""
    import torch

    listed = output if isinstance(output, tuple) else (output,)
    outputs = [tensor for tensor in listed if isinstance(tensor, torch.Tensor) and tensor.is_floating_point()]
    scalar = next((tensor for tensor in outputs if tensor.dim() == 0), None)
    if scalar is not None or not outputs:
        return scalar
    generator = torch.Generator().manual_seed(0)
    projected = [(tensor * torch.randn(tensor.shape, generator=generator)).sum() for tensor in outputs]
    return torch.stack(projected).sum()


@contextmanager
def _dimmed() -> Iterator[list[Place]]:
    """The places where gradient mode was switched off, and something that wants a gradient was computed with."""
    import torch
    from torch.overrides import TorchFunctionMode

    found: dict[Place | None, None] = {}
    switched: list[Place | None] = [None]

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, arguments: Any = (), keywords: Any = None) -> Any:
            given = [*arguments, *(keywords or {}).values()]
            if getattr(function, "__name__", "") in _SWITCHES:
                switched[0] = _own_place() if torch.is_grad_enabled() else switched[0]
            elif not torch.is_grad_enabled() and any(map(_wants_gradient, given)):
                found.setdefault(switched[0] or _own_place())
            return function(*arguments, **(keywords or {}))

    places: list[Place] = []
    with Watch():
        yield places
    places += [place for place in found if place][:_MOST_PLACES]


def _wants_gradient(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_wants_gradient, value))
    return bool(getattr(value, "requires_grad", False))


def _own_place() -> Place | None:
    """The innermost line of the stack that is the user's, within the forward that is run."""
    stack = traceback.extract_stack()
    start = max(number for number, frame in enumerate(stack) if (frame.filename, frame.name) == (__file__, _RUNNER))
    own = [frame for frame in stack[start:] if "/torch/" not in frame.filename and frame.filename != __file__]
    return Place(own[-1].filename, own[-1].lineno or 0, own[-1].name) if own else None
