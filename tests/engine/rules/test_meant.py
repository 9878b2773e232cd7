"""Programs that look like a fault, and mean what they do: estimates, pairs, baselines, states, symmetry."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

ENCODER = "self.a = nn.Linear(8, 6)"
MAPS = "self.a = nn.Conv2d(4, 1, 1)"
TWO = "self.a = nn.Linear(8, 10); self.b = nn.Linear(8, 1)"

MEANT = {
    "each utterance against every speaker": (
        "h = self.a(x) * self.p; c = h.mean(1); d = ((h - c[:, None, None]) ** 2).sum(-1); "
        "i = torch.arange(x.size(0)); return -F.log_softmax(-d, dim=0)[i, i].mean()",
        ENCODER,
        "4x5x8",
    ),
    "tokens against all means": (
        "h = self.a(x) * self.p; s = (h * h.mean(1)[:, None, None]).sum(-1).mean(-1); "
        "return F.cross_entropy(s, torch.arange(x.size(0)))",
        ENCODER,
        "4x5x8",
    ),
    "a map that is to be symmetrical": (
        "h = self.a(x) * self.p; return h.square().mean() + F.mse_loss(h, h.transpose(-1, -2))",
        MAPS,
        "2x4x8x8",
    ),
    "a layer that is to be equivariant": (
        "return F.mse_loss(self.a(x) * self.p, self.a(x.transpose(2, 3)))",
        MAPS,
        "2x4x8x8",
    ),
    "maps that are told apart in pairs": (
        "q = self.b(x).squeeze(1); d = (self.a(x) * self.p - q).pow(2).mean((2, 3)); "
        "return F.cross_entropy(-d, torch.arange(x.size(0)))",
        "self.a = nn.Conv2d(4, 1, 1); self.b = nn.Conv2d(4, 1, 1)",
        "4x4x8x8",
    ),
    "a mixture of softmaxes": (
        "c = torch.log_softmax(self.a(x), -1); w = torch.log_softmax(self.b(x), 1); "
        "return -torch.logsumexp(c + w, 1).mean() * self.p",
        TWO,
        "4x5x8",
    ),
    "a straight-through estimate in a term": (
        "s = self.a(x).mean(0) * self.p; b = s.round() - s.detach() + s; return s.square().mean() + (0.1 * b).sum()",
        ENCODER,
        "4x8",
    ),
    "what is left of a floor": (
        "h = self.b(x).squeeze(-1) * self.p; return (h - torch.floor(h)).mean()",
        "self.b = nn.Linear(8, 1)",
        "4x8",
    ),
    "a loss less that of a reference": (
        "y = torch.arange(x.size(0)); return F.cross_entropy(self.a(x) * self.p, y) - F.cross_entropy(self.t(x), y)",
        "self.a = nn.Linear(8, 6); self.t = nn.Linear(8, 6).requires_grad_(False)",
        "4x8",
    ),
    "a memory that begins with zeros": (
        "m = self.m + self.w(x).unsqueeze(2) * self.a(x).unsqueeze(1); "
        "return (self.w(x).unsqueeze(1) @ self.c(m)).squeeze(1) * self.p",
        "self.a = nn.Linear(8, 6); self.w = nn.Linear(8, 5); self.c = nn.Linear(6, 6); "
        "self.register_buffer('m', torch.zeros(5, 6))",
        "4x8",
    ),
    "a refined flow that begins with zeros": (
        "f = self.f + self.a(x); return self.c(f) * self.p",
        "self.a = nn.Linear(8, 6); self.c = nn.Linear(6, 2); self.register_buffer('f', torch.zeros(5, 6))",
        "4x5x8",
    ),
    "samples that attend to one another, but not to themselves": (
        "b = x.shape[0]; m = torch.eye(b, dtype=torch.bool); h = self.a(x); z, _ = self.r(h, h, h, attn_mask=m); "
        "return z * self.p",
        "self.a = nn.Linear(8, 6); self.r = nn.MultiheadAttention(6, 2)",
        "4x8",
    ),
    "attention along steps, and then along samples": (
        "b, t, d = x.shape; x = x + self.t(x, x, x)[0]; x = x + self.s(x, x, x)[0]; "
        "return x.reshape(b * t, d) * self.p",
        "self.t = nn.MultiheadAttention(8, 2, batch_first=True); self.s = nn.MultiheadAttention(8, 2)",
        "4x7x8",
    ),
    "a recurrence along each of two axes": (
        "b, t, d = x.shape; y, _ = self.r(x); z, _ = self.s(x + y); return (x + z).reshape(b * t, d) * self.p",
        "self.r = nn.LSTM(8, 8, batch_first=True); self.s = nn.LSTM(8, 8)",
        "4x7x8",
    ),
    "a first state for each sample of an example": (
        "return self.r(x, self.h)[0] * self.p",
        "self.r = nn.GRU(5, 8); self.h = torch.randn(1, 4, 8)",
        "6x4x5",
    ),
    "a layout that a layer learns": (
        "h = self.a(x).relu().view(-1, 16, 2, 2); return self.c(h.view(x.size(0), 4, 4, 4)) * self.p",
        "self.a = nn.Linear(8, 64); self.c = nn.Conv2d(4, 2, 3)",
        "3x8",
    ),
}


@pytest.mark.parametrize("name", MEANT)
def test_it_is_meant(name: str) -> None:
    body, init, shapes = MEANT[name]
    document = diagnose_source(net(body, init), shapes=shapes)
    assert [f["title"] for f in document["findings"] if f["severity"] != "note"] == []


@pytest.mark.parametrize(
    ("body", "low"), [("(x - y) != 0", 256), ("(x - y).float()", 2), ("(x.float() - y.float()) / 255", 256)]
)
def test_differences_of_bytes_that_are_right(body: str, low: int) -> None:
    source = net(f"return self.a(({body}).to(torch.float32)) * self.p", "self.a = nn.Conv2d(3, 2, 1)", "x, y")
    shape = f"2x3x4x4:uint8[0,{low})"
    assert diagnose_source(source, shapes=f"{shape}; {shape}")["verdict"] == "healthy"


ONCE = """
class Net(nn.Module):
    loc: Optional[torch.Tensor]
    cache: List[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 4)
        self.out = nn.Linear(4, 2)
        self.loc = None
        self.cache = []

    def forward(self, x):
        h = self.fc(x)
        KEPT
        return self.out(torch.relu(h - loc))
