"""The two states of an LSTM, put into a tuple for it in another shape than it takes."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

CASES = [
    ("", 8, "", ".unsqueeze(0)"),
    ("", 8, ".unsqueeze(1)", ".transpose(0, 1)"),
    (", num_layers=2", 16, ".view(-1, 2, 8)", ".transpose(0, 1)"),
    (", bidirectional=True", 16, ".view(-1, 2, 8)", ".transpose(0, 1)"),
    (", num_layers=2", 8, ".unsqueeze(0)", ".repeat(2, 1, 1)"),
    ("", 8, ".unsqueeze(0).unsqueeze(0)", ".squeeze(0)"),
]


@pytest.mark.parametrize(("more", "width", "shaped", "change"), CASES)
def test_both_are_changed_before_torch_looks_at_them(more: str, width: int, shaped: str, change: str) -> None:
    init = f"self.first = nn.Linear(5, {width}); self.lstm = nn.LSTM(6, 8, batch_first=True{more})"
    body = f"h = torch.tanh(self.first(z)){shaped}; c = h * self.p; o, _ = self.lstm(x, (h, c)); return o"
    finding = only(diagnose_source(net(body, init, takes="x, z"), shapes="4x5x6; 4x5", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP711", True)
    assert finding["fix"]["after"] == f"o, _ = self.lstm(x, (h{change}, c{change}))"


def test_states_that_a_loop_hands_on_are_changed_before_it() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.lstm = nn.Linear(5, 8), nn.LSTM(6, 8, num_layers=2)

    def forward(self, x, z):
        h = torch.tanh(self.first(z)).unsqueeze(0)
        c = torch.zeros_like(h)
        total = torch.zeros(1)
        for t in range(x.size(0)):
            o, (h, c) = self.lstm(x[t : t + 1], (h, c))
            total = total + o.sum()
        return total
"""
    finding = only(diagnose_source(source, shapes="5x4x6; 4x5", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP711", True)
    assert ", before the loop: " in finding["fix"]["summary"]


def test_of_packed_sequences_the_features_are_told() -> None:
    body = (
        "p = nn.utils.rnn.pack_padded_sequence(x, z, batch_first=True, enforce_sorted=False); "
        "o, (h, c) = self.lstm(p); return h[-1] * self.p"
    )
    source = net(body, "self.lstm = nn.LSTM(8, 16, batch_first=True)", takes="x, z")
    finding = only(diagnose_source(source, shapes="4x7x6; 4:int64[1,8)", loss="mean"))
    assert (finding["code"], finding["title"]) == ("SHP711", "lstm takes 8 features, and gets 6")
    assert finding["fix"]["verified"] is True
