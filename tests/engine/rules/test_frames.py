"""Frames or crops in a dimension of their own before a module that takes a batch of images."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

ENCODER = """
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)

    def forward(self, x):
        return torch.tanh(self.norm(self.conv(x))).mean((2, 3))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.rnn, self.head = Encoder(), nn.GRU(4, 5, batch_first=True), nn.Linear(5, 2)
"""


@pytest.mark.parametrize(
    ("shapes", "body", "after"),
    [
        (
            "2x6x3x8x8",
            "h, _ = self.rnn(self.encoder(x)); return self.head(h[:, -1])",
            "h, _ = self.rnn(self.encoder(x.flatten(0, 1)).unflatten(0, x.shape[:2]))",
        ),
        (
            "2x2x5x3x8x8",
            "h = self.encoder(x).mean(2); return self.head(self.rnn(h)[0])",
            "h = self.encoder(x.flatten(0, 2)).unflatten(0, x.shape[:3]).mean(2)",
        ),
    ],
)
def test_they_go_through_it_as_one_batch(shapes: str, body: str, after: str) -> None:
    lines = "".join(f"        {line}\n" for line in body.split("; "))
    document = diagnose_source(f"{ENCODER}\n    def forward(self, x):\n{lines}", shapes=shapes, loss="mean")
    (finding,) = document["findings"]
    assert (finding["code"], finding["fix"]["after"], finding["fix"]["verified"]) == ("SHP703", after, True)


def test_colours_in_another_place_are_no_frames() -> None:
    body = "    def forward(self, x):\n        return self.head(self.rnn(self.encoder(x))[0])\n"
    document = diagnose_source(f"{ENCODER}\n{body}", shapes="2x3x6x8x8", loss="mean")
    assert document["findings"][0]["code"] == "SHP703"
    assert not document["findings"][0]["fix"]["verified"]


FEATURES = "nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2))"


@pytest.mark.parametrize(
    ("layers", "body"),
    [
        ("self.c, self.head = nn.Conv2d(3, 8, 3), nn.Linear(8, 2)", "return self.head(self.c(x).mean(dim=[2, 3]))"),
        (f"self.c, self.head = {FEATURES}, nn.Linear(32, 2)", "return self.head(self.c(x).flatten(1))"),
        ("self.c = nn.Conv2d(3, 5, 3)", "return F.softmax(self.c(x), dim=1)"),
    ],
)
def test_what_names_the_axes_of_maps_behind_it_is_not_given_others(layers: str, body: str) -> None:
    source = f"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {layers}\n"
    document = diagnose_source(
        f"{source}\n    def forward(self, x):\n        {body}\n", shapes="2x5x3x8x8", loss="mean"
    )
    (finding,) = document["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", None)


def test_each_call_of_the_module_has_a_batch_of_its_own() -> None:
    lines = (
        "    def forward(self, x, y):",
        "h = self.encoder(x) - self.encoder(y)",
        "return self.head(self.rnn(h)[0])",
    )
    body = "\n        ".join(lines)
    found = diagnose_source(f"{ENCODER}\n{body}\n", shapes="2x6x3x8x8; 2x6x3x8x8", loss="mean")["findings"]
    assert [(f["code"], f["fix"]["verified"]) for f in found] == [("SHP703", True)] * len(found)
