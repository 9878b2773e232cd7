"""What mends a shape that is refused: the change that an engineer would make, run and seen to heal."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only, raised

LOSSES = [
    (
        "return F.cross_entropy(self.l(x), y.view(-1))",
        "self.l = nn.Linear(6, 3)",
        "4x6; 4x3:int64[0,2)",
        "not all its flags: .argmax(1)",
    ),
    ("return F.mse_loss(self.l(x), y)", "self.l = nn.Linear(5, 2)", "4x5; 4x3", "give l 3 outputs in place of 2"),
    ("return F.l1_loss(self.l(x), y)", "self.l = nn.Linear(5, 1)", "4x5; 3x1", "send 4 targets"),
    (
        "return nn.functional.huber_loss(self.l(x), y)",
        "self.l = nn.Linear(5, 6)",
        "4x5; 4x2x3",
        "the target.flatten(1)",
    ),
    (
        "return F.binary_cross_entropy(torch.sigmoid(self.l(x)), torch.sigmoid(y))",
        "self.l = nn.Linear(5, 1)",
        "4x5; 4:float32",
        ".squeeze(-1)",
    ),
    (
        "return F.binary_cross_entropy_with_logits(self.l(x), torch.sigmoid(y))",
        "self.l = nn.Linear(5, 1)",
        "4x5; 4:float32",
        ".squeeze(-1)",
    ),
    (
        "return F.mse_loss(self.l(x), y)",
        "self.l = nn.Linear(5, 6)",
        "4x3x5; 4x3",
        "the target[..., None].expand(-1, -1, 6)",
    ),
]

LAYERS = [
    (
        "return self.r(x)[0]",
        "self.r = nn.LSTM(8, 4, batch_first=True)",
        "3x8x5",
        "SHP716",
        "transpose(1, 2)",
    ),
    (
        "return self.n(self.c(x))",
        "self.c = nn.Conv2d(3, 6, 1); self.n = nn.InstanceNorm2d(8, affine=True)",
        "2x3x5x5",
        "SHP709",
        "make n for 6 in place of 8",
    ),
    (
        "return self.cell(x, self.h(x))",
        "self.h = nn.Linear(5, 3); self.cell = nn.GRUCell(5, 4)",
        "2x5",
        "SHP711",
        "give h 4 outputs in place of 3",
    ),
    (
        "return F.pixel_shuffle(torch.relu(self.c(x)), 2)",
        "self.c = nn.Conv2d(3, 9, 3)",
        "2x3x6x6",
        "SHP704",
        "give c 12 outputs in place of 9",
    ),
]


LINES = [
    ("w = x.mean((2, 3)) * self.p; return x * w", "2x8x6x6", "return x * w[..., None, None]"),
    (
        "m = x.mean((1, 3)) > 0; return (x * self.p).masked_fill(m, 0.0)",
        "2x4x6x6",
        "masked_fill(m[:, None, None], 0.0)",
    ),
    ("h = self.c(x); return h + x * self.p", "2x3x8x8", None),
]
"""Shapes that do not stretch: a factor for each channel, a mask over positions, a shortcut past a stride."""

REMEDIES = [
    (
        "h = x * self.p; return h + self.t[:, :h.size(1)]",
        "self.t = nn.Parameter(torch.zeros(1, 5, 4))",
        "2x7x4",
        "1x7x4",
    ),
    ("return self.d(x).mean()", "self.d = nn.Conv2d(4, 4, 3, groups=4)", "2x6x5x5", "groups=6"),
    ("return torch.einsum('btd,bsd->bts', x, self.k(x))", "self.k = nn.Linear(4, 3)", "2x5x4", "give k 4 outputs"),
    ("return self.r(x)[0]", "self.r = nn.GRU(4, 3, batch_first=True)", "2x5x4:float64", ".float()"),
]


@pytest.mark.parametrize(("forward", "shapes", "after"), LINES)
def test_shapes_are_lined_up_as_they_are_meant(forward: str, shapes: str, after: str | None) -> None:
    layers = "self.c = nn.Conv2d(3, 5, 3, stride=2, padding=1)"
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP706", True)
    assert (after or "") in (finding["fix"]["after"] or "")
    assert after or "nn.Conv2d(3, 5, 1, stride=2)" in finding["fix"]["summary"]


@pytest.mark.parametrize(("forward", "layers", "shapes", "summary"), REMEDIES)
def test_the_remedy_is_the_one_that_was_meant(forward: str, layers: str, shapes: str, summary: str) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert finding["fix"]["verified"] is True
    assert summary in finding["fix"]["summary"]


INDEPENDENT = [
    (
        "o = self.r(x)[0]; return self.l(o)",
        "self.r = nn.LSTM(6, 8, batch_first=True); self.l = nn.Linear(9, 2)",
        "2x5x4",
    ),
    (
        "w = self.k(x); return self.l(torch.cat([w, w], 1))",
        "self.k = nn.Linear(4, 3); self.l = nn.Linear(7, 2)",
        "2x4:int64",
    ),
    ("return self.l(self.c(x).mean((2, 3)))", "self.c = nn.Conv2d(3, 6, 3); self.l = nn.Linear(8, 2)", "2x4x8x8"),
]


@pytest.mark.parametrize(("forward", "layers", "shapes"), INDEPENDENT)
def test_a_layer_wrong_by_itself_is_a_fault_of_its_own(forward: str, layers: str, shapes: str) -> None:
    first, second = raised(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert (second["code"], second["fix"]["verified"]) == ("SHP701", True)
    assert "and then" not in first["fix"]["summary"]


def test_channels_that_a_layer_made_are_not_looked_for_among_the_positions() -> None:
    layers = "self.a = nn.Conv2d(3, 4, 3, padding=1); self.b = nn.Conv2d(8, 4, 3)"
    finding = only(diagnose_source(net("return self.b(self.a(x))", layers), shapes="2x3x8x8", loss="mean"))
    assert (finding["code"], finding["fix"]["after"]) == ("SHP702", "nn.Conv2d(4, 4, 3)")


def test_the_same_heads_for_queries_and_keys_are_one_fault() -> None:
    body = "q = self.l(x).view(2, 3, 5, 2); k = self.l(x).view(2, 3, 5, 2); return (q * k).sum(-1)"
    finding = only(diagnose_source(net(body, "self.l = nn.Linear(13, 13)"), shapes="2x3x13", loss="mean"))
    assert any("the same again" in link for link in finding["chain"])


def test_heads_that_do_not_divide_are_made_others_for_queries_and_keys() -> None:
    body = "q = self.l(x).view(2, 3, 5, 2); k = self.l(x).view(2, 3, 5, 2); return (q * k).sum(-1)"
    fix = only(diagnose_source(net(body, "self.l = nn.Linear(12, 12)"), shapes="2x3x12", loss="mean"))["fix"]
    assert fix["verified"]
    assert "12 features do not divide into 5 parts: take 4 of 3" in fix["summary"]


def test_a_loss_that_cannot_be_computed_is_not_also_called_unreduced() -> None:
    body = "return F.triplet_margin_loss(self.l(x), self.l(y), self.l(x))"
    finding = only(diagnose_source(net(body, "self.l = nn.Linear(4, 3)", "x, y"), shapes="2x4; 3x4", loss="output"))
    assert finding["code"] == "SHP717"


@pytest.mark.parametrize(
    ("forward", "layers", "shapes"),
    [
        (
            "t = torch.full((len(x[0]), len(x[0])), -1.0).triu(1); return (x @ x.transpose(1, 2) + t) * self.p",
            "",
            "2x7x4",
        ),
        ("return self.l(x).view(int(x.size(0)), int(x.size(1)), 2, 2)", "self.l = nn.Linear(4, 4)", "3x7x4"),
    ],
)
def test_both_sizes_that_a_trace_wrote_down_are_exchanged(forward: str, layers: str, shapes: str) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean", export="trace 2x5x4"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP712", True)


@pytest.mark.parametrize("shapes", ["2x3", "2x3; 2x3; 2x3"])
def test_arguments_that_do_not_fit_cost_every_parameter_its_gradient(shapes: str) -> None:
    document = diagnose_source(
        net("return self.l(x) * y", "self.l = nn.Linear(3, 1)", "x, y"), shapes=shapes, loss="mean"
    )
    assert document["findings"][0]["code"] == "TYP804"
    assert set(document["findings"][0]["parameters"]) == {"p", "l.weight", "l.bias"}


@pytest.mark.parametrize(("forward", "layers", "shapes", "summary"), LOSSES)
def test_a_loss_and_its_target_are_brought_together(forward: str, layers: str, shapes: str, summary: str) -> None:
    finding = only(diagnose_source(net(forward, layers, "x, y"), shapes=shapes, loss="output"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP713", True)
    assert summary in finding["fix"]["summary"]


@pytest.mark.parametrize(("forward", "layers", "shapes", "code", "summary"), LAYERS)
def test_what_torch_checks_before_the_operation_is_mended_too(
    forward: str, layers: str, shapes: str, code: str, summary: str
) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == (code, True)
    assert summary in finding["fix"]["summary"]


RESIZED = [
    ("return x + self.c(x)", "self.c = nn.Conv2d(4, 4, 3)", "2x4x8x8", "SHP706", "nn.Conv2d(4, 4, 3, padding=1)"),
    (
        "return x * torch.sigmoid(self.c(x))",
        "self.c = nn.Conv1d(4, 4, 5, padding='valid', dilation=2)",
        "2x4x16",
        "SHP706",
        "nn.Conv1d(4, 4, 5, padding='same', dilation=2)",
    ),
    (
        "return x + self.c(x)",
        "self.c = nn.Conv2d(4, 4, 1, padding=1)",
        "2x4x8x8",
        "SHP706",
        "nn.Conv2d(4, 4, 1)",
    ),
    (
        "return x + self.d(torch.relu(self.c(x)))",
        "self.c = nn.Conv2d(4, 6, 3); self.d = nn.Conv2d(6, 4, 5)",
        "2x4x12x12",
        "SHP706",
        "nn.Conv2d(4, 6, 3, padding=1)\nnn.Conv2d(6, 4, 5, padding=2)",
    ),
    (
        "return torch.cat([self.c(x), self.d(x), self.e(x)], 1)",
        "self.c = nn.Conv2d(4, 2, 1); self.d = nn.Conv2d(4, 2, 3); self.e = nn.Conv2d(4, 2, 5)",
        "2x4x9x9",
        "SHP705",
        "nn.Conv2d(4, 2, 3, padding=1)\nnn.Conv2d(4, 2, 5, padding=2)",
    ),
    (
        "return self.l(x).unflatten(1, (3, 5)).mean(1)",
        "self.l = nn.Linear(4, 12)",
        "2x4",
        "SHP704",
        "return self.l(x).unflatten(1, (3, -1)).mean(1)",
    ),
    (
        "return self.m(self.u(self.l(x)))",
        "self.l = nn.Linear(4, 12); self.u = nn.Unflatten(1, (3, 5)); self.m = nn.Linear(4, 3)",
        "2x4",
        "SHP704",
        "nn.Unflatten(1, (3, -1))",
    ),
    (
        "return self.m(self.l(x).view(-1, 7, 4, 5))",
        "self.l = nn.Linear(6, 24); self.m = nn.Linear(6, 3)",
        "2x7x6",
        "SHP704",
        "return self.m(self.l(x).view(-1, 7, 4, 6))",
    ),
    (
        "h = self.l(x); return self.c(h.view(x.size(0), 8, 4, 4))",
        "self.l = nn.Linear(6, 100); self.c = nn.Conv2d(8, 3, 3)",
        "2x6",
        "SHP704",
        "nn.Linear(6, 128)",
    ),
    (
        "a, b, c = self.l(x).split([4, 4, 4], dim=-1); return a * b + c",
        "self.l = nn.Linear(6, 8)",
        "2x6",
        "SHP704",
        "nn.Linear(6, 12)",
    ),
]
"""What another padding, another factor, or a layer of other outputs mends."""

SHIFTED = [
    ("return F.cross_entropy(self.l(x)[:, :-1].transpose(1, 2), t)", "2x7x6; 2x7:int64[0,5)", "1, 2), t[:, 1:])"),
    (
        "lg = self.l(x)[:, :-1]; return F.cross_entropy(lg.reshape(-1, 5), t.reshape(-1))",
        "2x7x6; 2x7:int64[0,5)",
        "t[:, 1:].reshape(-1)",
    ),
    (
        "lg = self.l(x); y = t[:, 1:]; return F.cross_entropy(lg.flatten(0, 1), y.flatten())",
        "2x7x6; 2x7:int64[0,5)",
        "lg[:, :-1].flatten(0, 1)",
    ),
    (
        "h = self.l(x[:-2]); return F.cross_entropy(h.permute(1, 2, 0), t.t())",
        "7x3x6; 7x3:int64[0,5)",
        "t[2:].t()",
    ),
]
"""A sequence whose prediction, or target, was cut at one end and the other not at its own."""


@pytest.mark.parametrize(("forward", "layers", "shapes", "code", "after"), RESIZED)
def test_the_size_that_does_not_fit_is_made_to(forward: str, layers: str, shapes: str, code: str, after: str) -> None:
    body = forward.replace("return ", "return self.p * ")
    finding = only(diagnose_source(net(body, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == (code, True)
    assert finding["fix"]["after"] in (after, after.replace("return ", "return self.p * "))


@pytest.mark.parametrize(("forward", "shapes", "after"), SHIFTED)
def test_the_other_of_two_shifted_sequences_is_cut_too(forward: str, shapes: str, after: str) -> None:
    source = net(forward, "self.l = nn.Linear(6, 5)", "x, t")
    finding = only(diagnose_source(source, shapes=shapes, loss="output"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP713", True)
    assert after in finding["fix"]["after"]


def test_a_branch_that_something_else_made_smaller_is_not_padded() -> None:
    layers = "self.c = nn.Conv2d(4, 4, 3); self.m = nn.MaxPool2d(2)"
    body = "return (x + self.m(self.c(x))) * self.p"
    finding = only(diagnose_source(net(body, layers), shapes="2x4x8x8", loss="mean"))
    assert "padding" not in finding["fix"]["summary"]


def test_heads_of_queries_keys_and_values_in_one_are_made_others() -> None:
    body = "b, t, c = x.shape; h = self.l(x).view(b, t, 3, 4, c // 4); return h.sum(2).flatten(2) * self.p"
    fix = only(diagnose_source(net(body, "self.l = nn.Linear(30, 90)"), shapes="2x5x30", loss="mean"))["fix"]
    assert fix["verified"]
    assert "30 features do not divide into 4 parts: take 3 of 10" in fix["summary"]


@pytest.mark.parametrize(
    ("forward", "layers", "after"),
    [
        ("return self.n(self.a(x))", "self.a = nn.Conv2d(4, 16, 1); self.n = nn.BatchNorm2d(8)", "nn.BatchNorm2d(16)"),
        (
            "return self.n(torch.cat((self.a(x), self.a(x)), 1))",
            "self.a = nn.Conv2d(4, 8, 1); self.n = nn.GroupNorm(4, 8)",
            "nn.GroupNorm(4, 16)",
        ),
    ],
)
def test_channels_that_a_layer_made_are_normalised_where_they_stand(forward: str, layers: str, after: str) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes="2x4x8x8", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("SHP709", True, after)


PAIR = "self.e = nn.LSTM(6, 4, num_layers=2); self.r = nn.LSTM(6, 4)"


def test_states_that_come_in_a_tuple_are_seen_and_each_is_changed() -> None:
    finding = only(diagnose_source(net("o, (h, c) = self.e(x); return self.r(x, (h, c))[0]", PAIR), shapes="2x9x6"))
    assert finding["title"] == "r takes a state of 1x9x4 beside an input of 2x9x6, and gets 2x9x4"
    assert finding["fix"]["after"] == "return self.r(x, (h[-1:], c[-1:]))[0]"
    assert finding["fix"]["verified"] is True


def test_a_state_given_to_a_layer_for_its_input_is_exchanged() -> None:
    body = "h = torch.zeros(1, x.size(1), 4); return self.r(h, x)[0]"
    finding = only(diagnose_source(net(body, "self.r = nn.GRU(6, 4)"), shapes="2x9x6"))
    assert finding["fix"]["after"] == "return self.r(x, h)[0]"


def test_channels_that_no_dimension_is_for_are_asked_for_and_the_layer_stays() -> None:
    source = net("return self.c(x).mean() * self.p", "self.c = nn.Conv2d(3, 4, 3)")
    finding = only(diagnose_source(source, shapes="8x8", loss="mean"))
    assert finding["code"] == "SHP703"
    assert finding["fix"]["summary"] == "send 3 channels with 2 dimensions behind them, or a batch of those"


def test_inputs_of_a_round_size_are_told_in_a_whole_sentence() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv1d(1 if i == 0 else 4, 4, 5) for i in range(5)])

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool1d(F.relu(conv(x)), 2)
        return x.mean(-1)
"""
    (finding,) = diagnose_source(source, shapes="2x1x100", loss="mean")["findings"]
    assert (finding["code"], finding["fix"]["summary"]) == ("SHP708", "send inputs of 2x1x160; this one was 2x1x100")
