"""What is added to all scores of a softmax alike has no gradient: told is the sum, and what makes it count."""

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
