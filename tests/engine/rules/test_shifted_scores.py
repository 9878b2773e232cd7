"""What all scores of a softmax have in common has no gradient: told is where it comes to them, and what heals it."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

LAYERS = "self.q = nn.Linear(4, 6); self.k = nn.Linear(5, 6); self.v = nn.Linear(6, 1, bias=False)"
SCORES = "s = self.v(self.q(x).unsqueeze(1) + self.k(m)).squeeze(2) * 0.5"
READ = {
    "softmax": "return (torch.softmax(s, 1).unsqueeze(2) * m).sum(1) * self.p",
    "cross entropy": "return F.cross_entropy(s, torch.zeros(3, dtype=torch.long)) * self.p",
}


@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_a_query_that_is_only_added_is_told_at_the_sum(read: str) -> None:
    source = net(f"{SCORES}; {read}", LAYERS, takes="x, m")
    (found,) = diagnose_source(source, shapes="3x4;3x7x5")["findings"]
    assert (found["code"], found["location"]["op"]) == ("ZER504", "aten::add")
    assert set(found["parameters"]) == {"q.weight", "q.bias"}
    assert "compares alike" in found["title"]
    assert found["fix"]["verified"] is True
    assert ".tanh()" in found["fix"]["after"]
    assert unhealed(source, {"shapes": "3x4;3x7x5"}) == []


def test_what_is_bent_before_it_is_compared_is_healthy() -> None:
    body = f"{SCORES.replace('self.v(', 'self.v(torch.tanh(').replace(').squeeze', ')).squeeze')}; {READ['softmax']}"
    assert diagnose_source(net(body, LAYERS, takes="x, m"), shapes="3x4;3x7x5")["verdict"] == "healthy"


JUDGE = "self.a = nn.Linear(4, 6); self.s = nn.Linear(6, 1)"
JOINED = {
    "the same layer asked twice": "z = torch.stack([self.s(h), self.s(h)], 1); w = torch.softmax(z * 2, 1)",
    "one answer three times": "s = self.s(h); w = torch.softmax(torch.cat([s, s, s], 1), -1).unsqueeze(2)",
    "the logarithm of their shares": "s = self.s(h); w = torch.stack([s, s], 1).log_softmax(1)",
}
WEIGHED = "return (w * torch.stack([h, x.repeat(1, 2)[:, :6], h * 2][:w.size(1)], 1)).sum(1) * self.p"


@pytest.mark.parametrize("scores", JOINED.values(), ids=JOINED)
def test_scores_that_are_the_same_are_told_where_they_are_joined(scores: str) -> None:
    source = net(f"h = torch.tanh(self.a(x)); {scores}; {WEIGHED}", JUDGE)
    (found,) = diagnose_source(source, shapes="3x4")["findings"]
    assert (found["code"], found["location"]["op"][6:]) == ("ZER504", "cat" if "cat" in scores else "stack")
    assert set(found["parameters"]) == {"s.weight", "s.bias"}
    assert "compares alike" in found["title"]
    assert found["fix"]["verified"] is True


def test_two_inputs_compared_by_one_layer_are_healthy() -> None:
    body = (
        "w = torch.softmax(torch.cat([self.s(self.a(x)), self.s(self.a(m))], 1), 1); return (w[:, :1] * x + m) * self.p"
    )
    assert diagnose_source(net(body, JUDGE, takes="x, m"), shapes="3x4;3x4")["verdict"] == "healthy"


def test_a_bias_is_told_with_its_weight_where_a_layer_is_taken_from_itself() -> None:
    body = "h = torch.tanh(self.a(x)); return (h.mean() + (self.s(h) - self.s(h) * 1.0).exp().mean()) * self.p"
    layers = "self.a = nn.Conv1d(4, 6, 1); self.s = nn.Conv1d(6, 2, 1)"
    (found,) = diagnose_source(net(body, layers), shapes="3x4x5")["findings"]
    assert set(found["parameters"]) == {"s.weight", "s.bias"}


ADDED = {
    "one number": ("self.b = nn.Parameter(torch.ones(1))", "s = self.q(x) + self.b"),
    "one for each row": ("self.b = nn.Parameter(torch.randn(3, 1))", "s = 2 * (self.q(x) + self.b)"),
}


@pytest.mark.parametrize(("made", "scores"), ADDED.values(), ids=ADDED)
def test_a_parameter_that_is_added_to_all_scores_alike_is_to_be_left_out(made: str, scores: str) -> None:
    source = net(f"{scores}; return torch.softmax(s, 1).square() * self.p", f"self.q = nn.Linear(4, 6); {made}")
    found = diagnose_source(source, shapes="3x4")["findings"][0]
    assert (found["code"], found["parameters"]) == ("ZER504", ["b"])
    assert (found["fix"]["verified"], found["fix"]["summary"][:23]) == (True, "leave the parameter out")


def test_the_bias_of_keys_shifts_scores_and_is_healthy() -> None:
    body = "k = m @ self.w + self.b; w = torch.softmax(self.q(x) @ k.t(), 1); return (w @ m) * self.p"
    layers = "self.q = nn.Linear(4, 6); self.w = nn.Parameter(torch.randn(5, 6)); self.b = nn.Parameter(torch.ones(6))"
    assert diagnose_source(net(body, layers, takes="x, m"), shapes="3x4;3x5")["verdict"] == "healthy"
