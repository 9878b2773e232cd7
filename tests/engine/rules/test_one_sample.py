"""Batches that lack a dimension and that a convolution takes for one sample, its samples for channels."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

from whygrad.engine.observation import Json

VIDEO = "self.c = nn.Conv3d(3, 8, 3, padding=1)"
SIGNAL = "self.e = nn.Linear(5, 6); self.c = nn.Conv1d(6, 8, 1)"
LOSS = "return F.cross_entropy(self.c(x).flatten(2).mean(2), y)"

FOLDED = {
    "frames by view": ("b, s, c, h, w = x.size(); x = x.view(b * s, c, h, w)", "4x5x3x8x8", VIDEO),
    "frames by reshape": ("x = x.reshape(-1, x.size(2), x.size(3), x.size(4))", "4x5x3x8x8", VIDEO),
    "frames by flatten, scaled": ("x = torch.flatten(x, 0, 1) / 255.0", "4x5x3x8x8", VIDEO),
    "steps of a sequence": ("x = self.e(x); x = x.reshape(-1, 6)", "4x7x5", SIGNAL),
}
MENDED = {
    "frames by view": "x = x.permute(0, 2, 1, 3, 4)",
    "frames by reshape": "x = x.permute(0, 2, 1, 3, 4)",
    "frames by flatten, scaled": "x = x.permute(0, 2, 1, 3, 4) / 255.0",
    "steps of a sequence": "x = x.permute(0, 2, 1)",
}

LACKING = {
    "images for a convolution of videos": ("4x3x8x8", VIDEO, 2),
    "sequences for a convolution of images": ("4x6x8", "self.c = nn.Conv2d(6, 8, 3, padding=1)", 3),
    "sequences for a window of one row": ("4x6x8", "self.c = nn.Conv2d(6, 8, (1, 3))", 2),
    "sequences for a transposed convolution": ("4x6x8", "self.c = nn.ConvTranspose2d(6, 8, 2, stride=2)", 3),
    "features for a convolution of sequences": ("4x6", "self.c = nn.Conv1d(6, 8, 1)", 2),
}

OTHERS = {
    "images of more channels": ("return self.c(x).mean()", "4x5x8x8", "self.c = nn.Conv2d(3, 8, 3)", "SHP702"),
    "one image of another number of channels": (
        "return self.c(x).mean()",
        "4x8x8",
        "self.c = nn.Conv2d(3, 8, 3)",
        "SHP702",
    ),
    "images without their one channel": ("return self.c(x).mean()", "4x8x8", "self.c = nn.Conv2d(1, 8, 3)", "SHP703"),
    "features last": ("return self.c(self.e(x)).mean()", "4x7x5", SIGNAL, "SHP716"),
    "the steps of one sequence, features last": ("return self.c(self.e(x)).mean()", "7x5", SIGNAL, "SHP716"),
}


@pytest.mark.parametrize("name", FOLDED)
def test_a_view_that_folds_what_is_missing_gives_way_to_a_permutation(name: str) -> None:
    forward, shape, layers = FOLDED[name]
    first = findings(f"{forward}; {LOSS}", shape, layers)[0]
    assert (first["code"], first["fix"]["after"], first["fix"]["verified"]) == ("SHP703", MENDED[name], True)
    assert first["location"]["op"].removeprefix("aten::") in ("view", "reshape", "flatten")


def test_channels_that_stand_second_need_no_view() -> None:
    body = f"b, c, s, h, w = x.size(); x = x.view(b * s, c, h, w); {LOSS}"
    first = findings(body, "4x3x5x8x8", VIDEO)[0]
    assert (first["code"], first["fix"]["after"], first["fix"]["verified"]) == ("SHP703", "", True)


@pytest.mark.parametrize("name", LACKING)
def test_a_dimension_that_nothing_folded_is_put_in(name: str) -> None:
    shape, layers, axis = LACKING[name]
    first = findings(LOSS, shape, layers)[0]
    assert (first["code"], first["fix"]["verified"]) == ("SHP703", True)
    assert first["fix"]["after"] == LOSS.replace("self.c(x)", f"self.c(x.unsqueeze({axis}))")


@pytest.mark.parametrize("name", OTHERS)
def test_what_has_all_dimensions_or_is_one_sample_keeps_its_code(name: str) -> None:
    *program, code = OTHERS[name]
    assert findings(*program, takes="x")[0]["code"] == code


def findings(body: str, shape: str, layers: str, takes: str = "x, y") -> list[dict[str, Json]]:
    """What is found in a program of images or sequences, and of a class for each where it takes them."""
    target = "; 4:int64[0,8)" if "y" in takes else ""
    document = diagnose_source(net(body, layers, takes), shapes=f"{shape}{target}")
    return [dict(f) for f in document["findings"] if f["severity"] != "note"]
