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
