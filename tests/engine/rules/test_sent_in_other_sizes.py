"""What was sent in a size that the program was not made for, told with the size that it was made for."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

CRITIC = (
    "self.d = nn.Sequential(nn.Conv2d(3, 4, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True), nn.Conv2d(4, 6, 4, 2, 1), "
    "nn.BatchNorm2d(6), nn.LeakyReLU(0.2, inplace=True), nn.Conv2d(6, 1, 4, 1, 0))"
)
AXIAL = (
    "self.c = nn.Conv2d(3, 4, 3, 2, 1); self.r = nn.Parameter(torch.randn(4, 15)); "
    "self.register_buffer('i', (torch.arange(8).unsqueeze(1) - torch.arange(8) + 7).view(-1))"
)
HALVING = "self.a = nn.Conv2d(3, 4, 3, 2, 1); self.b = nn.Conv2d(4, 4, 3, 2, 1)"
GRAPH = "self.w = nn.Parameter(torch.randn(8, 5))"

SENT = [
    (
        "return F.binary_cross_entropy_with_logits(self.d(x).view(-1), torch.ones(x.size(0)))",
        CRITIC,
        "x",
        "4x3x32x32",
        "SHP713",
        "send 4x3x16x16; this was 4x3x32x32",
    ),
    (
        "s = self.d(x).flatten(1); return F.binary_cross_entropy_with_logits(s, y)",
        CRITIC,
        "x, y",
        "4x3x24x16; 4x1",
        "SHP713",
        "send 4x3x16x16; this was 4x3x24x16",
    ),
    (
        "return F.binary_cross_entropy_with_logits(self.d(x).view(-1), y)",
        CRITIC,
        "x, y",
        "4x3x32x32; 4",
        "SHP713",
        "send 4x3x16x16; this was 4x3x32x32",
    ),
    (
        "f = self.g(F.relu(self.b(F.relu(self.a(x))))); n, c, h, w = f.shape; k = f.view(n, c, h * w); "
        "g = self.p * torch.zeros(n * (x.size(2) // 8) * (x.size(3) // 8), 1, 1, 2); "
        "return F.grid_sample(torch.matmul(k.transpose(1, 2), k).reshape(n * h * w, 1, h, w), g)",
        f"{HALVING}; self.g = nn.Conv2d(4, 4, 3, 2, 1)",
        "x",
        "2x3x24x20",
        "SHP717",
        "send 2x3x24x24; this was 2x3x24x20: the strides go into 24x24 evenly, by 8",
    ),
    (
        "f = self.b(F.relu(self.a(x))); h, w = x.shape[2:]; return self.p * f * torch.ones(1, 1, h // 4, w // 4)",
        HALVING,
        "x, y",
        "2x3x10x12; 2x10x12",
        "SHP706",
        "send 2x3x12x12 and 2x12x12; these were 2x3x10x12 and 2x10x12: the strides go into 12x12 evenly, by 4",
    ),
    (
        "h = self.p * self.c(x); e = self.r.index_select(1, self.i).view(4, 8, 8); "
        "return torch.einsum('ncw,cwj->ncj', h.mean(2), e)",
        AXIAL,
        "x",
        "2x3x24x24",
        "SHP715",
        "send 2x3x16x16; this was 2x3x24x24: the program is made for 8, not 12",
    ),
    (
        "e = self.r.index_select(1, self.i).view(4, 8, 8); return self.c(x).mean(3) * self.p + e.mean(1)",
        AXIAL,
        "x",
        "2x3x24x16",
        "SHP706",
        "send 2x3x16x16; this was 2x3x24x16: the program is made for 8, not 12",
    ),
    (
        "e = self.r.index_select(1, self.i).view(4, 8, 8); return torch.matmul(self.c(x).mean(3) * self.p, e.mean(0))",
        AXIAL,
        "x",
        "2x3x24x24",
        "SHP701",
        "send 2x3x16x16; this was 2x3x24x24: the program is made for 8, not 12",
    ),
    (
        "h = torch.mm(x, self.w) * self.p; n = h.size()[0]; return torch.matmul(y, h.repeat(1, n).view(n * n, -1)[:n])",
        GRAPH,
        "x, y",
        "2x6x8; 2x6x6",
        "SHP703",
        "send 6x8 and 6x6; these were 2x6x8 and 2x6x6: one sample at a time",
    ),
    (
        "return self.p * torch.mm(x, self.w)",
        GRAPH,
        "x",
        "2x6x8",
        "SHP703",
        "matmul in place of mm: it takes a batch of matrices",
    ),
    (
        "return self.p * torch.bmm(x, self.k(x).transpose(-1, -2))",
        "self.k = nn.Linear(8, 8)",
        "x",
        "2x3x6x8",
        "SHP703",
        "matmul in place of bmm: it takes a batch of matrices",
    ),
]


@pytest.mark.parametrize(("body", "init", "takes", "shapes", "code", "told"), SENT)
def test_what_to_send_is_told_and_makes_the_step_sound(
    body: str, init: str, takes: str, shapes: str, code: str, told: str
) -> None:
    finding = only(diagnose_source(net(body, init, takes), shapes=shapes))
    assert finding["code"] == code
    assert finding["fix"]["verified"]
    assert finding["fix"]["summary"].startswith(told)


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("return self.p * x.mm(self.w)", "return self.p * x.matmul(self.w)"),
        ("return self.p * x.matmul(x.t())", "return self.p * x.matmul(x.transpose(-2, -1))"),
    ],
)
def test_what_takes_a_batch_is_shown_in_the_line(line: str, after: str) -> None:
    finding = only(diagnose_source(net(line, GRAPH if "self.w" in line else ""), shapes="2x6x8"))
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


NOT_TOLD = [
    ("return F.binary_cross_entropy_with_logits(self.d(x), torch.ones(x.size(0)))", CRITIC, "4x3x32x32", "last map"),
    ("return F.cross_entropy(self.l(x), torch.zeros(3, 6))", "self.l = nn.Linear(6, 6)", "2x6", "send"),
    ("return x * self.p + torch.ones(x.size(1), 4)", "", "2x3x8x8", "send"),
]


@pytest.mark.parametrize(("body", "init", "shapes", "words"), NOT_TOLD)
def test_other_sizes_are_not_told_where_nothing_says_them(body: str, init: str, shapes: str, words: str) -> None:
    finding = only(diagnose_source(net(body, init), shapes=shapes))
    told = [finding["fix"], *finding.get("other_fixes", [])]
    assert not [f for f in told if words in f["summary"] and f["verified"]]
