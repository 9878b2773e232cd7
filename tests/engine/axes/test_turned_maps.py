"""Maps that lie on their side, maps that a view makes smaller, bytes that wrap around, masks in a row."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

TWO = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        one = self.a(x).permute(0, 2, 3, 1)
        two = torch.tanh(self.b(x).PERMUTED)
        return F.mse_loss(one, two)
"""

REORG = "return self.c(x.view(x.size(0), x.size(1) * 4, x.size(2) // 2, x.size(3) // 2)) * self.p"


def test_a_map_on_its_side_is_permuted_otherwise() -> None:
    source = TWO.replace("PERMUTED", "permute(0, 3, 2, 1)")
    (finding,) = diagnose_source(source, shapes="2x3x6x6", loss="output")["findings"]
    assert (finding["code"], finding["location"]["op"], finding["fix"]["verified"]) == ("SHP716", "aten::permute", True)
    assert finding["fix"]["after"] == "two = torch.tanh(self.b(x).permute(0, 2, 3, 1))"
    assert not unhealed(source, {"shapes": "2x3x6x6", "loss": "output"})


@pytest.mark.parametrize("permuted", ["permute(0, 2, 3, 1)", "permute(0, 2, 3, 1).flip(1)"])
def test_maps_that_lie_alike_are_left_alone(permuted: str) -> None:
    document = diagnose_source(TWO.replace("PERMUTED", permuted), shapes="2x3x6x6", loss="output")
    assert document["findings"] == []


def test_a_map_is_not_made_smaller_by_a_view() -> None:
    (finding,) = diagnose_source(net(REORG, "self.c = nn.Conv2d(24, 2, 1)"), shapes="2x6x8x4")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP719", True)
    assert ".permute(0, 1, 3, 5, 2, 4)" in finding["fix"]["summary"]


def test_channels_are_not_spread_over_a_map_by_a_view() -> None:
    body = "return self.c(x).view(x.size(0), 2, x.size(2) * 3, x.size(3) * 3) * self.p"
    (finding,) = diagnose_source(net(body, "self.c = nn.Conv2d(3, 18, 1)"), shapes="2x3x4x5")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP719", True)


@pytest.mark.parametrize(
    "body",
    [
        "return self.c(F.pixel_unshuffle(x, 2)) * self.p",
        "return self.c(x.view(2, 6, 4, 2, 2, 2).permute(0, 1, 3, 5, 2, 4).reshape(2, 24, 4, 2)) * self.p",
    ],
)
def test_a_map_that_is_unshuffled_is_left_alone(body: str) -> None:
    assert diagnose_source(net(body, "self.c = nn.Conv2d(24, 2, 1)"), shapes="2x6x8x4")["findings"] == []


def test_a_difference_of_bytes_wraps_around() -> None:
    source = net("d = x[:, 1:] - x[:, :-1]; return self.l(d.float()) * self.p", "self.l = nn.Linear(5, 2)")
    (finding,) = diagnose_source(source, shapes="2x4x5:uint8[0,200)")["findings"]
    assert (finding["code"], finding["severity"], finding["fix"]["verified"]) == ("TYP801", "warning", True)


@pytest.mark.parametrize("difference", ["x[:, 1:].float() - x[:, :-1]", "1 - (x[:, 1:] > 9).byte()"])
def test_other_differences_of_bytes_are_left_alone(difference: str) -> None:
    source = net(f"d = {difference}; return self.l(d.float()) * self.p", "self.l = nn.Linear(5, 2)")
    assert diagnose_source(source, shapes="2x4x5:uint8[0,200)")["findings"] == []


def test_an_index_of_bytes_beside_another_is_taken_for_a_mask() -> None:
    body = "s = self.l(x); return s[torch.arange(6), y].mean() * self.p"
    finding = only(diagnose_source(net(body, "self.l = nn.Linear(5, 4)", "x, y"), shapes="6x5; 6:uint8[0,4)"))
    assert (finding["code"], finding["fix"]["verified"]) == ("TYP802", True)


def test_a_mask_in_a_row_is_laid_out_as_what_it_picks_from() -> None:
    body = "h = self.l(x); m = h.flatten() > 0; return h[m].sum() * self.p"
    finding = only(diagnose_source(net(body, "self.l = nn.Linear(5, 4)"), shapes="6x5"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP706", True)
    assert "view(6, 4)" in finding["fix"]["summary"]
