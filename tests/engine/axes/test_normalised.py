"""What is normalised over the samples and summed up along another axis; bags and graphs are left alone."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

ATTENTION = "self.q = nn.Linear(8, 8); self.k = nn.Linear(8, 8); self.v = nn.Linear(8, 8)"
SCORES = "s = self.q(x) @ self.k(x).transpose(1, 2)"

MISTAKEN = {
    "attention": (
        ATTENTION,
        f"{SCORES}; a = F.softmax(s, dim=0); return a @ self.v(x) * self.p",
        "a = F.softmax(s, dim=2)",
        "4x7x8",
    ),
    "attention of two heads, one after the other": (
        "self.q = nn.Linear(8, 8)",
        "q = self.q(x).view(4, 7, 2, 4).permute(2, 0, 1, 3).reshape(8, 7, 4); k = q + 1; "
        "a = F.softmax(q @ k.transpose(1, 2), dim=0); return (a @ q) * self.p",
        "a = F.softmax(q @ k.transpose(1, 2), dim=2)",
        "4x7x8",
    ),
    "a pooling": (
        "self.r = nn.GRU(8, 8, batch_first=True); self.w = nn.Linear(8, 1)",
        "h, _ = self.r(x); a = F.softmax(self.w(h), dim=0); return (a * h).sum(1) * self.p",
        "a = F.softmax(self.w(h), dim=1)",
        "4x7x8",
    ),
    "directions": (
        "self.q = nn.Linear(8, 5); self.k = nn.Linear(8, 5)",
        "u = F.normalize(self.q(x), dim=0); v = F.normalize(self.k(x), dim=1); return u @ v.t() * self.p",
        "u = F.normalize(self.q(x), dim=1)",
        "4x8",
    ),
}

MEANT = {
    "attention along the keys": (ATTENTION, f"{SCORES}; return F.softmax(s, dim=-1) @ self.v(x) * self.p", "4x7x8"),
    "a bag of instances": (
        "self.a = nn.Linear(8, 5); self.w = nn.Linear(5, 1)",
        "h = self.a(x).tanh(); return (F.softmax(self.w(h), dim=0) * h).sum(0) * self.p",
        "9x8",
    ),
    "a bag that several heads look at": (
        "self.a = nn.Linear(8, 5); self.w = nn.Linear(5, 3)",
        "h = self.a(x).tanh(); a = F.softmax(self.w(h), dim=0).mean(1); return (a @ h) * self.p",
        "9x8",
    ),
    "shares that are projected": (
        "self.a = nn.Linear(8, 5); self.w = nn.Parameter(torch.randn(5, 4))",
        "h = self.a(x); return ((F.softmax(h, dim=0) * h) @ self.w).sum(0).square() * self.p",
        "9x8",
    ),
    "shares that are normalised both ways": (
        "self.q = nn.Linear(8, 6); self.v = nn.Linear(8, 6)",
        "a = F.softmax(self.q(x), dim=0); a = a / a.sum(1, keepdim=True); return (a @ self.v(x).t()).square() * self.p",
        "9x8",
    ),
    "a correlation of features": (
        "self.a = nn.Linear(8, 5)",
        "u = F.normalize(self.a(x), dim=0); return (u.t() @ u - torch.eye(5)).square() * self.p",
        "9x8",
    ),
    "nodes of a graph": (
        "self.a = nn.Linear(8, 5); self.s = nn.Linear(5, 1); self.d = nn.Linear(5, 1)",
        "h = self.a(x); s = F.leaky_relu(self.s(h) + self.d(h).t()); a = F.softmax(s, dim=0); "
        "return (a @ h).square() * self.p",
        "6x8",
    ),
    "a weight by its columns": (
        "self.w = nn.Parameter(torch.randn(8, 5))",
        "return F.normalize(x, dim=1) @ F.normalize(self.w, dim=0) * self.p",
        "4x8",
    ),
}


@pytest.mark.parametrize(("layers", "body", "after", "shapes"), MISTAKEN.values(), ids=MISTAKEN)
def test_it_is_told_and_normalised_along_what_is_summed_up(layers: str, body: str, after: str, shapes: str) -> None:
    (finding,) = diagnose_source(net(body, layers), shapes=shapes, loss="mean")["findings"]
    assert (finding["code"], finding["fix"]["after"], finding["fix"]["verified"]) == ("SHP716", after, True)


@pytest.mark.parametrize(("layers", "body", "shapes"), MEANT.values(), ids=MEANT)
def test_what_may_be_meant_is_left_alone(layers: str, body: str, shapes: str) -> None:
    assert diagnose_source(net(body, layers), shapes=shapes, loss="mean")["verdict"] == "healthy"