"""


def test_a_statistic_of_the_first_batch_is_kept_without_its_history() -> None:
    kept = "loc = self.loc\n        if loc is None:\n            loc = h.mean(0)\n            self.loc = loc"
    (finding,) = diagnose_source(ONCE.replace("KEPT", kept), shapes="6x5")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("BWD403", True)
    assert "detach()" in finding["fix"]["after"]


def test_a_list_of_the_first_step_has_a_name_of_its_own() -> None:
    kept = "if len(self.cache) == 0: self.cache.append(h.mean(0)); loc = self.cache[0]"
    source = ONCE.replace("KEPT", kept.replace("; loc", "\n        loc"))
    document = diagnose_source(source, shapes="6x5")
    assert [f["code"] for f in document["findings"]] == ["BWD403"]
    assert "None" not in document["findings"][0]["fix"]["summary"]


def test_a_layer_behind_a_view_is_mended_with_it() -> None:
    init = "self.c = nn.Conv2d(3, 4, 3); self.f = nn.Linear(100, 10)"
    document = diagnose_source(net("h = self.c(x); return self.f(h.view(-1, 100)) * self.p", init), shapes="3x3x8x8")
    (finding,) = document["findings"]
    assert finding["fix"]["verified"] is True
    assert "forward and backward complete" in finding["fix"]["evidence"]


def test_two_directions_stay_two_where_a_layer_takes_both() -> None:
    body = "h = self.r(x)[0]; y = self.o(h); a = (h @ self.v).softmax(1); return (y * a.unsqueeze(-1)).sum(1) * self.p"
    init = (
        "self.r = nn.GRU(8, 6, batch_first=True, bidirectional=True); self.o = nn.Linear(12, 3); "
        "self.v = nn.Parameter(torch.ones(6))"
    )
    finding = diagnose_source(net(body, init), shapes="4x5x8")["findings"][0]
    assert "add up the two directions" not in finding["fix"]["summary"]


def test_a_layer_that_makes_two_things_larger_is_left_alone() -> None:
    body = "a = self.up(x * self.p); b = self.up(y); return torch.cat([a, b], 1)"
    source = net(body, "self.up = nn.Upsample(scale_factor=2.0)", "x, y")
    finding = diagnose_source(source, shapes="2x3x8x8; 2x3x4x4")["findings"][0]
    assert "times in place of" not in finding["fix"]["summary"]
