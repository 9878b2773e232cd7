"""Terms of the loss that train nothing, and stopped gradients beside a loss that are meant."""

from __future__ import annotations

from textwrap import indent

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

from whygrad.engine.observation import Json

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.out = nn.Linear(8, 5)
        self.frozen = nn.Linear(8, 4).requires_grad_(False)
        self.register_buffer("book", torch.randn(6, 8))
        self.register_buffer("average", torch.tensor(0.1))

    def forward(self, x, y):
        h = torch.relu(self.a(x))
        s = self.out(h)
        loss = F.cross_entropy(s, y)
"""

DEAD: dict[str, tuple[str, bool | None, str]] = {
    "accuracy": (
        "aten::argmax",
        True,
        """
return loss + 0.1 * (s.argmax(1) != y).float().mean()
""",
    ),
    "accuracy_as_a_number": (
        "aten::argmax",
        True,
        """
return loss + 0.1 * (s.argmax(1) != y).float().mean().item()
""",
    ),
    "class_from_max": (
        "aten::max",
        True,
        """
return loss + 0.1 * (s.max(1)[1] == y).float().mean()
""",
    ),
    "weight_decay_on_data": (
        "prim::data",
        True,
        """
reg = torch.zeros(1)
for p in [self.a.weight, self.out.weight]:
    reg += p.data.norm()
return loss + 1e-3 * reg.squeeze()
""",
    ),
    "added_in_place": (
        "aten::detach",
        True,
        """
loss += 0.01 * self.a.weight.detach().abs().sum()
return loss
""",
    ),
    "weighed_and_detached_as_a_whole": (
        "aten::detach",
        True,
        """
return loss + 0.1 * h.pow(2).mean().detach()
""",
    ),
    "penalty_without_gradients": (
        "prim::Enter",
        True,
        """
with torch.no_grad():
    pen = (torch.tanh(self.a(x)) - x).pow(2).mean()
return loss + pen
""",
    ),
    "sparsity": (
        "aten::gt",
        True,
        """
return loss + 0.1 * (h > 0).float().mean()
""",
    ),
    "entropy_subtracted": (
        "aten::detach",
        True,
        """
p = s.detach().softmax(1)
ent = -(p * p.log()).sum(1).mean()
return loss - 0.01 * ent
""",
    ),
    "weighted_stack": (
        "aten::to",
        True,
        """
w = torch.tensor([1.0, 0.5])
return (w * torch.stack([loss, s.round().long().float().abs().mean()])).sum()
""",
    ),
    "rebuilt_as_a_leaf": (
        "aten::tensor",
        True,
        """
return loss + torch.tensor(h.pow(2).mean().item(), requires_grad=True)
""",
    ),
    "histogram": (
        "aten::histc",
        True,
        """
return loss + torch.histc(h, 4, 0.0, 1.0).std()
""",
    ),
    "per_sample": (
        "aten::argmax",
        True,
        """
pen = (s.argmax(1) != y).float()
return (F.cross_entropy(s, y, reduction='none') + 0.5 * pen).mean()
""",
    ),
    "average_of_two": (
        "aten::argmax",
        True,
        """
return 0.5 * (loss + (s.argmax(1) == 0).float().mean())
""",
    ),
    "running_total": (
        "aten::gt",
        True,
        """
total = torch.zeros(1)
total += loss
total += (h.sum(1) > 3).float().mean()
return total.mean()
""",
    ),
    "normaliser_without_a_derivative": (
        "aten::special_modified_bessel_i0",
        True,
        """
k = F.softplus(self.out(x)[:, 0])
return (torch.log(torch.special.modified_bessel_i0(k)) - k * s[:, 1].cos()).mean()
""",
    ),
    "other_side_of_a_difference": (
        "aten::gt",
        True,
        """
return loss - (torch.tanh(self.a(x)) > 0.5).float().mean()
""",
    ),
    "penalty_of_gates_that_open_elsewhere": (
        "prim::data",
        True,
        """
gate = torch.sigmoid(self.a(x) + x)
open = gate.data
s = self.out(h * open + gate)
return F.cross_entropy(s, y) + 0.1 * open.mean() + 0.01 * (open * (1 - open)).sum()
""",
    ),
}
"""The operation at fault, what comes of its fix, and how the program goes on."""

MEANT = {
    "logsumexp_by_hand": """
m = s.max().detach()
lse = (s - m).exp().sum(1).log().mean() + m
return loss + lse
""",
    "straight_through": """
hard = (s > 0).float()
q = s + (hard - s).detach()
return loss + q.mean()
""",
    "straight_through_of_losses": """
soft = h.mean()
hard = h.round().mean()
return loss + hard.detach() + soft - soft.detach()
""",
    "loss_minus_itself": """
