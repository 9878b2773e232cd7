"""A normalisation over one element gives the same whatever it is given: all that it costs their gradient are told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.engine.programs import diagnose_source


@dataclass(frozen=True)
class Program:
    """A program of layers and a body, and the parameters whose gradient stays zero in it."""

    layers: str
    body: str
    lost: str
    shapes: str = "6x5"
    export: str = "script"
    advice: str = "leave"


PROGRAMS = {
    "a layer norm of one feature": Program(
        "self.n, self.c = nn.LayerNorm(1), nn.Linear(1, 2)",
        "return self.c(self.n(self.b(torch.tanh(self.a(x)))))",
        "a.weight a.bias b.weight b.bias n.weight",
    ),
    "one without weights, and what reads its zeros": Program(
        "self.n, self.c = nn.LayerNorm(1, elementwise_affine=False), nn.Linear(1, 2)",
        "return self.c(self.n(self.b(torch.tanh(self.a(x)))))",
        "a.weight a.bias b.weight b.bias c.weight",
    ),
    "one by hand": Program(
        "self.g = nn.Parameter(torch.ones(1))",
        "h = self.b(torch.tanh(self.a(x)))\nm = h.mean(-1, keepdim=True)\n"
        "v = (h - m).pow(2).mean(-1, keepdim=True)\nreturn self.g * (h - m) / torch.sqrt(v + 1e-5) + x",
        "a.weight a.bias b.weight b.bias g",
    ),
    "a batch of one, centred": Program(
        "", "h = torch.tanh(self.a(x))\nreturn self.b(h - h.mean(0, keepdim=True))", "a.weight a.bias b.weight", "1x5"
    ),
    "an instance norm of one position": Program(
        "self.v, self.n = nn.Conv2d(5, 3, 3), nn.InstanceNorm2d(3, affine=True)",
        "return self.n(self.v(x)).mean((2, 3)) + self.b(self.a(x.mean((2, 3))))",
        "v.weight v.bias n.weight",
        "2x5x3x3",
        "trace 2x5x6x6",
    ),
    "a batch norm of one sample": Program(
        "self.n = nn.BatchNorm1d(8)",
        "return self.b(self.n(torch.tanh(self.a(x))))",
        "a.weight a.bias n.weight",
        "1x5",
        "trace 4x5",
        "send at least 2 samples",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_all_that_it_costs_their_gradient_are_told(name: str) -> None:
    program = PROGRAMS[name]
    lines = "".join(f"        {line}\n" for line in program.body.splitlines())
    source = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.a, self.b = nn.Linear(5, 8), nn.Linear(8, 1)\n        {program.layers}\n\n"
        f"    def forward(self, x):\n{lines}"
    )
    found = diagnose_source(source, shapes=program.shapes, export=program.export)["findings"]
    (zero,) = [f for f in found if f["code"] == "ZER503"]
    assert sorted(zero["parameters"]) == sorted(program.lost.split())
    assert zero["fix"]["summary"].startswith(program.advice)
    assert zero["fix"]["verified"]
    assert [f["code"] for f in found if f["severity"] != "note"] == ["ZER503"]
