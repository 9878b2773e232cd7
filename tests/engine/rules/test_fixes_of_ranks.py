"""What gives an operation the dimensions that it takes: those that a reduction took, a batch of maps, a sequence."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

CONV = "self.c = nn.Conv2d(3, 6, 3, padding=1)"
ROWS = "self.r = nn.GRU(6, 4, batch_first=True)"

LINES = [
    (
        "return self.up(x)",
        "self.up = nn.ConvTranspose2d(6, 3, 4)",
        "5x6",
        "return self.up(x[:, :, None, None])",
    ),
    (
        "s = self.c(x).mean((2, 3)).relu(); return self.g(s) * x",
        f"{CONV}; self.g = nn.Conv2d(6, 3, 1)",
        "2x3x5x5",
        "s = self.c(x).mean((2, 3), keepdim=True).relu()",
    ),
    (
        "h = self.c(x).mean(1); return F.interpolate(h, size=(9, 9), mode='bilinear')",
        CONV,
        "2x3x5x5",
        "h = self.c(x).mean(1, keepdim=True)",
    ),
    (
        "h = torch.relu(self.c(x).sum(dim=1)); return self.u(h)",
        f"{CONV}; self.u = nn.Upsample(scale_factor=2.0, mode='bicubic')",
        "2x3x5x5",
        "h = torch.relu(self.c(x).sum(dim=1, keepdim=True))",
    ),
    (
        "h = x.mean(1); h = torch.sigmoid(F.relu_(h)); return self.g(h)",
        "self.g = nn.Conv2d(1, 2, 3)",
        "2x3x5x5",
        "h = x.mean(1, keepdim=True)",
    ),
    (
        "m, _ = x.max(1); return self.g(m)",
        "self.g = nn.Conv2d(1, 2, 3)",
        "2x3x5x5",
        "m, _ = x.max(1, keepdim=True)",
    ),
    (
        "w = self.c(x).mean((2, 3)); return self.g(w)",
        f"{CONV}; self.g = nn.Conv2d(6, 2, 1)",
        "2x3x5x5",
        "w = self.c(x).mean((2, 3), keepdim=True)",
    ),
    (
        "h = self.c(x)[:, 0]; return F.interpolate(h, scale_factor=2.0, mode='bilinear')",
        CONV,
        "2x3x5x5",
        "return F.interpolate(h.unsqueeze(1), scale_factor=2.0, mode='bilinear')",
    ),
    (
        "g = torch.zeros(x.size(0), 4, 4, 2); return F.grid_sample(x * self.p, g)",
        CONV,
        "2x5x5",
        "return F.grid_sample((x * self.p).unsqueeze(1), g)",
    ),
    (
        "return F.interpolate(self.l(x), scale_factor=2.0, mode='linear')",
        "self.l = nn.Linear(4, 6)",
        "3x4",
        "return F.interpolate(self.l(x).unsqueeze(1), scale_factor=2.0, mode='linear')",
    ),
    ("return self.r(self.c(x))[0]", f"{CONV}; {ROWS}", "2x3x5x5", "self.r(self.c(x).flatten(2).transpose(1, 2))[0]"),
    (
        "return self.r(self.c(x))[0]",
        f"{CONV}; self.r = nn.LSTM(6, 4)",
        "2x3x5x5",
        "self.r(self.c(x).flatten(2).permute(2, 0, 1))[0]",
    ),
    ("return self.r(x)[0]", ROWS, "4x7x3x2x1", "return self.r(x.flatten(2))[0]"),
    ("return self.r(x)[0]", ROWS, "4x3x2x8", "return self.r(x.permute(0, 3, 1, 2).flatten(2))[0]"),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "after"), LINES)
def test_the_line_gives_the_dimensions_that_are_taken(forward: str, layers: str, shapes: str, after: str) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert after in finding["fix"]["after"]


def test_a_mode_for_fewer_dimensions_is_told_in_words() -> None:
    source = net("return F.interpolate(self.c(x), size=9, mode='bilinear')", "self.c = nn.Conv1d(3, 6, 3)")
    finding = only(diagnose_source(source, shapes="2x3x8", loss="mean"))
    assert finding["title"].startswith("interpolate takes 4 dimensions, and gets 3")
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", None)
    assert 'mode="linear" takes 3 dimensions' in finding["fix"]["summary"]


def test_a_reduction_further_off_is_left_alone() -> None:
    source = net("h = x.mean(1); return self.r(h.unsqueeze(2))[0]", "self.r = nn.GRU(1, 4, batch_first=True)")
    assert diagnose_source(source, shapes="4x3x7", loss="mean")["verdict"] != "faulty"


def test_a_reduction_keeps_the_dimension_that_a_join_in_a_loop_needs() -> None:
    """Where each round joins what the last one reduced, a dimension given at the join is one too many at first."""
    body = """v = torch.zeros_like(self.c(x)[:, :1])
        for _ in range(3):
            h = torch.cat([x, v], 1)
            v, _ = self.g(h).max(1)  # of all actions
        return v.mean()"""
    source = net(body, f"{CONV}; self.g = nn.Conv2d(4, 6, 3, padding=1)")
    finding = only(diagnose_source(source, shapes="2x3x5x5"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP705", True)
    assert finding["fix"]["after"] == "v, _ = self.g(h).max(1, keepdim=True)  # of all actions"


@pytest.mark.parametrize(
    "use",
    ["F.max_pool2d(h[1:, :, :4][None], 2)", "F.interpolate(h[:4, 1:][None], size=(8, 8))", "self.g(h[:3][None])"],
)
def test_the_one_sample_is_taken_out_before_its_dimensions_are_cut(use: str) -> None:
    source = net(f"h = self.c(x[None]); return {use}", f"{CONV}; self.g = nn.Conv2d(3, 2, 3)")
    finding = diagnose_source(source, shapes="3x6x6", loss="mean")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert finding["fix"]["summary"].endswith("h = h[0]")


def test_images_in_a_row_that_have_their_colours_still_are_made_gray() -> None:
    source = net("return self.c(x) * self.p", "self.c = nn.Conv2d(4, 8, 3)")
    finding = only(diagnose_source(source, shapes="2x4x9x9x3", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert finding["fix"]["after"] == "return self.c(x.mean(-1)) * self.p"