return loss - loss.detach()
""",
    "largest_of_each_row": """
m = s.max(1, keepdim=True)[0].detach()
lse = m + (s - m).exp().sum(1, keepdim=True).log()
return (lse.squeeze(1) - s.gather(1, y.unsqueeze(1)).squeeze(1)).mean()
""",
    "entropy_of_a_fixed_posterior": """
q = F.softmax(self.out(x), 1).detach()
ent = -(q * q.log()).sum(1).mean()
return loss - ((q * F.log_softmax(s, 1)).sum(1).mean() + ent)
""",
    "target_network": """
with torch.no_grad():
    t = torch.tanh(self.a(x))
return loss + F.mse_loss(h, t)
""",
    "policy_gradient": """
adv = (s.argmax(1) == y).float()
adv = adv - adv.mean()
return loss - (adv.detach() * F.log_softmax(s, 1)[:, 0]).mean()
""",
    "detached_weight": """
w = torch.sigmoid(h.mean()).detach()
return w * loss
""",
    "loss_over_itself": """
return loss / loss.detach() + loss
""",
    "times_zero": """
return loss + 0 * s.argmax(1).float().mean()
""",
    "difference_of_policies": """
with torch.no_grad():
    old = F.log_softmax(self.out(self.a(x)), 1).mean()
return loss + old - F.log_softmax(s, 1).mean()
""",
    "critic": """
return loss + self.out(x).mean() - self.out(x.flip(0)).detach().mean()
""",
    "critic_of_every_sample": """
return loss + (self.out(x)[:, 0] - self.out(x.flip(0))[:, 0].detach()).mean()
""",
    "normaliser_with_a_derivative": """
k = F.softplus(self.out(x)[:, 0])
return (torch.log(torch.special.i0(k)) - k * s[:, 1].cos()).mean()
""",
    "detached_as_a_whole": """
return loss + h.pow(2).mean().detach()
""",
    "detached_as_a_whole_and_averaged": """
return (loss + h.pow(2).mean().detach()) / 2
""",
    "pseudo_labels": """
ps = s.argmax(1)
return loss + F.cross_entropy(self.out(torch.dropout(h, 0.5, True)), ps)
""",
    "vector_quantised": """
i = (h.unsqueeze(1) - self.book).pow(2).sum(2).argmin(1)
q = self.book[i]
commit = F.mse_loss(h, q.detach())
q = h + (q - h).detach()
return loss + 0.25 * commit + self.out(q).pow(2).mean()
""",
    "load_balance": """
g = s.softmax(1)
load = F.one_hot(g.argmax(1), 5).float().mean(0)
return loss + 5 * (load * g.mean(0)).sum()
""",
    "count_as_a_weight": """
n = (s.argmax(1) != 0).sum()
return loss * n / (n + 1)
""",
    "frozen_weights": """
return loss + self.frozen.weight.pow(2).sum()
""",
    "running_average": """
self.average.mul_(0.9).add_(loss.detach() * 0.1)
return loss / (self.average + 1e-3)
""",
    "temporal_difference": """
with torch.no_grad():
    nxt = self.out(torch.tanh(self.a(x))).max(1)[0]
return (s[:, 0] - 0.9 * nxt).abs().mean() + loss
""",
}


FIRST, LAST = ["a.weight", "a.bias"], ["out.weight", "out.bias"]
SPOILED = {
    **dict.fromkeys(("accuracy", "accuracy_as_a_number", "class_from_max", "entropy_subtracted"), FIRST + LAST),
    **dict.fromkeys(("weighted_stack", "per_sample", "average_of_two"), FIRST + LAST),
    "weight_decay_on_data": ["a.weight", "out.weight"],
    "added_in_place": ["a.weight"],
    "normaliser_without_a_derivative": LAST,
}
"""Whose gradient lacks what the term would add to it, where that is not the first layer's."""


def diagnosed(rest: str) -> dict[str, Json]:
    return diagnose_source(NET + indent(rest, " " * 8), shapes="4x8; 4:int64[0,5)", loss="auto")


@pytest.mark.parametrize("name", DEAD)
def test_a_term_that_trains_nothing_is_told(name: str) -> None:
    op, verified, rest = DEAD[name]
    document = diagnosed(rest)
    (finding,) = [f for f in document["findings"] if f["severity"] != "note"]
    assert (document["verdict"], finding["code"]) == ("suspect", "CUT108")
    assert finding["parameters"] == SPOILED.get(name, FIRST)
    assert finding["location"]["op"] == op
    assert "added to the loss here" in [related["label"] for related in finding["related"]]
    assert finding["fix"]["verified"] is verified


