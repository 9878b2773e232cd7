"""Sample inputs are what their description says, and what does not fit is told in words."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from whygrad.engine.observation import Json
from whygrad.engine.observe import inputs
from whygrad.engine.observe.inputs import Sampler, fit
from whygrad.engine.signature import Formal, Signature


def draw(entry: Json, *, meta: bool = False, seed: int = 0) -> Any:
    return Sampler(seed, meta=meta).value(entry)


@pytest.mark.parametrize(
    "dtype",
    ["float32", "float64", "float16", "bfloat16", "complex64", "complex128", "int64", "int32", "uint8", "bool"],
)
def test_shape_and_type(dtype: str) -> None:
    made = draw({"shape": [2, 3], "dtype": dtype})
    assert (made.shape, made.dtype, made.device.type) == ((2, 3), getattr(torch, dtype), "cpu")
    assert not made.requires_grad


def test_same_seed_same_numbers() -> None:
    entry = {"shape": [50]}
    assert torch.equal(draw(entry), draw(entry))
    assert not torch.equal(draw(entry), draw(entry, seed=1))


@pytest.mark.parametrize(
    ("fill", "expected"),
    [("zeros", [0.0, 0.0, 0.0]), ("ones", [1.0, 1.0, 1.0]), ("arange", [0.0, 1.0, 2.0]), (2.5, [2.5, 2.5, 2.5])],
)
def test_fill(fill: Json, expected: list[float]) -> None:
    assert draw({"shape": [3], "fill": fill}).tolist() == expected


def test_uniform_lies_between_zero_and_one() -> None:
    made = draw({"shape": [500], "fill": "uniform"})
    assert 0 <= made.min() < 0.1
    assert 0.9 < made.max() <= 1


def test_uniform_lies_in_its_range() -> None:
    made = draw({"shape": [500], "fill": "uniform", "low": -3.5, "high": -1})
    assert -3.5 <= made.min() < -3.4
    assert -1.1 < made.max() < -1


def test_integers_lie_in_their_range() -> None:
    drawn = draw({"shape": [500], "dtype": "int64", "low": 3, "high": 6})
    assert set(drawn.tolist()) == {3, 4, 5}
    assert set(draw({"shape": [500], "dtype": "int64"}).tolist()) == {0, 1}
    assert set(draw({"shape": [9], "dtype": "int64", "low": 7}).tolist()) == {7}


def test_floats_on_meta_and_integers_real() -> None:
    assert draw({"shape": [2]}, meta=True).is_meta
    assert not draw({"shape": [2], "dtype": "int64"}, meta=True).is_meta


def test_nothing_and_no_dimensions() -> None:
    assert draw({"shape": []}).dim() == 0
    assert draw({"shape": [0, 3]}).numel() == 0


def test_gradient_on_request_only_where_there_can_be_one() -> None:
    assert draw({"shape": [2], "requires_grad": True}).requires_grad
    assert not draw({"shape": [2], "dtype": "int64", "requires_grad": True}).requires_grad


def test_lists_objects_and_literals_nest() -> None:
    made = draw([{"shape": [2]}, {"mask": {"shape": [1], "dtype": "bool"}, "n": 3}, None, "mean", True])
    assert made[0].shape == (2,)
    assert made[1]["mask"].dtype == torch.bool
    assert (made[1]["n"], made[2:]) == (3, [None, "mean", True])


def test_lists_become_tuples_where_the_method_takes_one() -> None:
    signature = takes(("pair", "Tuple[Tensor, Tuple[int, float]]"), ("many", "List[Tuple[Tensor, int]]"))
    pair, many = Sampler(0, meta=False).arguments([[{"shape": [1]}, [2, 3]], [[{"shape": [1]}, 4]]], signature)
    assert isinstance(pair, tuple)
    assert pair[1] == (2, 3.0)
    assert isinstance(pair[1][1], float)
    assert isinstance(many, list)
    assert many[0][1] == 4


def takes(*formals: tuple[str, str], optional: int = 0) -> Signature:
    required = len(formals) - optional
    return Signature("forward", tuple(Formal(name, kind, i < required) for i, (name, kind) in enumerate(formals)))


TENSOR: Json = {"shape": [2]}


@pytest.mark.parametrize(
    ("signature", "inputs"),
    [
        (takes(("x", "Tensor")), [TENSOR]),
        (takes(("x", "Tensor"), ("mask", "Optional[Tensor]"), optional=1), [TENSOR]),
        (takes(("x", "Tensor"), ("mask", "Optional[Tensor]")), [TENSOR, None]),
        (takes(("x", "Tensor"), ("mask", "Optional[Tensor]")), [TENSOR, TENSOR]),
        (takes(("n", "int"), ("f", "float"), ("g", "float"), ("b", "bool"), ("s", "str")), [1, 2.0, 3, True, "a"]),
        (takes(("xs", "List[Tensor]"), ("d", "Dict[str, Tensor]")), [[TENSOR], {"a": TENSOR}]),
        (takes(), None),
        (takes(), []),
        (takes(("k", "int"), optional=1), None),
    ],
)
def test_inputs_that_fit(signature: Signature, inputs: list[Json] | None) -> None:
    assert fit(signature, inputs).misfit is None


@pytest.mark.parametrize(
    ("signature", "inputs", "told"),
    [
        (takes(("x", "Tensor")), [TENSOR, TENSOR], "2 inputs were sent, and it takes 1"),
        (takes(("x", "Tensor"), ("y", "Tensor")), [TENSOR], "nothing was sent for y"),
        (takes(("x", "Tensor")), None, "no input was described"),
        (takes(("x", "Tensor")), [3], "x takes a tensor, and an int was sent"),
        (takes(("x", "Tensor")), [[TENSOR]], "x takes a tensor, and a list was sent"),
        (takes(("x", "Tensor")), [None], "x takes a tensor, and None was sent"),
        (takes(("n", "int")), [TENSOR], "n takes an int, and a tensor was sent"),
        (takes(("d", "Device")), [0], "d takes a device, and an int was sent"),
        (takes(("n", "int")), [1.5], "n takes an int, and a float was sent"),
        (takes(("xs", "List[Tensor]")), [TENSOR], "xs takes List[Tensor], and a tensor was sent"),
        (takes(("m", "Optional[Tensor]")), ["a"], "m takes Optional[Tensor], and a string was sent"),
    ],
)
def test_inputs_that_do_not_fit(signature: Signature, inputs: list[Json] | None, told: str) -> None:
    assert fit(signature, inputs).misfit == told


@pytest.mark.parametrize(("most", "fits"), [(8 * 4 + 8 * 8, True), (8 * 4 + 8 * 8 - 1, False)])
def test_inputs_are_judged_together_before_the_first_is_made(
    most: int, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "_most_bytes", lambda: most)
    sent: list[Json] = [{"shape": [8]}, [{"shape": [2, 4], "dtype": "int32"}, 7]]
    signature = Signature("forward", (Formal("x", "Tensor"), Formal("y", "List[Tensor]")))
    if fits:
        assert len(Sampler(0, meta=False).arguments(sent, signature)) == 2
    else:
        with pytest.raises(MemoryError, match="take more memory than there is"):
            Sampler(0, meta=False).arguments(sent, signature)
    assert Sampler(0, meta=True).arguments(sent[:1], signature)[0].is_meta


@pytest.mark.parametrize("seed", range(20))
def test_no_row_of_a_mask_is_all_on_or_all_off(seed: int) -> None:
    mask = Sampler(seed, meta=False).value({"shape": [5, 3], "dtype": "bool"})
    for axis in (0, 1):
        assert mask.any(axis).all()
        assert not mask.all(axis).any()
