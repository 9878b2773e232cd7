"""What there is one of for each sample, beside heads that a view put among the samples."""

from __future__ import annotations

from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

SOURCE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.query = nn.Embedding(9, 12), nn.Linear(12, 12)

    def forward(self, words):
        b, n = words.shape
        mask = words == 0
        q = self.query(self.embed(words)).view(b, n, 3, 4).ORDER.reshape(3 * b, n, 4)
        scores = (q @ q.transpose(1, 2)).masked_fill(mask.unsqueeze(1), -1e9)
        return scores.softmax(-1) @ q
"""


def test_a_mask_is_repeated_for_the_heads_of_each_sample() -> None:
    source = SOURCE.replace("ORDER", "transpose(1, 2)")
    finding = only(diagnose_source(source, shapes="2x7:int64[0,9)", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP706", True)
    assert "masked_fill(mask.unsqueeze(1).repeat_interleave(3, dim=0), -1e9)" in finding["fix"]["after"]


def test_a_number_that_cannot_grow_is_told_without_it() -> None:
    source = net("t = torch.zeros(1); t = t.squeeze(0); t += x.sum(1) * self.p; return t")
    finding = only(diagnose_source(source, shapes="2x7", loss="mean"))
    assert "repeat_interleave" not in (finding["fix"]["after"] or "")


def test_not_where_the_heads_stand_outside() -> None:
    source = SOURCE.replace("ORDER", "permute(2, 0, 1, 3)")
    finding = only(diagnose_source(source, shapes="2x7:int64[0,9)", loss="mean"))
    assert "repeat_interleave" not in (finding["fix"]["after"] or "")
