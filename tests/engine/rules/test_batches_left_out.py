"""Images and sequences without a batch, which layers take for one sample and the program for a batch."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

IMAGES = [
    (
        "h = self.c(x); return self.l(h.view(h.size(0), -1))",
        "self.c = nn.Conv2d(3, 8, 3); self.l = nn.Linear(8 * 36, 2)",
        "3x8x8",
    ),
    (
        "h = F.adaptive_avg_pool2d(F.relu_(self.c(x)), 1); return self.l(torch.flatten(h, 1))",
        "self.c = nn.Conv2d(3, 8, 3); self.l = nn.Linear(8, 2)",
        "3x8x8",
    ),
    (
        "return self.f(x)",
        "self.f = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2))",
        "1x8x8",
    ),
    ("return self.l(self.c(x).flatten(1))", "self.c = nn.Conv1d(2, 8, 3); self.l = nn.Linear(64, 2)", "2x10"),
]
SEQUENCES = [
    ("o, _ = self.r(x); return self.l(o[:, -1, :])", "self.r = nn.LSTM(5, 7, batch_first=True)", "SHP703", 0),
    ("o, _ = self.r(x); return self.l(o[:, -1, :])", "self.r = nn.GRU(5, 7)", "SHP703", 1),
    ("h = torch.zeros(1, 1, 7); o, _ = self.r(x, h); return self.l(o)", "self.r = nn.GRU(5, 7)", "SHP711", 1),
    (
        "h = torch.zeros(1, 1, 7); o, _ = self.r(x, (h, h)); return self.l(o)",
        "self.r = nn.LSTM(5, 7, batch_first=True)",
        "SHP711",
        0,
    ),
]


@pytest.mark.parametrize(("body", "layers", "shapes"), IMAGES)
def test_an_image_gets_a_batch_where_its_channels_would_be_samples(body: str, layers: str, shapes: str) -> None:
    finding = only(diagnose_source(net(body, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert finding["fix"]["after"].count("(x.unsqueeze(0))") == 1


def test_a_width_that_fits_no_sample_is_the_layers_own() -> None:
    layers = "self.c = nn.Conv2d(3, 8, 3); self.l = nn.Linear(100, 2)"
    finding = only(diagnose_source(net("return self.l(self.c(x).flatten(1))", layers), shapes="3x8x8", loss="mean"))
    assert finding["code"] == "SHP701"


@pytest.mark.parametrize(("body", "layer", "code", "place"), SEQUENCES)
def test_a_sequence_gets_a_batch_where_its_result_is_read_as_one(body: str, layer: str, code: str, place: int) -> None:
    source = net(body, f"{layer}; self.l = nn.Linear(7, 2)")
    finding = only(diagnose_source(source, shapes="6x5", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == (code, True)
    assert f"self.r(x.unsqueeze({place})" in finding["fix"]["after"]


@pytest.mark.parametrize(
    ("kind", "layer", "shapes", "other"),
    [
        (2, "nn.Linear(3, 8)", "4x3", 1),
        (1, "nn.Conv2d(3, 8, 1)", "2x3x4x4", 2),
        (2, "nn.Conv1d(3, 8, 1)", "2x3x4", 1),
        (2, "nn.Conv3d(3, 8, 1)", "2x3x2x2x2", 3),
        (3, "nn.Conv2d(3, 8, 1)", "2x3x4x4", 2),
    ],
)
def test_a_norm_of_its_kind_takes_the_dimensions_that_there_are(kind: int, layer: str, shapes: str, other: int) -> None:
    source = net("return self.b(self.c(x)) * self.p", f"self.c = {layer}; self.b = nn.BatchNorm{kind}d(8)")
    finding = only(diagnose_source(source, shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert finding["fix"]["after"] == f"nn.BatchNorm{other}d(8)"


def test_scores_without_a_batch_get_one_beside_one_class() -> None:
    """torch takes the two in forward, and refuses them on the way back."""
    source = net("return F.cross_entropy(self.l(x), y)", "self.l = nn.Linear(8, 3)", takes="x, y")
    finding = only(diagnose_source(source, shapes="8; 1:int64[0,3)", loss="output"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP713", True)
    assert finding["fix"]["after"] == "return F.cross_entropy(self.l(x).unsqueeze(0), y)"


def test_one_row_of_scores_beside_many_classes_raises_no_rule() -> None:
    source = net("return F.cross_entropy(self.l(x)[0], y)", "self.l = nn.Linear(8, 3)", takes="x, y")
    assert only(diagnose_source(source, shapes="4x8; 4:int64[0,3)", loss="output"))["code"] == "SHP713"


@pytest.mark.parametrize(
    ("body", "layers", "shapes", "after"),
    [
        (
            "o = self.l(x).squeeze(); return F.binary_cross_entropy_with_logits(o, y)",
            "self.l = nn.Linear(8, 1)",
            "1x8; 1",
            "o = self.l(x).squeeze(1)",
        ),
        (
            "o = F.adaptive_avg_pool2d(self.c(x), 1).squeeze(); return F.cross_entropy(o, y)",
            "self.c = nn.Conv2d(3, 5, 1)",
            "1x3x4x4; 1:int64[0,5)",
            "o = F.adaptive_avg_pool2d(self.c(x), 1).squeeze((2, 3))",
        ),
    ],
)
def test_a_batch_of_one_that_squeeze_drops_is_the_cause_of_what_the_loss_refuses(
    body: str, layers: str, shapes: str, after: str
) -> None:
    finding = only(diagnose_source(net(body, layers, takes="x, y"), shapes=shapes, loss="output"))
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("SHP720", True, after)


MLP = "self.f = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))"


@pytest.mark.parametrize(
    ("body", "layers", "shapes", "code", "after"),
    [
        (
            "return F.cross_entropy(self.f(x), y)",
            MLP,
            "4x1x28x28",
            "SHP701",
            "return F.cross_entropy(self.f(x.flatten(1)), y)",
        ),
        (
            "return F.cross_entropy(self.f(x.view(-1, 784)), y)",
            MLP,
            "4x3x28x28",
            "SHP718",
            "return F.cross_entropy(self.f(x.flatten(1)), y)\nnn.Linear(2352, 32)",
        ),
    ],
)
def test_images_are_flattened_sample_by_sample(body: str, layers: str, shapes: str, code: str, after: str) -> None:
    source = net(body, layers, takes="x, y")
    finding = only(diagnose_source(source, shapes=f"{shapes}; 4:int64[0,10)", loss="output"))
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == (code, True, after)


@pytest.mark.parametrize(
    ("first", "shapes", "summary"),
    [
        ("self.e(x)", "3x5:int64[0,20)", "give e 8 features in place of 6"),
        ("x", "3x5x6", "send 3x5x8: it takes 8 features, and gets 6"),
    ],
)
def test_a_transformer_gets_the_features_that_it_was_made_for(first: str, shapes: str, summary: str) -> None:
    layers = "self.e = nn.Embedding(20, 6); self.t = nn.TransformerEncoderLayer(8, 2, 16)"
    findings = diagnose_source(net(f"return self.t({first}) * self.p", layers), shapes=shapes, loss="mean")["findings"]
    assert (findings[0]["code"], findings[0]["fix"]["verified"]) == ("SHP701", True)
    assert findings[0]["fix"]["summary"] == summary


def test_steps_of_a_sequence_may_be_told_one_by_one() -> None:
    source = net("return self.p * F.cross_entropy(self.l(x.view(-1, 6)), y)", "self.l = nn.Linear(6, 3)", takes="x, y")
    assert diagnose_source(source, shapes="4x7x6; 28:int64[0,3)", loss="output")["verdict"] == "healthy"


@pytest.mark.parametrize("channels", [6, 8])
def test_a_map_as_high_as_it_has_channels_still_lacks_its_batch(channels: int) -> None:
    layers = f"self.c = nn.Conv2d(3, {channels}, 3, padding=1); self.b = nn.BatchNorm2d({channels})"
    finding = only(diagnose_source(net("return self.b(self.c(x)) * self.p", layers), shapes="3x6x6", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert finding["fix"]["summary"].endswith(".unsqueeze(0)")


def test_a_number_that_is_given_a_dimension_raises_no_rule() -> None:
    source = net("return torch.mm(x.mean().unsqueeze(0), self.w) * self.p", "self.w = nn.Parameter(torch.ones(4, 3))")
    assert diagnose_source(source, shapes="2x4", loss="mean")["findings"][0]["code"] == "SHP703"


def test_positions_told_one_by_one_want_as_many_targets() -> None:
    body = "f = self.c(x).permute(0, 2, 3, 1).reshape(-1, 6); return F.cross_entropy(self.l(f), y.reshape(-1))"
    source = net(body, "self.c = nn.Conv2d(3, 6, 1); self.l = nn.Linear(6, 4)", takes="x, y")
    assert only(diagnose_source(source, shapes="2x3x4x4; 2:int64[0,4)", loss="output"))["code"] == "SHP713"
