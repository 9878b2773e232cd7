"""Sizes that an operation needs of its operands: the layer, or the setting, that is to give them."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

POOLED = "y, i = F.max_pool2d(self.a(x), 2, 2, return_indices=True)"
UNFOLDED = "u = F.unfold(x * self.p, 3, padding=1)"
ROWS = 'self.register_buffer("place", torch.tensor([0, 2, 1, 0]))'
GRAPH = "self.A = nn.Parameter(torch.rand(4, 4))"

REMEDIES = [
    (
        f"{POOLED}; return F.max_unpool2d(torch.relu(self.b(y)), i, 2, 2)",
        "self.a = nn.Conv2d(3, 4, 1); self.b = nn.Conv2d(4, 6, 3, padding=1)",
        "2x3x8x8",
        "SHP717",
        "give b 4 outputs in place of 6",
    ),
    (
        f"{POOLED}; return F.max_unpool2d(torch.relu(self.b(y)), i, 2, 2)",
        "self.a = nn.Conv2d(3, 4, 1); self.b = nn.Conv2d(4, 4, 3)",
        "2x3x8x8",
        "SHP717",
        "give b padding=1",
    ),
    (
        "h = self.l(x).transpose(1, 2); return F.fold(h, (6, 6), 2, stride=2)",
        "self.l = nn.Linear(4, 10)",
        "2x9x4",
        "SHP717",
        "give l 12 outputs in place of 10",
    ),
    (
        "h = self.l(x); return torch.zeros_like(h).index_add(0, self.place, self.k(h))",
        f"{ROWS}; self.l = nn.Linear(3, 6); self.k = nn.Linear(6, 5)",
        "4x3",
        "SHP717",
        "give k 6 outputs in place of 5",
    ),
    (
        "return torch.zeros(9, 6).index_copy(0, self.place, self.l(x))",
        f"{ROWS}; self.l = nn.Linear(3, 8)",
        "4x3",
        "SHP717",
        "give l 6 outputs in place of 8",
    ),
    (
        "b, h, w, c = x.shape; k = h // 2; x = x * self.p; return x.view(b, 2, k, 2, k, -1).permute(0, 1, 3, 2, 4, 5)",
        "",
        "2x6x10x5",
        "SHP704",
        "take 5 in place of 3: 2x2x3x2x5x-1 is what there is",
    ),
    (
        "h = self.l(x); return h.narrow(1, 0, 4) * h.narrow(1, 4, 4)",
        "self.l = nn.Linear(3, 7)",
        "2x3",
        "SHP704",
        "give l 8 outputs in place of 7",
    ),
    (
        "a, b = self.c(x).split([8, 4], 1); return a.mean() + b.mean()",
        "self.c = nn.Conv2d(3, 10, 1)",
        "2x3x4x4",
        "SHP704",
        "give c 12 outputs in place of 10",
    ),
    (
        "i, f, g, o = torch.chunk(self.l(x), 4, 1); return i * f + g * o",
        "self.l = nn.Linear(3, 6)",
        "2x3",
        "SHP704",
        "give l 8 outputs in place of 6",
    ),
    (
        "q, k, v = torch.relu(self.l(x)).split(4, -1); return q * k + v",
        "self.l = nn.Linear(3, 8)",
        "2x3",
        "SHP704",
        "give l 12 outputs in place of 8",
    ),
    (
        "q, k, v = self.l(x).chunk(3, -1); return torch.tanh(q) * k + v",
        "self.l = nn.Linear(3, 8)",
        "2x3",
        "SHP706",
        "give l 9 outputs in place of 8",
    ),
    ("return torch.einsum('vw,nwc->nvc', self.A, x)", GRAPH, "2x6x3", "SHP715", "make A 6x6 in place of 4x4"),
    ("return torch.einsum('nw,wv->nv', x, self.A)", GRAPH, "2x6", "SHP715", "make A 6x4 in place of 4x4"),
    ("return (self.A @ x) * self.p", GRAPH, "2x6x3", "SHP701", "make A 6x6 in place of 4x4"),
    (
        "return self.A @ torch.relu(x)",
        "self.A = nn.Parameter(torch.rand(2, 4))",
        "5x6x3",
        "SHP701",
        "make A 2x6 in place of 2x4",
    ),
]

LINES = [
    (
        f"{UNFOLDED}; return F.fold(u, (9, 9), 3, padding=1)",
        "2x3x8x8",
        "return F.fold(u, (8, 8), 3, padding=1)",
    ),
    (f"{UNFOLDED}; return F.fold(u, x.shape[-2:], 3)", "2x3x8x8", "return F.fold(u, x.shape[-2:], 3, padding=1)"),
    ("return (x * self.p).narrow(1, 2, 4)", "2x5", "return (x * self.p).narrow(1, 2, 3)"),
    (
        "t = torch.ones(x.size(0), 1); return F.cosine_embedding_loss(x * self.p, x.flip(0), t)",
        "3x5",
        "return F.cosine_embedding_loss(x * self.p, x.flip(0), t.squeeze(-1))",
    ),
    (
        "return F.poisson_nll_loss(x * self.p, torch.ones(x.size(0), 10))",
        "3x5x2",
        "return F.poisson_nll_loss((x * self.p).flatten(1), torch.ones(x.size(0), 10))",
    ),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "code", "summary"), REMEDIES)
def test_the_layer_gives_what_is_needed(forward: str, layers: str, shapes: str, code: str, summary: str) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == (code, True)
    assert summary in finding["fix"]["summary"]


@pytest.mark.parametrize(("forward", "shapes", "after"), LINES)
def test_the_line_asks_for_what_there_is(forward: str, shapes: str, after: str) -> None:
    finding = only(diagnose_source(net(forward), shapes=shapes, loss="mean"))
    assert finding["fix"]["verified"] is True
    assert finding["fix"]["after"] == after


def test_a_fold_of_other_windows_is_left_to_its_author() -> None:
    source = net("u = F.unfold(x * self.p, 2, stride=2); return F.fold(u, (9, 9), 1, stride=2)")
    finding = only(diagnose_source(source, shapes="2x3x8x8", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP717", None)


def test_what_a_narrow_takes_is_told_as_such() -> None:
    finding = only(diagnose_source(net("return (x * self.p).narrow(1, 2, 4)"), shapes="2x5", loss="mean"))
    assert finding["title"].endswith("is 5, and 4 are to be taken from 2 on")


@pytest.mark.parametrize(
    ("forward", "layers", "summary"),
    [
        ("return self.c(x)", "self.c = nn.Conv1d(3, 4, 5)", "give c a kernel of 2"),
        ("return self.c(x)", "self.c = nn.Conv1d(3, 4, 3, dilation=2)", "give c a kernel of 1"),
        (
            "return self.l(self.c(x).flatten(1))",
            "self.c = nn.Conv1d(3, 4, 5); self.l = nn.Linear(8, 2)",
            "pad what c slides over",
        ),
    ],
)
def test_a_convolution_reaches_no_further_than_its_input(forward: str, layers: str, summary: str) -> None:
    finding = only(
        diagnose_source(
            net(
                f"x = F.adaptive_max_pool1d(self.first(x), 2); {forward}", f"self.first = nn.Conv1d(2, 3, 1); {layers}"
            ),
            shapes="2x2x2",
            loss="mean",
        )
    )
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP708", True)
    assert finding["fix"]["summary"].startswith(summary)
