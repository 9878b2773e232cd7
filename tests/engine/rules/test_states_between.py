"""Encoders and decoders: the states that go from one to the other, and the steps of a loop that hand on theirs."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

SCORED = "w = torch.softmax(torch.tanh({scores}).sum(-1), {axis}).unsqueeze(-1); return (w * o).sum({axis}) * self.p"
BESIDE = {
    "the batch first": (
        "nn.GRU(4, 6, num_layers=3, batch_first=True)", "2x5x4", "o, h = self.a(x)", "self.b(o) + self.c(h)", 1,
        "self.b(o) + self.c(h)[-1].unsqueeze(1)",
    ),
    "the steps first": (
        "nn.LSTM(4, 6, num_layers=2)", "5x3x4", "o, (h, c) = self.a(x)", "self.c(h) + self.b(o)", 0,
        "self.c(h)[-1] + self.b(o)",
    ),
}  # fmt: skip
"""A state of several layers that is added to all steps, and the line with that of the last one."""


@pytest.mark.parametrize("name", BESIDE)
def test_beside_all_steps_stands_the_state_of_the_last_layer(name: str) -> None:
    layer, shapes, first, scores, axis, mended = BESIDE[name]
    body = f"{first}; {SCORED.format(scores=scores, axis=axis)}"
    source = net(body, f"self.a = {layer}; self.b = nn.Linear(6, 6); self.c = nn.Linear(6, 6)")
    finding = only(diagnose_source(source, shapes=shapes))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP706", True)
    assert finding["fix"]["after"] == f"w = torch.softmax(torch.tanh({mended}).sum(-1), {axis}).unsqueeze(-1)"


def test_a_state_that_a_loop_hands_on_is_told_to_be_of_more_layers() -> None:
    body = """
        o, s = self.a(x)
        ys: List[torch.Tensor] = []
        for i in range(2):
            y, s = self.b(o[:, i : i + 1], s)
            ys.append(y)
        return torch.cat(ys, 1) * self.p"""
    layers = "self.a = nn.LSTM(4, 6, 2, batch_first=True); self.b = nn.LSTM(6, 6, batch_first=True)"
    finding = only(diagnose_source(net(body, layers), shapes="3x5x4"))
    assert (finding["code"], finding["title"][:36]) == ("SHP711", "b takes a state of 1x3x6 beside an i")


def test_a_token_that_was_squeezed_to_a_number_is_to_keep_its_sample() -> None:
    body = """
        token = torch.full([1], 1, dtype=torch.long)
        scores: List[torch.Tensor] = []
        for _ in range(3):
            y = self.b(self.a(token.unsqueeze(1)))
            scores.append(y.squeeze(1))
            token = y.topk(1)[1].squeeze().detach()
        return torch.stack(scores, 1) * x * self.p"""
    source = net(body, "self.a = nn.Embedding(9, 6); self.b = nn.Linear(6, 9)")
    finding = only(diagnose_source(source, shapes="1x3x9"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP720", True)
    assert finding["fix"]["after"] == "token = y.topk(1)[1].squeeze((1, 2)).detach()"