@pytest.mark.parametrize("rest", MEANT.values(), ids=MEANT)
def test_a_stopped_gradient_that_is_meant_is_no_fault(rest: str) -> None:
    document = diagnosed(rest)
    assert (document["verdict"], [f for f in document["findings"] if f["severity"] != "note"]) == ("healthy", [])


def test_a_term_detached_as_a_whole_is_noted() -> None:
    assert [f["code"] for f in diagnosed(MEANT["detached_as_a_whole"])["findings"]] == ["PAR201", "CUT108"]


def test_a_cut_that_costs_a_parameter_its_gradient_is_not_told_twice() -> None:
    source = NET.replace("s = self.out(h)", "s = h[:, :5]")
    rest = " " * 8 + "return loss + (self.out(h) > 0).float().mean()"
    document = diagnose_source(source + rest, shapes="4x8; 4:int64[0,5)", loss="auto")
    (finding,) = [f for f in document["findings"] if f["severity"] != "note"]
    assert (finding["code"], finding["parameters"]) == ("CUT103", ["out.weight", "out.bias"])


def test_two_terms_are_two_findings() -> None:
    document = diagnosed("return loss + 0.1 * (s > 0).float().mean() + 0.1 * h.norm().item()")
    assert [f["code"] for f in document["findings"] if f["severity"] != "note"] == ["CUT108", "CUT108"]


POTENTIAL = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.energy = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1, bias=False))

    def forward(self, positions):
        positions = positions.requires_grad_(True)
        energy = self.energy(positions).sum()
        forces = torch.autograd.grad([energy], [positions])[0]
        assert forces is not None
        return LOSS
"""


@pytest.mark.parametrize(
    ("loss", "code"),
    [("(forces - 0.1).pow(2).mean()", "CUT103"), ("(forces - 0.1).pow(2).mean() + energy.pow(2)", "CUT108")],
)
def test_a_gradient_in_the_loss_gets_a_graph_of_its_own(loss: str, code: str) -> None:
    source = POTENTIAL.replace("LOSS", loss)
    source = source if code == "CUT103" else source.replace("[positions])", "[positions], retain_graph=True)")
    (finding,) = diagnose_source(source, shapes="4x3", loss="output")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == (code, True)
    assert finding["fix"]["after"].endswith("create_graph=True)[0]")


@pytest.mark.parametrize(
    ("rest", "before", "after"),
    [
        (
            "missed = (s.argmax(1) != y).float().mean()\nreturn loss + 0.1 * missed",
            "return loss + 0.1 * missed",
            "return loss",
        ),
        (
            "loss = loss - (s.max(1)[1].view(-1) == y).float().mean()\nreturn loss",
            "loss = loss - (s.max(1)[1].view(-1) == y).float().mean()",
            "",
        ),
        (
            "loss += 0.1 * (s.argmax(1) != y).float().mean()\nreturn loss",
            "loss += 0.1 * (s.argmax(1) != y).float().mean()",
            "",
        ),
        (
            "hits = (s.argmax(1) == y).float().mean()\nwrong = 1 - hits\nreturn wrong + loss",
            "return wrong + loss",
            "return loss",
        ),
    ],
)
def test_a_count_of_hits_is_left_out(rest: str, before: str, after: str | None) -> None:
    (finding,) = [f for f in diagnosed(rest)["findings"] if f["severity"] != "note"]
    assert finding["code"] == "CUT108"
    assert (finding["fix"]["verified"], finding["fix"]["before"], finding["fix"]["after"]) == (True, before, after)


def test_a_term_that_is_detached_and_then_added_as_a_number_is_kept_as_a_tensor() -> None:
    body = "e = self.d(self.a(x)).square().mean().detach(); n = float(e); return self.a(x).square().mean() * self.p + n"
    layers = "self.a = nn.Linear(4, 3); self.d = nn.Linear(3, 1).requires_grad_(False)"
    found = diagnose_source(net(body, layers), shapes="5x4", loss="output")["findings"][0]
    assert (found["code"], found["location"]["op"], found["fix"]["verified"]) == ("CUT108", "aten::detach", True)


def test_a_histogram_whose_bins_the_module_holds_is_made_soft() -> None:
    body = "h = torch.histc(self.a(x), self.n, -3.0, 3.0); return F.mse_loss(self.a(x), x) * self.p + h.square().mean()"
    found = diagnose_source(net(body, "self.a = nn.Linear(4, 4); self.n = 8"), shapes="5x4", loss="output")["findings"][
        0
    ]
    assert (found["code"], found["fix"]["verified"]) == ("CUT108", True)
    assert "two nearest bins" in found["fix"]["summary"]
