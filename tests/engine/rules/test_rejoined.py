"""What is left unused is put where it belongs, and where that is not known it is shown that nothing needs it."""

from __future__ import annotations

from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

from whygrad.engine.observation import Json

TWO = "self.a = nn.Linear(6, 6); self.b = nn.Linear(6, 6)"


def only(body: str, init: str = TWO, takes: str = "x", **example: str) -> dict[str, Json]:
    """The one fault of a program, with what its fix was seen to do."""
    document = diagnose_source(net(body, init, takes), **{"shapes": "4x6", "loss": "mean"} | example)
    (finding,) = [f for f in document["findings"] if f["severity"] != "note"]
    return finding


def fix(body: str, init: str = TWO, takes: str = "x", **example: str) -> tuple[str, Json, Json, Json]:
    """Its code, whether the fix was verified, and the line before and after."""
    finding = only(body, init, takes, **example)
    return finding["code"], finding["fix"]["verified"], finding["fix"]["before"], finding["fix"]["after"]


def test_a_layer_is_called_where_its_like_was() -> None:
    body = "h = torch.relu(self.a(x)); h = self.a(h); return h * self.p"
    assert fix(body) == ("PAR203", True, "h = self.a(h)", "h = self.b(h)")


def test_the_first_call_is_that_of_the_layer_made_first() -> None:
    body = "h = torch.relu(self.b(x)); h = self.b(h); return h * self.p"
    assert fix(body) == ("PAR203", True, "h = torch.relu(self.b(x))", "h = torch.relu(self.a(x))")


def test_a_parameter_is_read_where_its_like_was() -> None:
    body = "return (x * self.u + x.abs() * self.u) * self.p"
    init = "self.u = nn.Parameter(torch.ones(6)); self.v = nn.Parameter(torch.ones(6))"
    code, verified, _, after = fix(body, init)
    assert (code, verified, after) == ("PAR203", True, "return (x * self.u + x.abs() * self.v) * self.p")


def test_a_layer_that_nobody_called_twice_is_left_out() -> None:
    finding = only("return self.a(x) * self.p")
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("PAR203", True, None)
    assert finding["fix"]["evidence"].startswith(
        "without it nothing else changes: the 3 other parameters get what they got before"
    )


def test_a_shared_layer_is_not_taken_for_the_one_that_is_missing() -> None:
    body = "h = self.a(self.a(self.a(x))); return h * self.p"
    assert only(body)["fix"]["evidence"].startswith("without it")


def test_a_result_goes_on_in_place_of_what_it_was_made_of() -> None:
    body = "h = self.a(x); y = h + torch.relu(self.b(h)); return torch.tanh(h) * self.p"
    code, verified, before, after = fix(body)
    assert (code, verified) == ("PAR204", True)
    assert (before, after) == ("y = h + torch.relu(self.b(h))", "h = h + torch.relu(self.b(h))")


def test_an_output_that_the_loss_leaves_is_read_too() -> None:
    finding = only("return self.a(x) * self.p, self.b(x)", loss="mean")
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR204", True)
    assert "output 1" in finding["fix"]["summary"]


def test_a_result_without_a_place_is_left_out() -> None:
    init = "self.a = nn.Linear(6, 6); self.c = nn.Linear(6, 2)"
    finding = only("s = self.c(x).exp(); return self.a(x).pow(2).mean() * self.p", init, loss="output")
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR204", True)
    assert finding["fix"]["evidence"].startswith("without it nothing else changes")


def test_a_loss_reads_the_prediction() -> None:
    body = "h = self.b(torch.relu(self.a(x))); return F.mse_loss(x * 2, y)"
    code, verified, _, _ = fix(body, TWO + "; del self.p", "x, y", shapes="4x6;4x6", loss="output")
    assert (code, verified) == ("BWD401", True)


def test_constants_are_shown_to_train_as_parameters() -> None:
    source = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(6, 2)\n"
    )
    source += "    def forward(self, x):\n        return self.a(x)\n"
    (finding,) = diagnose_source(source, shapes="4x6", loss="auto", export="freeze", mode="eval")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR205", True)
    assert "2 of 2 parameters receive a gradient" in finding["fix"]["evidence"]


def test_a_list_of_weights_is_registered() -> None:
    init = "self.w: List[torch.Tensor] = [torch.randn(6) * 0.1 for _ in range(2)]"
    finding = only("return x * self.w[0] + x.abs() * self.w[1] + self.p", init)
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR206", True)


def test_a_constant_of_a_trace_is_computed_again() -> None:
    body = "h = torch.tensor(self.a(x).tolist()); return self.b(h) * self.p"
    finding = only(body, export="trace 4x6")
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT106", True)


def test_a_layer_that_is_called_in_vain_inside_of_another_is_called() -> None:
    source = """
class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.value, self.gate = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x):
        g = torch.sigmoid(self.gate(x))
        return torch.relu(self.value(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Gated() for _ in range(2)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
    (finding,) = diagnose_source(source, shapes="4x6", loss="mean")["findings"]
    assert (finding["code"], finding["location"]["source"]) == ("PAR204", "g = torch.sigmoid(self.gate(x))")
    assert finding["parameters"] == [f"layers.{i}.gate.{name}" for i in range(2) for name in ("weight", "bias")]
    used = source.replace("return torch.relu(self.value(x))", "return g * torch.relu(self.value(x))")
    assert diagnose_source(used, shapes="4x6", loss="mean")["verdict"] == "healthy"


def test_two_layers_in_vain_take_part() -> None:
    finding = only("s = self.b(self.a(x)); return x.exp() * self.p")
    assert finding["message"].startswith("a and b take part in the forward")


def test_what_is_put_into_a_list_in_vain_is_told_where_it_is_made() -> None:
    init = "self.sides = nn.ModuleList([nn.Linear(6, 6) for _ in range(3)])"
    loop = "outs: List[torch.Tensor] = []\n        for side in self.sides:\n            outs.append(side(x))"
    finding = only(f"{loop}; return (outs[0] + outs[1]) * self.p", init)
    assert (finding["code"], finding["location"]["op"]) == ("PAR204", "aten::linear")
    assert (finding["location"]["module"], finding["fix"]["verified"]) == ("sides.2", True)
