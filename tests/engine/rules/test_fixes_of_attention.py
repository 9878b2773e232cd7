"""What mends an attention of torch's: the features that it is made for, and the mask that it is given."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

MADE = "self.a = nn.MultiheadAttention(8, 2, batch_first=True)"
CAUSAL = 'self.register_buffer("m", torch.triu(torch.full((9, 9), float("-inf")), 1))'

FEATURES = [
    ("return self.a(x, x, x)[0]", MADE, "2x5x6", "make a for 6 features in place of 8"),
    (
        "h = self.l(x); return h + self.a(h, h, h)[0]",
        "self.l = nn.Linear(3, 6); self.a = nn.MultiheadAttention(8, 2)",
        "5x2x3",
        "make a for 6 features in place of 8",
    ),
    ("h = self.l(x); return self.a(h, h, h)[0]", f"self.l = nn.Linear(3, 7); {MADE}", "2x5x3", "give l 8 outputs"),
    ("k = self.l(x); return self.a(x, k, k)[0]", f"self.l = nn.Linear(8, 6); {MADE}", "2x5x8", "give l 8 outputs"),
    (
        "return self.e(self.l(x))",
        "self.l = nn.Linear(3, 6); self.e = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)",
        "2x5x3",
        "give l 8 outputs in place of 6",
    ),
]

MASKS = [
    ("return self.a(x, x, x, attn_mask=self.m)[0]", f"{MADE}; {CAUSAL}", "attn_mask=self.m[:5, :5]"),
    (
        "m = torch.ones(7, 7, dtype=torch.bool).triu(1); return self.a(x, x, x, attn_mask=m, need_weights=False)[0]",
        MADE,
        "attn_mask=m[:5, :5]",
    ),
    (
        "return self.e(x, mask=self.m)",
        f"{CAUSAL}; self.e = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)",
        "mask=self.m[:5, :5]",
    ),
    ("m = torch.zeros(5, 4); return self.a(x, x, x, attn_mask=m)[0]", MADE, None),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "summary"), FEATURES)
def test_an_attention_takes_the_features_that_it_gets(forward: str, layers: str, shapes: str, summary: str) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP701", True)
    assert summary in finding["fix"]["summary"]


def test_keys_of_other_features_are_told_in_words() -> None:
    finding = only(diagnose_source(net("return self.a(x, y, y)[0]", MADE, "x, y"), shapes="2x5x8; 2x4x6", loss="mean"))
    assert finding["title"] == "a takes 8 features, and gets 6"
    assert "the input gives 6, a takes 8" in finding["message"]
    assert finding["fix"]["summary"].startswith("make a with kdim=6 and vdim=6")
    assert finding["fix"]["verified"] is None


@pytest.mark.parametrize(("forward", "layers", "after"), MASKS)
def test_a_mask_is_brought_to_the_steps_that_there_are(forward: str, layers: str, after: str | None) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes="2x5x8", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP717", True)
    assert (after or "") in (finding["fix"]["after"] or "")
    assert after or "make a mask of 5x5" in finding["fix"]["summary"]
