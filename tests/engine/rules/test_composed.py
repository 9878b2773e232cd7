"""Matrices that are computed from weights, for another number of nodes than came; and matrices that are sent."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, raised

NODES = "self.u = nn.Parameter(torch.randn(6, 4)); self.v = nn.Parameter(torch.randn(6, 4)); self.l = nn.Linear(4, 4)"
ADJACENCY = "a = F.relu(torch.tanh(self.l(self.u) @ self.l(self.v).t())); "

COMPUTED = {
    "an einsum": (
        ADJACENCY + "a = a / (a.sum(1).view(-1, 1) + 1); return torch.einsum('bwc,vw->bvc', x, a) + x",
        "SHP715",
        "3x10x5",
        "make u 10x4 and v 10x4: 10 in place of 6",
    ),
    "a softmax of a product with itself": (
        "a = F.softmax(F.relu(torch.mm(self.u, self.u.transpose(0, 1))), dim=1); "
        "return torch.einsum('nm,bmc->bnc', a, x) * self.v.mean() + x",
        "SHP715",
        "3x10x5",
        "make u 10x4: 10 in place of 6",
    ),
    "a product": (
        ADJACENCY + "return torch.matmul(a + torch.eye(a.size(0)), x) + x",
        "SHP701",
        "3x10x5",
        "make u 10x4 and v 10x4: 10 in place of 6",
    ),
    "a product from the right": (
        ADJACENCY + "return torch.matmul(x, a) * x",
        "SHP701",
        "3x5x10",
        "make u 10x4 and v 10x4: 10 in place of 6",
    ),
    "a mask": (
        ADJACENCY + "return (x @ x.transpose(1, 2) + a).softmax(-1) @ x",
        "SHP706",
        "3x10x5",
        "make u 10x4 and v 10x4: 10 in place of 6",
    ),
    "a weight of low rank": (
        "return F.linear(x, self.u.t() @ self.v) + self.l(self.u).mean()",
        "SHP701",
        "3x10",
        None,
    ),
}


@pytest.mark.parametrize(("body", "code", "shapes", "told"), COMPUTED.values(), ids=COMPUTED)
def test_the_weights_that_a_matrix_is_computed_from_are_made_for_what_came(
    body: str, code: str, shapes: str, told: str | None
) -> None:
    (found,) = raised(diagnose_source(net(body, NODES), shapes=shapes))
    assert found["code"] == code
    if told is not None:
        assert (found["fix"]["summary"], found["fix"]["verified"]) == (told, True)


def test_a_matrix_that_was_sent_is_no_weight_to_be_made_anew() -> None:
    source = net("a = F.relu(self.u @ self.v.t()) * y; return torch.matmul(a, x) + x", NODES, "x, y")
    (found,) = raised(diagnose_source(source, shapes="3x10x5; 6x6"))
    assert not found["fix"]["summary"].startswith("make u")


def test_keys_that_a_weight_projects_to_fewer_are_no_matrix_of_weights() -> None:
    body = "k = self.u.t() @ x; return ((x @ k.transpose(1, 2)) + self.m).softmax(-1) @ k"
    source = net(body, "self.u = nn.Parameter(torch.randn(6, 4)); self.m = nn.Buffer(torch.ones(6, 6).tril())")
    (found,) = raised(diagnose_source(source, shapes="3x6x5"))
    assert not found["fix"]["summary"].startswith("make u")
