"""Patches of an image that a view puts back side by side."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

DECODER = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.head = nn.Conv2d(3, 10, 4, stride=4), nn.Linear(10, 32)

    def forward(self, x):
        b, c, h, w = x.shape
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        pixels = self.head(tokens)
        return IMAGE
"""


@pytest.mark.parametrize(
    "image",
    [
        "pixels.view(b, 6, 16, 2).reshape(b, h, w, 2)",
        "pixels.view(b, 6, 2, 16).permute(0, 2, 1, 3).reshape(b, 2, h, w)",
    ],
)
def test_the_rows_of_a_patch_are_no_rows_of_the_image(image: str) -> None:
    (finding,) = diagnose_source(DECODER.replace("IMAGE", image), shapes="2x3x8x12")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP719", "aten::reshape")
    assert finding["fix"]["verified"] is True
    assert "4, 4" in finding["fix"]["summary"]
    assert ".transpose(" in finding["fix"]["summary"]


@pytest.mark.parametrize(
    "image",
    [
        "pixels.view(b, 2, 3, 4, 4, 2).permute(0, 5, 1, 3, 2, 4).reshape(b, 2, h, w)",
        "F.pixel_shuffle(pixels.transpose(1, 2).reshape(b, 32, 2, 3), 4)",
        "pixels.reshape(b, 6 * 16, 2)",
    ],
)
def test_what_is_put_back_rightly_or_not_at_all_is_left_alone(image: str) -> None:
    assert diagnose_source(DECODER.replace("IMAGE", image), shapes="2x3x8x12")["findings"] == []
