"""Single numbers, where tensors have axes as a rule: no rule may stumble over them."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

ALONE = {
    "a cross entropy of one number": (
        "s = self.p[0] * x.mean(); t = torch.softmax(x.mean(), 0); return -(t * torch.log_softmax(s, 0)).sum([0])",
        "self.w = nn.Parameter(torch.tensor(2.0))",
        "4x3",
    ),
    "a sequence of one number": ("return self.a(x.sum().view(1, 1))[0] * self.p", "self.a = nn.LSTM(3, 4)", "2x3"),
}


@pytest.mark.parametrize(("body", "init", "shapes"), ALONE.values(), ids=ALONE)
def test_a_number_alone_has_no_axes(body: str, init: str, shapes: str) -> None:
    assert diagnose_source(net(body, init), shapes=shapes)["verdict"] in ("healthy", "suspect", "faulty")


def test_a_softmax_of_one_number_in_an_attention_of_the_users_own() -> None:
    source = """
class MultiheadAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(2.0))

    def forward(self, x):
        return x * torch.softmax(self.w, 0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.att = MultiheadAttention()
        self.l = nn.Linear(3, 2)

    def forward(self, x):
        return self.l(self.att(x))
"""
    assert diagnose_source(source, shapes="4x3")["findings"][0]["code"].startswith("ZER50")


def test_an_attention_of_the_users_own_is_told_by_what_it_does() -> None:
    source = """
class MultiheadAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k = nn.Linear(8, 16), nn.Linear(8, 16)

    def forward(self, x):
        return torch.softmax(torch.matmul(self.q(x), self.k(x)), -1) @ x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.att = MultiheadAttention()

    def forward(self, x):
        return self.att(x)
"""
    fix = diagnose_source(source, shapes="2x5x8")["findings"][0]["fix"]
    assert fix["summary"].startswith("transpose the second factor")
    assert fix["verified"] is True


def test_a_sum_that_is_read_besides_is_no_part_of_a_softmax() -> None:
    body = "e = torch.exp(self.a(x) * 900); t = e.sum(1, keepdim=True); p = e / t; return p.square() + torch.sigmoid(t)"
    document = diagnose_source(net(f"{body} * self.p", "self.a = nn.Linear(3, 4)"), shapes="4x3")
    assert "use softmax," not in document["findings"][0]["fix"]["summary"]


def test_a_count_in_a_sum_of_its_own_line_does_not_take_the_line_along() -> None:
    body = (
        "z = self.a(x); loss = z.square().mean() * self.p[0]; "
        "loss += F.cross_entropy(z, y) + (z.argmax(1) != y).float().mean(); return loss"
    )
    found = diagnose_source(net(body, "self.a = nn.Linear(3, 4)", "x, y"), shapes="5x3;5:int64[0,4)", loss="output")
    fixes = [f["fix"] for f in found["findings"] if f["code"] == "CUT108"]
    assert [fix["after"] for fix in fixes] == ["loss += F.cross_entropy(z, y)"]
