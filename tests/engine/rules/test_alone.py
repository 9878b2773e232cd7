"""Squeezes that name the dimension of the batch, which they drop where it holds a single sample."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

CLASSES = ":int64[0,5)"
HEAD = "self.l = nn.Linear(6, 5)"
MAPS = "self.c = nn.Conv2d(3, 4, 3); self.l = nn.Linear(144, 5)"
STEPS = "self.r = nn.LSTM(6, 7, 2, bidirectional=True); self.l = nn.Linear(14, 1)"

REFUSED = {
    "a squeeze of the scores": (
        STEPS, "h = torch.cat(self.r(x)[1][0][-2:].unbind(0), dim=1); s = self.l(h.squeeze(0)); "
        "return F.binary_cross_entropy_with_logits(s.squeeze(1), y) * self.p",
        "9x1x6; 1", "s = self.l(h)",
    ),
    "classes": (
        HEAD, "h = self.l(x).relu().squeeze(0); return F.nll_loss(F.log_softmax(h, dim=1), y) * self.p",
        f"1x6; 1{CLASSES}", "h = self.l(x).relu()",
    ),
    "a loss": (HEAD, "return F.cross_entropy(self.l(x).squeeze(0), y) * self.p", f"1x6; 1{CLASSES}",
        "return F.cross_entropy(self.l(x), y) * self.p"),
    "a state that has lost its layer": (
        "self.r = nn.GRU(6, 7, batch_first=True); self.l = nn.Linear(7, 5)",
        "h = self.r(x)[1].squeeze(0); s = torch.squeeze(self.l(h), dim=0); return F.cross_entropy(s, y) * self.p",
        f"1x9x6; 1{CLASSES}", "s = self.l(h)",
    ),
    "a norm": (
        "self.c = nn.Conv1d(3, 4, 3); self.n = nn.BatchNorm1d(4)",
        "h = self.c(x).squeeze(-3); return F.mse_loss(self.n(h), y) * self.p", "1x3x9; 4x7", "h = self.c(x)",
    ),
    "what it is joined with": (
        HEAD, "h = self.l(x); h = h.squeeze(0); return F.mse_loss(torch.cat([h, x], dim=1), y) * self.p", "1x6; 1x11",
        "",
    ),
    "rows of all channels": (
        MAPS, "h = self.c(x).squeeze(0); return F.cross_entropy(self.l(h.flatten(1)), y) * self.p",
        f"1x3x8x8; 1{CLASSES}", "h = self.c(x)",
    ),
    "an image without a batch": (
        MAPS, "h = self.c(x.squeeze(0)); return F.cross_entropy(self.l(h.view(h.size(0), -1)), y) * self.p",
        f"1x3x8x8; 1{CLASSES}", "h = self.c(x)",
    ),
    "the last step": (
        "self.r = nn.GRU(6, 7, batch_first=True); self.l = nn.Linear(7, 5)",
        "o = self.r(x)[0].squeeze(0); return F.cross_entropy(self.l(o[:, -1, :]), y) * self.p",
        f"1x9x6; 1{CLASSES}", "o = self.r(x)[0]",
    ),
    "sizes": (
        HEAD, "h = self.l(x).squeeze(0); b, t, f = h.shape; return F.mse_loss(h.view(b, t * f), y) * self.p",
        "1x9x6; 1x45", "h = self.l(x)",
    ),
    "positions dropped with it": (
        "self.c = nn.Conv2d(3, 5, 8)", "h = self.c(x).squeeze((0, 2, 3)); return h.softmax(1).log()[:, 0] * self.p * y",
        "1x3x8x8; 1", "h = self.c(x).squeeze((2, 3))",
    ),
    "positions meant in its place": (
        "self.c = nn.Conv1d(3, 6, 9); self.l = nn.Linear(6, 5)",
        "h = self.c(x).squeeze(0); return F.cross_entropy(self.l(h), y) * self.p", f"1x3x9; 1{CLASSES}",
        "h = self.c(x).squeeze(2)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "body", "shapes", "after"), REFUSED.values(), ids=REFUSED)
def test_what_was_refused_wants_the_batch(layers: str, body: str, shapes: str, after: str) -> None:
    finding = only(diagnose_source(net(body, layers, "x, y"), shapes=shapes, loss="output"))
    assert (finding["code"], finding["location"]["op"]) == ("SHP720", "aten::squeeze")
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


def test_two_operands_that_lost_it_get_it_back_together() -> None:
    body = "h = self.l(x).squeeze(0); g = y.squeeze(0); return torch.cat([h, g], dim=1) * self.p"
    finding = only(diagnose_source(net(body, HEAD, "x, y"), shapes="1x6; 1x4"))
    assert (finding["code"], finding["fix"]["after"]) == ("SHP720", "h = self.l(x)\ng = y")
    assert finding["fix"]["verified"]


SILENT = {
    "steps beside a row of them": (
        "self.l = nn.Linear(6, 1)", "return F.mse_loss(self.l(x).squeeze(0), y) * self.p", "1x5x6; 1x5",
        "return F.mse_loss(self.l(x).squeeze(2), y) * self.p",
    ),
    "gates beside the states of a recurrent layer": (
        "self.r = nn.GRU(6, 5); self.l = nn.Linear(5, 1)",
        "o = self.r(x)[0]; h = o.squeeze(1); return F.mse_loss(self.l(o.sigmoid() * h), y) * self.p", "7x1x6; 7x1x1",
        "h = o",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "body", "shapes", "after"), SILENT.values(), ids=SILENT)
def test_a_loss_that_is_stretched_misses_it(layers: str, body: str, shapes: str, after: str) -> None:
    (finding,) = diagnose_source(net(body, layers, "x, y"), shapes=shapes, loss="output")["findings"]
    assert (finding["code"], finding["severity"], finding["parameters"]) == ("SHP720", "warning", [])
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


OTHERS = {
    "a layer that is too narrow behind a state": (
        "SHP701", "self.r = nn.GRU(6, 7, batch_first=True); self.l = nn.Linear(8, 5)",
        "return self.l(self.r(x)[1].squeeze(0)) * self.p", "1x9x6",
    ),
    "the only step of sequences that stand second": (
        "SHP703", "self.r = nn.GRU(6, 7)", "return self.r(x)[0].squeeze(0).softmax(2) * self.p", "1x4x6",
    ),
    "a batch that was given back": (
        "SHP703", HEAD, "return self.l(x).squeeze(0).relu().unsqueeze(0).softmax(2) * self.p", "1x6",
    ),
    "samples stacked one by one": (
        "SHP701", f"{HEAD}; self.o = nn.Linear(4, 2)",
        "s = torch.stack([self.l(x[i : i + 1]).squeeze(0) for i in range(x.size(0))]); return self.o(s) * self.p",
        "1x6",
    ),
    "a bag of instances, whose first dimension is named": (
        "SHP703", HEAD, "h = self.l(x.squeeze(0)).mean(0, keepdim=True); return h.softmax(2) * self.p", "1x9x6",
    ),
    "nodes of two graphs": (
        "SHP705", HEAD, "return torch.cat([self.l(x[:, :7].squeeze(0)), self.l(x.squeeze(0))], dim=1) * self.p",
        "1x9x6",
    ),
    "another dimension": (
        "SHP703", "self.l = nn.Linear(6, 1)", "return self.l(x).squeeze(2).softmax(2) * self.p", "1x9x6",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "layers", "body", "shapes"), OTHERS.values(), ids=OTHERS)
def test_another_fault_is_not_laid_upon_a_squeeze(code: str, layers: str, body: str, shapes: str) -> None:
    assert diagnose_source(net(body, layers), shapes=shapes, loss="mean")["findings"][0]["code"] == code


HEALTHY = {
    "the state of one layer": (
        "self.r = nn.GRU(6, 7, batch_first=True); self.l = nn.Linear(7, 5)",
        "return F.cross_entropy(self.l(self.r(x)[1].squeeze(0)), y) * self.p", f"1x9x6; 1{CLASSES}",
    ),
    "a batch that comes back": (
        HEAD, "h = self.l(x).squeeze(0).relu().unsqueeze(0); return F.cross_entropy(h, y) * self.p", f"1x6; 1{CLASSES}",
    ),
    "a loss of one sample": (
        HEAD, "return F.cross_entropy(self.l(x).squeeze(0), y.squeeze(0)) * self.p", f"1x6; 1{CLASSES}",
    ),
    "the steps of one sequence": (
        HEAD, "return F.cross_entropy(self.l(x).squeeze(0), y.squeeze(0)) * self.p", f"1x9x6; 1x9{CLASSES}",
    ),
    "one number": ("self.l = nn.Linear(6, 1)", "return F.mse_loss(self.l(x).squeeze(0), y) * self.p", "1x6; 1"),
    "a row beside one of one": (HEAD, "return F.mse_loss(self.l(x).squeeze(0), y) * self.p", "1x6; 1x5"),
    "a bag of instances": (
        "self.a = nn.Linear(6, 1); self.l = nn.Linear(6, 1)",
        "h = x.squeeze(0); z = self.a(h).t().softmax(1) @ h; return F.mse_loss(self.l(z), y) * self.p", "1x9x6; 1x1",
    ),
    "samples stacked one by one": (
        HEAD, "s = torch.stack([self.l(x[i : i + 1]).squeeze(0) for i in range(x.size(0))]); "
        "return F.mse_loss(s, y) * self.p", "1x6; 1x5",
    ),
    "the step of a decoder": (
        "self.r = nn.GRU(6, 7); self.l = nn.Linear(7, 5)",
        "h = torch.zeros(1, 1, 7); o, h = self.r(x[0].unsqueeze(0), h); "
        "return F.cross_entropy(self.l(o.squeeze(0)), y) * self.p + 0 * h.sum()", f"4x1x6; 1{CLASSES}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "body", "shapes"), HEALTHY.values(), ids=HEALTHY)
def test_a_sample_that_is_taken_out_of_its_batch_on_purpose_is_healthy(layers: str, body: str, shapes: str) -> None:
    found = diagnose_source(net(body, layers, "x, y"), shapes=shapes, loss="output")["findings"]
    assert not [f for f in found if f["code"].startswith("SHP")]


def test_two_of_one_line_are_mended_there() -> None:
    layers = "self.a = nn.Linear(6, 1); self.b = nn.Linear(6, 1)"
    body = "s = self.a(x).squeeze() + self.b(x).squeeze(); return s.view(s.size(0), 1) * self.p"
    finding = only(
        diagnose_source(net(body.replace("; return", "\n        return"), layers), shapes="1x6", loss="mean")
    )
    assert finding["code"] == "SHP720"
    assert finding["fix"]["after"] == "s = self.a(x).squeeze(1) + self.b(x).squeeze(1)"


def test_two_that_drop_it_alike_are_mended_together_where_a_size_is_asked_for_that_is_gone() -> None:
    layers = "self.a = nn.Linear(6, 4); self.b = nn.Linear(6, 4); self.l = nn.Linear(8, 5)"
    body = (
        "s = torch.stack([self.a(x[i].unsqueeze(0)) for i in range(x.size(0))]).squeeze()\n"
        "        t = torch.stack([self.b(x[i].unsqueeze(0)) for i in range(x.size(0))]).squeeze()\n"
        "        h = self.l(torch.cat([s, t], dim=-1)); return h.view(h.size(0), h.size(1), 1) * self.p"
    )
    finding = only(diagnose_source(net(body, layers), shapes="1x6", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP720", True)
    assert finding["fix"]["after"].count(".squeeze(1)") == 2
