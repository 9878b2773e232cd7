"""Classes that are picked out of log-probabilities which are normalised along another axis."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

LAYER = "self.a = nn.Linear(5, 4)"
NORMALISING = "self.a = nn.Linear(5, 4); self.n = nn.LogSoftmax(dim=0)"
LABELS = "6x5; 6:int64[0,4)"
TOKENS = "3x6x5; 3x6:int64[0,4)"

FAULTS = {
    "by a layer": (
        NORMALISING,
        LABELS,
        "return F.nll_loss(self.n(self.a(x)), y) * self.p",
        "nn.LogSoftmax(dim=1)",
    ),
    "by a function": (
        LAYER,
        LABELS,
        "q = F.log_softmax(self.a(x), 0); return F.nll_loss(q, y) * self.p",
        "q = F.log_softmax(self.a(x), 1)",
    ),
    "a softmax, then its logarithm": (
        LAYER,
        LABELS,
        "q = torch.softmax(self.a(x), dim=0); return F.nll_loss(torch.log(q + 1e-6), y) * self.p",
        "q = torch.softmax(self.a(x), dim=1)",
    ),
    "over the steps, before they are folded": (
        LAYER,
        TOKENS,
        "q = self.a(x).log_softmax(1); return F.nll_loss(q.view(-1, 4), y.view(-1)) * self.p",
        "q = self.a(x).log_softmax(2)",
    ),
    "over the classes as they lay before": (
        LAYER,
        TOKENS,
        "q = F.log_softmax(self.a(x).transpose(1, 2), dim=-1); return F.nll_loss(q, y) * self.p",
        "q = F.log_softmax(self.a(x).transpose(1, 2), dim=1)",
    ),
    "of maps": (
        "self.a = nn.Conv2d(5, 4, 1)",
        "3x5x6x6; 3x6x6:int64[0,4)",
        "q = F.log_softmax(self.a(x), dim=3); return F.nll_loss(q, y) * self.p",
        "q = F.log_softmax(self.a(x), dim=1)",
    ),
    "gathered": (
        LAYER,
        LABELS,
        "q = F.log_softmax(self.a(x), dim=0); return -q.gather(1, y[:, None]).mean() * self.p",
        "q = F.log_softmax(self.a(x), dim=1)",
    ),
    "indexed": (
        LAYER,
        LABELS,
        "q = F.log_softmax(self.a(x), dim=0); return -q[torch.arange(6), y].mean() * self.p",
        "q = F.log_softmax(self.a(x), dim=1)",
    ),
    "of the last step": (
        LAYER,
        "3x6x5; 3:int64[0,4)",
        "q = self.a(x).log_softmax(1)[:, -1]; return F.nll_loss(q, y) * self.p",
        "q = self.a(x).log_softmax(2)[:, -1]",
    ),
}


@pytest.mark.parametrize(("layers", "shapes", "body", "after"), FAULTS.values(), ids=FAULTS)
def test_it_is_to_be_normalised_along_the_classes(layers: str, shapes: str, body: str, after: str) -> None:
    source, request = net(body, layers, "x, y"), {"shapes": shapes, "loss": "output"}
    first = diagnose_source(source, **request)["findings"][0]
    assert (first["code"], first["fix"]["verified"], first["fix"]["after"]) == ("SHP713", True, after)
    assert first["location"]["op"].endswith("softmax")
    assert not unhealed(source, request)


def test_each_step_of_a_loop_is_one_finding() -> None:
    body = (
        "out: List[torch.Tensor] = []; h = x[:, 0]\n        for i in range(x.shape[1]):\n"
        "            h = torch.tanh(x[:, i] + h)\n            out.append(F.log_softmax(self.a(h), dim=0))\n"
        "        return F.nll_loss(torch.stack(out, 1).flatten(0, 1), y.flatten()) * self.p"
    )
    (finding,) = diagnose_source(net(body, LAYER, "x, y"), shapes=TOKENS, loss="output")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP713", True)


def test_a_layer_that_is_told_no_dimension_takes_the_first() -> None:
    source = net(
        "q = self.n(self.a(x)); return F.nll_loss(q, y) * self.p",
        "self.a = nn.Conv1d(5, 4, 1); self.n = nn.LogSoftmax()",
        "x, y",
    )
    (finding,) = diagnose_source(source, shapes="3x5x6; 3x6:int64[0,4)", loss="output")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP713", True)


HEALTHY = {
    "classes of rows": (LABELS, "return F.nll_loss(self.a(x).log_softmax(-1), y) * self.p"),
    "classes before the steps": (
        TOKENS,
        "return F.nll_loss(self.a(x).transpose(1, 2).log_softmax(1), y) * self.p",
    ),
    "classes that are turned afterwards": (
        TOKENS,
        "return F.nll_loss(F.log_softmax(self.a(x), 2).permute(0, 2, 1), y) * self.p",
    ),
    "classes that are folded afterwards": (
        TOKENS,
        "return F.nll_loss(F.log_softmax(self.a(x), -1).reshape(-1, 4), y.reshape(-1)) * self.p",
    ),
    "one sample without a batch": (
        "5; 1:int64[0,4)",
        "return F.nll_loss(F.log_softmax(self.a(x), 0)[None], y) * self.p",
    ),
    "one sample against one class": (
        "6x5; 6:int64[0,4)",
        "return F.nll_loss(F.log_softmax(self.a(x[0]), 0), y[0]) * self.p",
    ),
    "pairs in both directions": (
        "6x5; 6x4",
        "s = self.a(x) @ y.t(); i = torch.arange(6); "
        "return (F.nll_loss(s.log_softmax(0), i) + F.nll_loss(s.log_softmax(1), i)) * self.p",
    ),
    "pairs of two that are learned": (
        "6x5; 6x5",
        "s = self.a(x) @ self.a(y).t(); i = torch.arange(6); "
        "return (F.nll_loss(s.log_softmax(0), i) + F.nll_loss(s.log_softmax(1), i)) * self.p",
    ),
    "a pair of pairs on the diagonal": (
        "6x5; 6x5",
        "s = self.a(x) @ self.a(y).t(); i = torch.arange(6); "
        "return -(s.log_softmax(0)[i, i] + s.log_softmax(1)[i, i]).mean() * self.p",
    ),
    "where an answer begins": (
        "3x6x5; 3:int64[0,6)",
        "q = F.log_softmax(self.a(x), 1); return F.nll_loss(q[..., 0], y) * self.p",
    ),
    "where in a sequence, gathered": (
        "3x6x5; 3:int64[0,6)",
        "q = F.log_softmax(self.a(x)[..., 0], 1); return -q.gather(1, y[:, None]).mean() * self.p",
    ),
    "classes of a place that is gathered": (
        "3x6x5; 3:int64[0,6)",
        "q = F.log_softmax(self.a(x), -1); return -q.gather(1, y[:, None, None].expand(3, 1, 4)).mean() * self.p",
    ),
    "a mixture": (
        LABELS,
        "q = torch.stack([self.a(x), self.a(-x)]); m = q.mean(-1, keepdim=True).log_softmax(0); "
        "return F.nll_loss((q.log_softmax(-1) + m).logsumexp(0), y) * self.p",
    ),
}


@pytest.mark.parametrize(("shapes", "body"), HEALTHY.values(), ids=HEALTHY)
def test_what_is_normalised_by_right_is_healthy(shapes: str, body: str) -> None:
    found = diagnose_source(net(body, LAYER, "x, y"), shapes=shapes, loss="output")["findings"]
    assert not [f for f in found if f["code"] == "SHP713"]


@pytest.mark.parametrize(
    "both",
    [
        "F.log_softmax(s, 1)[n, y].mean() + F.log_softmax(s, 0)[n, y].mean()",
        "(t * F.log_softmax(s, 1)).sum() + (t * F.log_softmax(s, 0)).sum()",
    ],
)
def test_scores_that_are_compared_both_ways_are_left_alone(both: str) -> None:
    body = f"s = self.l(x); n = torch.arange(x.size(0)); t = F.one_hot(y, 5).float(); return -self.p * ({both})"
    source = net(body, "self.l = nn.Linear(8, 5)", takes="x, y")
    assert diagnose_source(source, shapes="6x8; 6:int64[0,5)", loss="output")["verdict"] == "healthy"
