"""Products of two zeros: one cause is told once, for all layers in which its line runs."""

from __future__ import annotations

from tests.engine.programs import diagnose_source

from whygrad.engine.observation import Json

ADAPTERS = """
class Adapter(nn.Module):
    def __init__(self, learns: bool = True):
        super().__init__()
        self.down, self.up = nn.Linear(6, 2, bias=False), nn.Linear(2, 6, bias=False)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.up.weight)
        self.down.weight.requires_grad_(learns)

    def forward(self, x):
        return x + self.up(self.down(x))


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate, self.last = nn.Parameter(torch.zeros(1)), nn.Linear(6, 6)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x):
        return x + self.gate * self.last(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([LAYERS])
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)
"""


def findings(layers: str) -> list[dict[str, Json]]:
    """The products of zeros that are found of a stack of layers."""
    document: dict[str, Json] = diagnose_source(ADAPTERS.replace("LAYERS", layers), shapes="4x6")
    return [f for f in document["findings"] if f["code"] == "ZER506"]


def test_alike_layers_are_one_finding() -> None:
    (found,) = findings("Adapter(), Adapter(), Adapter()")
    assert "(the first of 3 alike)" in found["title"]
    assert found["parameters"] == [f"layers.{i}.{name}.weight" for i in range(3) for name in ("down", "up")]
    fix = found["fix"]
    assert fix["verified"]
    assert fix["summary"].startswith("initialise layers.0.up.weight at random")
    assert fix["summary"].endswith("; and so in the other 2")
    assert "5 of 8 parameters receive a gradient (2 of 8 before), 3 more from the second step on" in fix["evidence"]


def test_what_is_zero_of_another_line_is_another() -> None:
    adapters, gates = findings("Adapter(), Adapter(), Gated()")
    assert len(adapters["parameters"]) == 4
    assert gates["parameters"] == ["layers.2.gate", "layers.2.last.weight", "layers.2.last.bias"]


def test_what_is_frozen_is_told_apart() -> None:
    summaries = [found["fix"]["summary"] for found in findings("Adapter(), Adapter(learns=False)")]
    assert [summary.split(" ")[0] for summary in summaries] == ["initialise", "unfreeze"]


KERNEL = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Conv2d(2, 3, 1), nn.Conv2d(2, 3, 1), nn.Conv2d(3, 1, 1)
        self.kernel = nn.Parameter(torch.randn(3, 3, 1, 1))
        self.register_buffer("mask", torch.zeros(1, 1, 1, 1))

    def forward(self, x):
        return self.out(self.a(x) + F.conv2d(F.elu(self.b(x)), self.kernel * self.mask))
"""


def test_a_mask_that_leaves_nothing_of_a_kernel_is_opened() -> None:
    found = diagnose_source(KERNEL, shapes="2x2x4x4")["findings"]
    masked = next(f for f in found if "b.weight" in f["parameters"])
    assert (masked["code"], masked["location"]["op"], masked["fix"]["verified"]) == ("ZER507", "aten::conv2d", True)
    assert "multiplies it with zeros alone" in masked["title"]
