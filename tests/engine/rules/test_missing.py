"""An axis of one that a bare squeeze drops in a loop over steps, and that the loss misses without saying so."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

LAYERS = "self.f = nn.Linear(6, 5); self.o = nn.Linear(6, 5); self.l = nn.Linear(5, 1)"


def steps(listed: str, rest: str, of: str = "self.f(x).tanh().split(1)") -> str:
    """A forward pass that lists what becomes of each step."""
    return (
        f"out: List[torch.Tensor] = []; s = {of}; h = torch.zeros_like(s[0])\n        for i in range(len(s)):\n"
        f"            h = h * 0.5 + s[i]\n            out.append({listed})\n        {rest}"
    )


GATED = "return F.mse_loss(self.l(self.o(x).sigmoid() * torch.stack(out)), y) * self.p"

FAULTS = {
    "the states of a loop beside its gates": (steps("h.squeeze()", GATED), "out.append(h.squeeze(0))"),
    "the scores of a loop beside those of all": (
        steps("torch.squeeze(h)", "return F.l1_loss(self.l(self.o(x) + torch.stack(out)), y) * self.p"),
        "out.append(torch.squeeze(h, 0))",
    ),
    "steps that are cut off one by one": (
        steps("h.squeeze()", GATED, "self.f(x).tanh().chunk(7, dim=0)"),
        "out.append(h.squeeze(0))",
    ),
}


@pytest.mark.parametrize(("body", "after"), FAULTS.values(), ids=FAULTS)
def test_only_the_step_is_to_go(body: str, after: str) -> None:
    source, request = net(body, LAYERS, "x, y"), {"shapes": "7x1x6; 7x1x1", "loss": "output"}
    first = diagnose_source(source, **request)["findings"][0]
    assert (first["code"], first["location"]["op"]) == ("SHP720", "aten::squeeze")
    assert (first["fix"]["verified"], first["fix"]["after"]) == (True, after)
    assert not unhealed(source, request)


HEALTHY = {
    "only the step goes": ("7x1x6; 7x1x1", steps("h.squeeze(0)", GATED)),
    "several sequences": ("7x3x6; 7x3x1", steps("h.squeeze()", GATED)),
    "a sequence that is one sample each": (
        "7x6; 7x1",
        steps("h.squeeze()", "return F.mse_loss(self.l(torch.stack(out)), y) * self.p"),
    ),
    "joined again as they were": (
        "7x1x6; 7x1x1",
        steps("h.squeeze()", "return F.mse_loss(self.l(torch.stack(out).unsqueeze(1)), y) * self.p"),
    ),
    "a target without the one sample too": (
        "7x1x6; 7x1",
        steps("h.squeeze()", "return F.mse_loss(self.l(torch.stack(out)), y) * self.p"),
    ),
    "a target for all outputs of a layer": (
        "7x1x6; 7x1",
        "return F.mse_loss(self.f(x.squeeze()), y) * self.p",
    ),
    "a sample of a batch": (
        "7x6; 7x1",
        "return F.mse_loss(torch.stack([self.l(self.f(e).squeeze()) for e in x.split(1)]), y) * self.p",
    ),
}


@pytest.mark.parametrize(("shapes", "body"), HEALTHY.values(), ids=HEALTHY)
def test_a_squeeze_that_drops_what_is_to_go_is_healthy(shapes: str, body: str) -> None:
    found = diagnose_source(net(body, LAYERS, "x, y"), shapes=shapes, loss="output")["findings"]
    assert not [f for f in found if f["code"] in ("SHP720", "SHP707")]
