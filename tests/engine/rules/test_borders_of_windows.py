"""Windows that are too few, masks that are too few, maps that are too small: what is to be sent or put around them."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

LOCAL = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.keys = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        PADDED
        k = self.keys(x)
        k = CUT
        return k.view(b, 4, 9, h, w).softmax(2).mean(2)
"""

UNFOLDED = "k.unfold(2, 3, 1).unfold(3, 3, 1).permute(0, 1, 4, 5, 2, 3).contiguous()"


@pytest.mark.parametrize("padded", ["", "x = F.pad(x, [0, 0, 0, 0])"])
@pytest.mark.parametrize("cut", ["F.unfold(k, 3)", UNFOLDED, UNFOLDED.replace("k.", "(k * 2).relu().")])
def test_every_position_keeps_a_window(cut: str, padded: str) -> None:
    source = LOCAL.replace("CUT", cut).replace("        PADDED\n", f"        {padded}\n" if padded else "")
    finding = only(diagnose_source(source, shapes="2x3x7x6"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP704", True)
    assert "pad the map by [1, 1, 1, 1] before its windows are cut out" in finding["fix"]["summary"]


@pytest.mark.parametrize("cut", ["F.unfold(k, 2)", "F.unfold(k, 3, stride=2)", "k[:, :, :5, :4].repeat(1, 9, 1, 1)"])
def test_windows_that_no_border_makes_as_many_are_told_without_one(cut: str) -> None:
    finding = only(diagnose_source(LOCAL.replace("CUT", cut).replace("        PADDED\n", ""), shapes="2x3x7x6"))
    assert "pad the map" not in finding["fix"]["summary"]


@pytest.mark.parametrize("heads", [2, 3])
def test_a_mask_of_each_sample_is_repeated_for_the_heads_of_torch_attention(heads: int) -> None:
    init = f"self.a = nn.MultiheadAttention(12, {heads}, batch_first=True)"
    body = "mask = torch.cdist(x, x) > 99; return self.a(x, x, x, attn_mask=mask)[0] * self.p"
    finding = only(diagnose_source(net(body, init), shapes="3x6x12"))
    assert (finding["code"], finding["location"]["op"]) == ("SHP717", "prim::RaiseException")
    assert finding["fix"]["verified"] is True
    assert f"attn_mask=mask.repeat_interleave({heads}, dim=0)" in finding["fix"]["after"]


def test_larger_maps_leave_more_than_one_position() -> None:
    init = "self.c = nn.Conv2d(3, 4, 3, stride=2, padding=1); self.d = nn.Conv2d(4, 4, 3, stride=2, padding=1)"
    body = "return F.instance_norm(self.d(self.c(x))) * self.p"
    finding = only(diagnose_source(net(body, init), shapes="2x3x4x4"))
    assert (finding["code"], finding["fix"]["verified"]) == ("TYP805", True)
    assert finding["fix"]["summary"].startswith("send 2x3x5x5 or more")
