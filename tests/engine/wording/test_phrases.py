"""How modules are named, of which all parameters are meant or only some."""

from __future__ import annotations

import pytest

from whygrad.engine.observation import Parameter
from whygrad.engine.wording.phrases import owners, subject

NAMES = (
    "scale",
    "encoder.mask",
    "encoder.layers.0.weight",
    "encoder.layers.0.bias",
    "encoder.layers.1.weight",
    "head.bias",
)


def parameters(*names: str) -> list[Parameter]:
    return [
        Parameter(name=name, tensor=number, shape=(4,), dtype="float32", requires_grad=True)
        for number, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (("scale",), "scale"),
        (("encoder.mask",), "encoder.mask"),
        (("encoder.mask", "encoder.layers.0.weight"), "encoder.mask and encoder.layers.0.weight"),
        (("encoder.layers.0.weight", "encoder.layers.0.bias"), "encoder.layers.0"),
        (NAMES[1:5], "encoder"),
        (("head.bias",), "head"),
    ],
)
def test_a_module_is_named_where_all_that_it_holds_is_meant(told: tuple[str, ...], words: str) -> None:
    assert owners(parameters(*told), parameters(*NAMES)) == words


def test_the_verb_goes_with_the_number() -> None:
    assert subject(parameters("a.weight", "a.bias"), "gets") == "a gets"
    assert subject(parameters("a.weight", "b.bias"), "gets") == "a and b get"
