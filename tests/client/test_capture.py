"""A live module becomes a program, and stays as it was."""

from __future__ import annotations

import io
import random
import sys
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from whygrad_client.capture import CannotCapture, Captured, capture
from whygrad_client.examples import NotAnInput


class Net(nn.Module):
    """Scripts, and draws random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3)
        self.norm = nn.BatchNorm1d(3)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        out: Tensor = self.drop(self.norm(self.linear(x))) * scale
        return out


class Lambda(Net):
    """Does not script."""

    def __init__(self) -> None:
        super().__init__()
        self.function = lambda x: x.relu()

    def forward(self, x: Tensor, scale: float = 1.0) -> Tensor:
        out: Tensor = self.function(self.drop(self.norm(self.linear(x)))) * scale
        return out


class Batch(nn.Module):
    """Takes a batch by name, gives a dict with more in it than tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, **batch: Tensor) -> dict[str, Any]:
        return {"loss": self.linear(batch["x"]).sum(), "name": "batch", "parts": [batch["x"], None]}


class Raising(nn.Module):
    """Its forward raises."""

    def forward(self, *xs: Tensor) -> Tensor:
        return xs[0] @ xs[0]


def loaded(captured: Captured) -> Any:
    return torch.jit.load(io.BytesIO(captured.archive))  # type: ignore[no-untyped-call]


def captured(model: nn.Module, *arguments: Any, training: bool = True, **keywords: Any) -> Captured:
    return capture(model, arguments, keywords, training=training)


@pytest.mark.parametrize("kind", [Net, Lambda])
def test_the_module_is_left_as_it_was(kind: type[Net]) -> None:
    model, calls = kind().eval(), []
    model.linear.weight.grad = torch.ones(3, 4)
    model.norm.register_buffer("kept", torch.zeros(1))
    hook = model.linear.weight.register_hook(calls.append)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    attributes = [set(vars(inner)) for inner in model.modules()]
    drawn = torch.random.get_rng_state(), random.getstate()
    captured(model, torch.ones(2, 4))
    captured(model, "2x4")
    assert torch.random.get_rng_state().equal(drawn[0])
    assert random.getstate() == drawn[1]
    assert not any(inner.training for inner in model.modules())
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())
    assert model.linear.weight.grad.equal(torch.ones(3, 4))
    assert [set(vars(inner)) for inner in model.modules()] == attributes
    assert calls == []
    hook.remove()


def test_what_scripts_is_scripted() -> None:
    program = captured(Net(), "2x4")
    assert list(program.values) == ["x"]
    assert program.lost == []
    assert loaded(program).linear.weight.shape == (3, 4)


def test_arguments_between_get_their_defaults() -> None:
    class Three(Net):
        def forward(self, x: Tensor, scale: float = 2.0, shift: float = 0.0) -> Tensor:
            out: Tensor = self.linear(x) * scale + shift
            return out

    assert captured(Three(), "2x4", shift=1.0).values == {"x": "2x4", "scale": 2.0, "shift": 1.0}


def test_what_does_not_is_traced_with_its_plain_values_inside() -> None:
    program = captured(Lambda().eval(), "2x4", 0.0, training=False)
    assert list(program.values) == ["x"]
    assert "captured by tracing" in program.lost[0]
    assert "torch.jit.script refuses this module: Module 'Lambda' has no attribute 'function'" in program.lost[0]
    assert loaded(program)(torch.randn(2, 4)).eq(0).all()


def test_a_plain_value_where_script_takes_a_tensor_is_traced() -> None:
    class Scaled(Net):
        def forward(self, x, scale):  # type: ignore[no-untyped-def]
            return self.linear(x) * scale

    taken = captured(Scaled(), "2x4", 0.5)
    assert list(taken.values) == ["x"]
    assert "it takes scale for a Tensor, and a float is given: write scale: float" in taken.lost[0]


def test_a_trace_is_made_in_the_mode_that_is_asked_for() -> None:
    model, ones = Lambda().eval(), torch.ones(64, 4)
    assert (loaded(captured(model, ones))(ones) == 0).any(), "dropout"


def test_a_batch_by_name_and_a_dict_as_output() -> None:
    program = captured(Batch(), x=torch.ones(2, 4), y=torch.ones(1))
    assert list(program.values) == ["x", "y"]
    loss, part = loaded(program)(x=torch.ones(2, 4), y=torch.ones(1))
    assert loss.shape == ()
    assert part.equal(torch.ones(2, 4))


def test_what_a_hook_computed_can_be_copied() -> None:
    with pytest.warns(FutureWarning):
        model = nn.utils.weight_norm(Lambda().linear)  # a weight that is no leaf
    model.function = lambda x: x
    assert captured(model, torch.ones(2, 4)).archive


def test_a_program_is_taken_as_it_is() -> None:
    program = captured(torch.jit.script(Net()), "2x4", 2.0)
    assert program.values == {"1": "2x4", "2": 2.0}


def test_modules_set_apart_are_named() -> None:
    model = Net()
    model.norm.eval()
    assert captured(model, "2x4").lost == ["all modules ran in one mode, also norm, which you set to another"]


def test_a_forward_that_raises_is_named_with_its_line() -> None:
    with pytest.raises(CannotCapture) as raised:
        captured(Raising(), "2x4")
    told = str(raised.value)
    assert told.startswith("Raising cannot be captured.\n  torch.jit.script refuses it: ")
    assert "torch.jit.trace stops as well: mat1 and mat2 shapes cannot be multiplied (2x4 and 2x4)" in told
    assert f"(test_capture.py line {Raising.forward.__code__.co_firstlineno + 1})" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [((), "missing a required argument: 'x'"), (("2x4", 1.0, 2), "too many positional arguments")],
)
def test_inputs_that_do_not_fit_the_forward(arguments: tuple[Any, ...], says: str) -> None:
    with pytest.raises(NotAnInput, match=says):
        captured(Net(), *arguments)


def test_what_is_no_module() -> None:
    with pytest.raises(TypeError, match=r"a model is a torch.nn.Module or the path of a TorchScript file, not int"):
        capture(3, [], {}, training=True)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not the class Net"):
        capture(Net, [], {}, training=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Net, Lambda])
def test_a_property_that_cannot_be_read_now_is_no_part_of_the_program(kind: type[Net]) -> None:
    class Attached(kind):  # type: ignore[valid-type,misc]
        @property
        def trainer(self) -> object:
            raise RuntimeError("not attached to a Trainer")

    model = nn.Sequential(Attached())
    assert "0.linear.weight" in dict(torch.jit.load(io.BytesIO(captured(model, "2x4").archive)).named_parameters())
    with pytest.raises(RuntimeError, match="not attached"):
        _ = model[0].trainer


def test_what_cannot_be_copied_is_named() -> None:
    class Logged(torch.nn.Linear):
        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            return super().forward(tensors[0])

    layer = Logged(4, 2)
    layer.log = sys.stdout  # type: ignore[assignment]
    with pytest.raises(CannotCapture) as raised:
        capture(torch.nn.Sequential(layer), ["2x4"], {}, training=True)
    told = "Sequential can be neither scripted nor copied: its attribute 0.log: cannot pickle "
    assert str(raised.value).startswith(told)
    assert "copy.py" not in str(raised.value)
