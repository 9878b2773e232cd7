"""A cross entropy that is written out, along another axis than its scores are normalised along."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

LAYER = "self.a = nn.Linear(5, 4)"

FAULTS = {
    "a softmax over the batch": (
        "t = torch.softmax(y, 1); p = F.log_softmax(self.a(x), dim=0); return -(t * p).sum(1).mean() * self.p",
        "p = F.log_softmax(self.a(x), dim=1)",
    ),
    "of views, for one another": (
        "t = y.softmax(-1).flip(0); s = torch.stack([self.a(x), self.a(x * 2)]).mean(0); "
        "p = s.log_softmax(0); return torch.mean(-torch.sum(p * t, dim=-1)) * self.p",
        "p = s.log_softmax(-1)",
    ),
}


@pytest.mark.parametrize(("body", "after"), FAULTS.values(), ids=FAULTS)
def test_it_is_to_be_normalised_along_the_classes(body: str, after: str) -> None:
    source, request = net(body, LAYER, "x, y"), {"shapes": "6x5; 6x4", "loss": "output"}
    (finding,) = diagnose_source(source, **request)["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP713", "aten::log_softmax")
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)
    assert not unhealed(source, request)


HEALTHY = {
    "along one axis": "return -(y.softmax(1) * self.a(x).log_softmax(1)).sum(1).mean() * self.p",
    "along one axis, counted from either end": (
        "return -(y.softmax(1) * self.a(x).log_softmax(-1)).sum(1).mean() * self.p"
    ),
    "both over the batch": "return -(y.softmax(0) * self.a(x).log_softmax(0)).sum(0).mean() * self.p",
    "classes that are pooled by weights of the rows": (
        "l = (y.softmax(0) * self.a(x).log_softmax(1)).sum(0); return F.nll_loss(l[None], torch.tensor([1])) * self.p"
    ),
    "shares along another axis": "return -(y.softmax(0) * self.a(x).log_softmax(0)).sum(1).mean() * self.p",
    "weights that are no shares": "return -(y.relu() * self.a(x).log_softmax(0)).sum(1).mean() * self.p",
}


@pytest.mark.parametrize("body", HEALTHY.values(), ids=HEALTHY)
def test_what_is_normalised_by_right_is_healthy(body: str) -> None:
    found = diagnose_source(net(body, LAYER, "x, y"), shapes="6x5; 6x4", loss="output")["findings"]
    assert not [f for f in found if f["code"] == "SHP713"]


TOKENS = {
    "of the tokens that are not masked": (
        "t = y.softmax(-1); e = -torch.sum(F.log_softmax(self.a(x), dim=1) * t, dim=-1); "
        "return e[x[..., 0] > -9].mean() * self.p",
        "e = -torch.sum(F.log_softmax(self.a(x), dim=-1) * t, dim=-1)",
    ),
    "weighed by a mask": (
        "m = (x[..., 0] > -9).float(); q = F.log_softmax(self.a(x), 1); e = -(y.softmax(2) * q).sum(2); "
        "return (e * m).sum() / m.sum() * self.p",
        "q = F.log_softmax(self.a(x), 2)",
    ),
    "of classes written as flags": (
        "t = F.one_hot(y.argmax(-1), 4).float(); q = F.log_softmax(self.a(x), 1); "
        "return -(t * q).sum(-1).mean() * self.p",
        "q = F.log_softmax(self.a(x), -1)",
    ),
    "a softmax, then its logarithm": (
        "q = F.softmax(self.a(x), 1); return -(y.softmax(-1) * torch.log(q + 1e-6)).sum(-1).mean() * self.p",
        "q = F.softmax(self.a(x), -1)",
    ),
    "summed over all": (
        "q = self.a(x).log_softmax(1); return -(y.softmax(-1) * q).sum() / 3 * self.p",
        "q = self.a(x).log_softmax(2)",
    ),
    "a divergence": (
        "q = self.a(x).log_softmax(1); return F.kl_div(q, y.softmax(-1), reduction='batchmean') * self.p",
        "q = self.a(x).log_softmax(2)",
    ),
    "a divergence written out": (
        "t = y.softmax(-1); q = self.a(x).log_softmax(1); return (t * (t.log() - q)).sum(-1).mean() * self.p",
        "q = self.a(x).log_softmax(-1)",
    ),
}


@pytest.mark.parametrize(("body", "after"), TOKENS.values(), ids=TOKENS)
def test_tokens_are_to_be_normalised_along_the_classes(body: str, after: str) -> None:
    found = diagnose_source(net(body, LAYER, "x, y"), shapes="3x6x5; 3x6x4", loss="output")["findings"]
    (finding,) = [f for f in found if f["code"] == "SHP713"]
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


SOUND = {
    "a divergence along one axis": "return F.kl_div(self.a(x).log_softmax(2), y.softmax(-1)) * self.p",
    "a divergence over samples of each": "return F.kl_div(self.a(x).log_softmax(2), y.softmax(1)) * self.p",
    "an entropy": "q = self.a(x); return -(q.softmax(-1) * q.log_softmax(-1)).sum(-1).mean() * self.p",
    "an entropy of what is attended": "q = self.a(x).softmax(1); return -(q * (q + 1e-6).log()).sum(1).mean() * self.p",
    "prototypes shared out evenly": "return -(y.softmax(1) * self.a(x).log_softmax(-1)).sum() * self.p",
    "attended tokens": (
        "q = (y.softmax(1) * self.a(x).log_softmax(-1)).sum(1); return -q[torch.arange(3), y[:, 0].argmax(-1)].mean()"
    ),
    "attended tokens, and flags": (
        "q = (y.softmax(1) * self.a(x).log_softmax(-1)).sum(1); "
        "return -(q * F.one_hot(y[:, 0].argmax(-1), 4)).sum(1).mean()"
    ),
    "both directions": (
        "s = self.a(x)[:, 0] @ y[:, 0].t(); e = F.one_hot(torch.arange(3), 3); "
        "return -(e * s.log_softmax(0)).sum(1).mean() - (e * s.log_softmax(1)).sum(1).mean() * self.p"
    ),
    "both diagonals": (
        "s = self.a(x)[:, 0] @ y[:, 0].t(); return -(s.log_softmax(0).diag() + s.log_softmax(1).diag()).mean() * self.p"
    ),
}


@pytest.mark.parametrize("body", SOUND.values(), ids=SOUND)
def test_tokens_that_are_normalised_by_right_are_healthy(body: str) -> None:
    found = diagnose_source(net(body, LAYER, "x, y"), shapes="3x6x5; 3x6x4", loss="output")["findings"]
    assert not [f for f in found if f["code"] == "SHP713"]
