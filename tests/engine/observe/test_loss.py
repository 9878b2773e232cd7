"""The loss that backward starts from: what it is made of, and when there is none."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from whygrad.engine.observation import Json
from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.loss import Loss, LossError, compute, operator, plan


def made(outputs: Any, spec: Json) -> tuple[Loss, torch.Tensor]:
    sampler = Sampler(0, meta=False)
    planned = plan(outputs, spec, sampler)
    return planned, compute(planned, spec, sampler)


@pytest.fixture
def alive() -> torch.Tensor:
    return torch.arange(6.0).reshape(2, 3).requires_grad_() * 1.0


def test_scalar_output_is_the_loss(alive: torch.Tensor) -> None:
    scalar = alive.mean()
    planned, value = made((alive, {"loss": scalar}), "auto")
    assert value is scalar
    assert planned.reads == (scalar,)


def test_scalar_with_a_gradient_goes_before_one_without(alive: torch.Tensor) -> None:
    scalar = alive.mean()
    assert made((torch.tensor(1.0), scalar), "auto")[1] is scalar


def test_scalar_without_a_gradient_is_no_loss_beside_what_has_one(alive: torch.Tensor) -> None:
    planned, value = made((torch.tensor(1.0), alive), "auto")
    assert value.requires_grad
    assert len(planned.reads) == 2


def test_dead_scalar_alone_is_the_loss() -> None:
    scalar = torch.tensor(1.0)
    assert made([scalar], "auto")[1] is scalar


def test_otherwise_a_projection_of_every_floating_output(alive: torch.Tensor) -> None:
    other = torch.ones(4, requires_grad=True) * 2
    planned, value = made((alive, torch.arange(3), [other]), "auto")
    assert planned.reads == (alive, other)
    assert value.dim() == 0
    assert torch.equal(value, made((alive, torch.arange(3), [other]), "auto")[1])


def test_projection_makes_no_false_zero() -> None:
    torch.manual_seed(1)  # not the projection's own numbers: a norm of them has no slope along them
    logits = torch.randn(3, 4, requires_grad=True)
    for outputs in (logits.softmax(-1), torch.nn.functional.layer_norm(logits, [4])):
        (gradient,) = torch.autograd.grad(made(outputs, "auto")[1], logits)
        assert gradient.abs().max() > 1e-3


def test_projection_of_complex_and_half(alive: torch.Tensor) -> None:
    _, value = made((torch.fft.fft(alive), alive.half()), "auto")
    value.backward()  # type: ignore[no-untyped-call]
    assert value.dtype.is_floating_point


@pytest.mark.parametrize(("spec", "expected"), [("sum", 15.0), ("mean", 2.5)])
def test_sum_and_mean_of_the_first_floating_output(alive: torch.Tensor, spec: str, expected: float) -> None:
    assert made((torch.arange(2), alive, alive * 9), spec)[1].item() == expected


def test_output_is_taken_as_it_is(alive: torch.Tensor) -> None:
    planned, value = made((torch.arange(2), alive), "output")
    assert value is alive
    assert planned.reads == (alive,)


def test_named_function_with_its_target(alive: torch.Tensor) -> None:
    spec = {"kind": "cross_entropy", "output": 1, "target": {"shape": [2], "dtype": "int64", "low": 0, "high": 3}}
    planned, value = made((torch.arange(2), alive), spec)
    assert planned.op == "aten::cross_entropy_loss"
    assert [role for role, _ in planned.operands] == ["input", "target"]
    assert planned.operands[1][1].dtype == torch.int64
    assert value.requires_grad


def test_target_that_the_function_refuses(alive: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="batch_size"):
        made(alive, {"kind": "cross_entropy", "output": 0, "target": {"shape": [5], "dtype": "int64"}})


@pytest.mark.parametrize(
    ("outputs", "spec", "told"),
    [
        (torch.arange(3), "auto", "no floating-point tensor"),
        ((), "mean", "no floating-point tensor"),
        (3, "output", "no floating-point tensor"),
        (torch.ones(2), {"kind": "mse_loss", "output": 4, "target": {"shape": [2]}}, "output 4"),
        (torch.ones(2), {"kind": "no_such_loss", "output": 0, "target": {"shape": [2]}}, "no_such_loss"),
        (torch.ones(2), {"kind": "mse_loss", "output": 0, "target": 3}, "described by a shape"),
    ],
)
def test_where_there_is_no_loss(outputs: Any, spec: Json, told: str) -> None:
    with pytest.raises(LossError, match=told):
        made(outputs, spec)


def test_operator_as_torchscript_spells_it() -> None:
    assert operator("cross_entropy") == "aten::cross_entropy_loss"
    assert operator("mse_loss") == "aten::mse_loss"
