"""Functions that a program writes out of exponentials and logarithms are computed in one."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

INIT = "self.fc = nn.Linear(4, 3)"

SHOWN = {
    "a softmax over lines": (
        "z = self.fc(x) * 900; e = torch.exp(z); return e / e.sum(dim=1, keepdim=True) * self.p",
        "\nreturn torch.softmax(z, dim=1) * self.p",
    ),
    "a softmax in three lines": (
        "z = self.fc(x) * 900; e = z.exp(); t = e.sum(1, keepdim=True); return e / t * self.p",
        "\n\nreturn torch.softmax(z, dim=1) * self.p",
    ),
    "a logarithm of a sum": (
        "z = self.fc(x) * 900; return torch.log(torch.exp(z).sum(dim=1)) * self.p",
        "return torch.logsumexp(z, dim=1) * self.p",
    ),
    "a logarithm of a sum that keeps its axis": (
        "z = self.fc(x) * 900; e = z.exp().sum(1, keepdim=True); return e.log() * self.p",
        "\nreturn torch.logsumexp(z, dim=1, keepdim=True) * self.p",
    ),
    "a softplus": (
        "return torch.log(1 + torch.exp(self.fc(x) * 900)) * self.p",
        "return F.softplus(self.fc(x) * 900) * self.p",
    ),
    "a softplus of log1p": (
        "h = torch.log1p((self.fc(x) * 900).exp()); return h * self.p",
        "h = F.softplus(self.fc(x) * 900)",
    ),
    "a sigmoid": (
        "z = self.fc(x) * 900; s = 1 / (1 + torch.exp(-z)); return s * self.p",
        "s = torch.sigmoid(z)",
    ),
    "a softmax and its logarithm": (
        "p = F.softmax(self.fc(x) * 900, 1); return -torch.log(p).mean() * self.p",
        "\nreturn -torch.log_softmax(self.fc(x) * 900, 1).mean() * self.p",
    ),
    "a softmax that is read again": (
        "z = self.fc(x) * 900; p = z.softmax(dim=1); return -(p * p.log()).sum() * self.p",
        "return -(p * torch.log_softmax(z, dim=1)).sum() * self.p",
    ),
    "what a sigmoid leaves of 1": (
        "z = self.fc(x) * 900; q = torch.sigmoid(z); return torch.log(1 - q) * self.p + q",
        "return F.logsigmoid(-z) * self.p + q",
    ),
}


@pytest.mark.parametrize(("body", "after"), SHOWN.values(), ids=SHOWN)
def test_what_is_written_out_is_shown_in_one(body: str, after: str) -> None:
    source = net(body, INIT)
    finding = diagnose_source(source, shapes="6x4")["findings"][0]
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after), finding
    assert not unhealed(source, {"shapes": "6x4"})


NOT_SHOWN = {
    "the scores are others by then": (
        "z = self.fc(x) * 900; p = torch.softmax(z, 1); z = z * 2; return (torch.log(p) + z) * self.p"
    ),
    "a layer would run twice": "p = torch.softmax(self.fc(x) * 900, 1); return (p * torch.log(p)) * self.p",
}


@pytest.mark.parametrize("body", NOT_SHOWN.values(), ids=NOT_SHOWN)
def test_a_line_that_would_say_something_else_is_not_shown(body: str) -> None:
    fix = diagnose_source(net(body, INIT), shapes="6x4")["findings"][0]["fix"]
    assert (fix["verified"], fix["after"]) == (True, None), fix
    assert "log_softmax" in fix["summary"]


OTHERS = {
    "a sum of other numbers": "z = self.fc(x) * 900; return z.exp() / (z * 2).exp().sum(1, keepdim=True) * self.p",
    "one that is read besides": "e = torch.exp(self.fc(x) * 900); return torch.log(e.sum(1)) * self.p + e.mean(1)",
    "two more": "return torch.log(2 + torch.exp(self.fc(x) * 900)) * self.p",
}


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS)
def test_what_is_another_function_is_not_computed_in_one(body: str) -> None:
    told = diagnose_source(net(body, INIT), shapes="6x4")["findings"][0]["fix"]["summary"]
    assert not any(f"use {name}" in told for name in ("softmax,", "logsumexp", "softplus", "sigmoid")), told
