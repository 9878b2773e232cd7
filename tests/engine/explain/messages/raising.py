"""What the programs of the tables may use: how torch is made to raise what a user meets."""

from __future__ import annotations

import copy
import io
import itertools
import pickle
import warnings
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

_library = torch.library.Library("whygrad_messages", "DEF")
_library.define("noautograd(Tensor x) -> Tensor")
_library.impl("noautograd", lambda x: x.detach() * 2, "CPU")
noautograd = torch.ops.whygrad_messages.noautograd


def message_of(statements: str) -> str:
    """What a program raises, as Python prints it."""
    try:
        exec(statements, dict(NAMES))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError(f"nothing is raised by {statements}")


def leaf(*sizes: int) -> torch.Tensor:
    """A tensor that wants a gradient."""
    return torch.randn(*sizes, requires_grad=True)


def warned(program: Callable[[], object], category: type[Warning] = UserWarning) -> None:
    """Raises what a program warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.set_warn_always(True)
        try:
            program()
        finally:
            torch.set_warn_always(False)
    for warning in caught:
        if issubclass(warning.category, category):
            raise warning.category(str(warning.message))


def traced(program: Callable[..., Any], *inputs: torch.Tensor) -> None:
    """Raises what the tracer warns of."""
    warned(lambda: torch.jit.trace(program, inputs, check_trace=False), torch.jit.TracerWarning)


def dynamo(program: Callable[..., Any], *inputs: torch.Tensor) -> None:
    """Runs a program under torch.compile."""
    torch.compile(program, backend="eager", fullgraph=True)(*inputs)


def anomaly(program: Callable[[], object]) -> None:
    """Runs a program in anomaly mode."""
    with torch.autograd.set_detect_anomaly(True):
        program()


def on_meta(program: Callable[[], object]) -> None:
    """Runs a program with its tensors on the meta device."""
    with torch.device("meta"):
        program()


def second_derivative(function: Callable[..., torch.Tensor], *inputs: torch.Tensor) -> None:
    """Derives twice."""
    leaves = [x.detach().requires_grad_() for x in inputs]
    gradients = torch.autograd.grad(function(*leaves).sum(), leaves, create_graph=True)
    torch.stack([(gradient**2).sum() for gradient in gradients]).sum().backward()


def view_without_grad(x: torch.Tensor) -> torch.Tensor:
    """A view made under no_grad."""
    with torch.no_grad():
        return x.view(3)


def changing_when_packed(w: torch.Tensor) -> None:
    """Saved-tensor hooks that write into what they are given."""
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.add_(1), lambda t: t):
        h = w * 2
        h * h


def sigmoid_and_add(x: torch.Tensor) -> torch.Tensor:
    """An in-place write that scripts."""
    y = torch.sigmoid(x)
    y += 1
    return y


def with_grad(value: float) -> torch.Tensor:
    """A leaf that has a gradient."""
    w = leaf(1)
    w.grad = torch.tensor([value])
    return w


def in_turn(*functions: Callable[..., Any]) -> Callable[..., Any]:
    """A function that does another thing each time."""
    turns: Iterator[Callable[..., Any]] = itertools.cycle(functions)
    return lambda x: next(turns)(x)


def hooked(module: nn.Module) -> nn.Module:
    """A module with a hook for backward."""
    module.register_full_backward_hook(lambda *_: None)
    return module


def stored(thing: Any, location: str | None = None) -> io.BytesIO:
    """What torch.save writes, perhaps as if its tensors had been on another device."""
    file = io.BytesIO()
    torch.save(thing, file)
    if location:
        cpu, other = (b"X" + len(name).to_bytes(4, "little") + name.encode() for name in ("cpu", location))
        records = zipfile.ZipFile(file)
        return zipped({name: records.read(name).replace(cpu, other) for name in records.namelist()})
    file.seek(0)
    return file


def scripted(module: nn.Module) -> io.BytesIO:
    """A TorchScript file."""
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(module), file)
    file.seek(0)
    return file


def zipped(records: dict[str, bytes]) -> io.BytesIO:
    """A zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in records.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def of_a_class_that_is_gone() -> io.BytesIO:
    """A pickle of a class that cannot be found any more."""
    records = zipfile.ZipFile(stored(Branches))
    return zipped({name: records.read(name).replace(b"Branches", b"Brunches") for name in records.namelist()})


class Viewed(torch.autograd.Function):
    """Returns a view."""

    @staticmethod
    def forward(_ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(_ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g


class Forward(torch.autograd.Function):
    """Has no backward."""

    @staticmethod
    def forward(_ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x * 2


class OtherShape(Forward):
    """Its gradient has another shape."""

    @staticmethod
    def backward(_ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g[:1].expand(2)


class TooFew(torch.autograd.Function):
    """Gives one gradient for two inputs."""

    @staticmethod
    def forward(_ctx: Any, x: torch.Tensor, n: float) -> torch.Tensor:
        return x * n

    @staticmethod
    def backward(_ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g


class NoTensor(Forward):
    """Its gradient is a list."""

    @staticmethod
    def backward(_ctx: Any, _g: torch.Tensor) -> Any:
        return [1]


class Dirty(torch.autograd.Function):
    """Writes in place, and perhaps forgets to return it."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, returned: bool) -> torch.Tensor:
        ctx.mark_dirty(x)
        return x.add_(1) if returned else x * 2

    @staticmethod
    def backward(_ctx: Any, g: torch.Tensor) -> tuple[torch.Tensor, None]:
        return g, None


class OnceOnly(Forward):
    """Cannot be derived twice."""

    @staticmethod
    @once_differentiable
    def backward(_ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g * 2


class CallsPython(nn.Module):
    """Calls what TorchScript cannot save."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return OnceOnly.apply(x)


class CallsLambda(nn.Module):
    """Calls what TorchScript cannot compile."""

    def __init__(self) -> None:
        super().__init__()
        self.f = lambda x: x

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.f(x)


class TakesKeywords(nn.Module):
    """Takes what TorchScript cannot."""

    def forward(self, x: torch.Tensor, **_options: int) -> torch.Tensor:
        return x


class Branches(nn.Module):
    """Decides by a value."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x if x.sum() > 0 else -x


NAMES = {
    "__name__": "programs",
    **{name: value for name, value in globals().items() if not name.startswith("_")},
    "copy": copy,
    "pickle": pickle,
    "np": np,
    "F": F,
    "checkpoint": checkpoint,
}
