"""Sizes that a whole factor, a sum of two directions or another request makes fit."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

BOTH_WAYS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(6, 8, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(6, 8, batch_first=True)
        self.out = nn.Linear(16, 3)

    def forward(self, src, tgt):
        context, hidden = self.encoder(src)
        output, _ = self.decoder(tgt)
        scores = torch.bmm(output, context.transpose(1, 2))
        mixed = torch.bmm(scores.softmax(-1), context)
        return self.out(torch.cat([mixed, output], 2))
"""

BAKED = """
import numpy as np


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        rows = np.random.RandomState(0).rand(*x.shape[2:]).astype("float32")
        return self.conv(x) * torch.from_numpy(rows)
"""


def test_the_two_directions_of_an_encoder_are_added_up() -> None:
    request = {"shapes": "3x7x6; 3x5x6"}
    finding = only(diagnose_source(BOTH_WAYS, **request))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP701", True)
    assert "add up the two directions, 8 features each" in finding["fix"]["summary"]
    assert not unhealed(BOTH_WAYS, request)


@pytest.mark.parametrize(("factor", "fits"), [(2.0, "3 times in place of 2"), (4.0, "3 times in place of 4")])
def test_another_factor_makes_a_sequence_as_long_as_what_it_is_joined_with(factor: float, fits: str) -> None:
    init = f"self.up = nn.Upsample(scale_factor={factor}); self.conv = nn.Conv1d(5, 5, 3, padding=1)"
    source = net("m = self.conv(self.up(m)).transpose(1, 2); return torch.cat([x * self.p, m], 2)", init, "x, m")
    finding = only(diagnose_source(source, shapes="2x12x3; 2x5x4"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP705", True)
    assert fits in finding["fix"]["summary"]


def test_no_factor_is_told_that_is_not_whole() -> None:
    source = net(
        "m = self.up(m).transpose(1, 2); return torch.cat([x * self.p, m], 2)",
        "self.up = nn.Upsample(scale_factor=2.0)",
        "x, m",
    )
    finding = only(diagnose_source(source, shapes="2x10x3; 2x5x4"))
    assert "times in place of" not in finding["fix"]["summary"]


def test_of_the_axes_of_one_the_one_goes_that_is_no_channel() -> None:
    source = net("return self.conv(x.unsqueeze(1)) * self.p", "self.conv = nn.Conv1d(1, 4, 5)")
    finding = only(diagnose_source(source, shapes="2x30x1"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert "x.unsqueeze(1).squeeze(3)" in finding["fix"]["after"]


def test_a_trace_that_holds_numbers_of_its_size_takes_the_sizes_of_its_example() -> None:
    finding = only(diagnose_source(BAKED, shapes="2x3x6x7", export="trace 2x3x4x5"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP712", True)
    assert finding["fix"]["summary"].endswith("as it is, it takes the sizes of its example")


MAPS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        out = self.conv(x)
        alpha, colours = out[:, :1].sigmoid(), out[:, 1:]
        return alpha * GIVEN
"""


@pytest.mark.parametrize("given", ["(x * colours).sum(1)", "colours.mean(1)"])
def test_two_learnt_maps_of_which_one_has_lost_its_channels(given: str) -> None:
    source = MAPS.replace("GIVEN", given)
    document = diagnose_source(source, shapes="4x3x8x7")
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"], finding["fix"]["verified"]) == ("suspect", "SHP707", True)


def test_two_learnt_maps_of_which_one_was_given_an_axis_are_meant() -> None:
    source = MAPS.replace("GIVEN", "(x * colours).sum(1)[:, None]")
    assert diagnose_source(source, shapes="4x3x8x7")["verdict"] == "healthy"
