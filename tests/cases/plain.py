"""A program run by torch alone: its inputs, its loss, a few training steps, and what gradient each parameter got."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn import functional

from whygrad.engine.observation import Json

_RATE = 0.01
_NOTHING, _TINY, _HUGE = 1e-8, 1e-6, 1e8


@dataclass
class Step:
    """One step: where it raised, if it did, its loss, and the gradients that it left."""

    stage: str = ""
    error: str = ""
    loss: float = math.nan
    gradients: dict[str, torch.Tensor | None] = field(default_factory=dict)

    def status(self, name: str) -> str:
        """`none`, `zero`, `tiny`, `huge`, `nan` or `ok`: zero and tiny beside the largest gradient of the step."""
        gradient = self.gradients.get(name)
        if gradient is None:
            return "none"
        if not torch.isfinite(gradient).all():
            return "nan"
        largest, scale = float(gradient.abs().max()), self._scale()
        if largest > _HUGE:
            return "huge"
        return "ok" if largest > _TINY * scale else "tiny" if largest > _NOTHING * scale else "zero"

    def _scale(self) -> float:
        finite = [g for g in self.gradients.values() if g is not None and torch.isfinite(g).all()]
        return max((float(g.abs().max()) for g in finite if g.numel()), default=0.0)


def steps(upload: bytes, request: Mapping[str, Json], seed: int, count: int) -> list[Step]:
    """The training steps of a file, as a user would run them: the optimising executor on, SGD between them."""
    try:
        model = torch.jit.load(io.BytesIO(upload))
    except Exception as error:
        return [Step("load", str(error))]
    model.train(request.get("mode", "train") == "train")
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(_steps(model, request, torch.Generator().manual_seed(seed), count))


def trainable(upload: bytes) -> list[str]:
    """The parameters of a file that want a gradient; none where it cannot be loaded."""
    try:
        model = torch.jit.load(io.BytesIO(upload))
    except Exception:
        return []
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]


def _steps(model: Any, request: Mapping[str, Json], draw: torch.Generator, count: int) -> Iterator[Step]:
    state = draw.get_state()
    for _ in range(count):
        draw.set_state(state)
        step = _step(model, request, draw)
        yield step
        if step.error:
            return
        _update(model)


def _step(model: Any, request: Mapping[str, Json], draw: torch.Generator) -> Step:
    step = Step()
    try:
        step.stage = "forward"
        outputs = model(*[value(entry, draw) for entry in request["inputs"]])
        step.stage = "loss"
        loss = loss_of(outputs, request["loss"], draw)
        step.stage = "backward"
        loss.backward()
    except Exception as error:
        step.error = str(error)
        return step
    step.stage, step.loss = "", float(loss.detach())
    step.gradients = {n: None if p.grad is None else p.grad.clone() for n, p in model.named_parameters()}
    return step


def _update(model: Any) -> None:
    """One step of SGD; a gradient that is not finite is not followed, so that it spoils nobody else's."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.grad is not None and torch.isfinite(parameter.grad).all():
                parameter -= _RATE * parameter.grad
            parameter.grad = None


def value(entry: Json, draw: torch.Generator) -> Any:
    """A tensor for a description of one; lists, objects and literals as they are."""
    if isinstance(entry, list):
        return [value(inner, draw) for inner in entry]
    if not isinstance(entry, Mapping):
        return entry
    if "shape" not in entry:
        return {key: value(inner, draw) for key, inner in entry.items()}
    dtype = getattr(torch, entry.get("dtype", "float32"))
    return _filled(entry, dtype, draw)


def _filled(entry: Mapping[str, Json], dtype: torch.dtype, draw: torch.Generator) -> torch.Tensor:
    shape, fill = entry["shape"], entry.get("fill", "normal")
    if fill in ("zeros", "ones"):
        return torch.full(shape, float(fill == "ones")).to(dtype)
    if isinstance(fill, int | float):
        return torch.full(shape, fill, dtype=dtype)
    if fill == "arange":
        return torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    if not (dtype.is_floating_point or dtype.is_complex):
        return torch.randint(entry.get("low", 0), entry.get("high", 2), shape, generator=draw).to(dtype)
    drawn = torch.rand if fill == "uniform" else torch.randn
    return drawn(shape, generator=draw).to(dtype)


def loss_of(outputs: Any, loss: Json, draw: torch.Generator) -> torch.Tensor:
    """The loss that a request names, of what the program returned."""
    floating = [tensor for tensor in _tensors(outputs) if tensor.is_floating_point()]
    if isinstance(loss, Mapping):
        function = getattr(functional, loss["kind"])
        return function(_tensors(outputs)[loss["output"]], value(loss["target"], draw))  # type: ignore[no-any-return]
    if loss in ("sum", "mean"):
        return getattr(floating[0], loss)()  # type: ignore[no-any-return]
    scalar = next((tensor for tensor in floating if tensor.dim() == 0), None)
    if loss == "output" or scalar is not None:
        return floating[0] if loss == "output" or scalar is None else scalar
    return torch.stack([(t * torch.randn(t.shape, generator=draw)).sum() for t in floating]).sum()


def _tensors(outputs: Any) -> list[torch.Tensor]:
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    inner = outputs.values() if isinstance(outputs, dict) else outputs if isinstance(outputs, list | tuple) else ()
    return [tensor for part in inner for tensor in _tensors(part)]
