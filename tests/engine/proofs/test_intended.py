"""The shape that an operation meant to give: of one that ran it is the shape that it gave."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source, observe_source

from whygrad.engine.proofs.intended import intended

BODIES = {
    "linear": "return F.linear(x, self.a)",
    "matmul": "return x @ self.a.t()",
    "batched": "return torch.bmm(x.unsqueeze(0), self.a.t().unsqueeze(0))",
    "added": "return x + self.b",
    "stretched": "return x.unsqueeze(1) * self.a.unsqueeze(0)",
    "joined": "return torch.cat([x, x * self.b], 1)",
    "stacked": "return torch.stack([x, x * self.b], 1)",
    "viewed": "return x.view(2, -1) * 2",
    "reshaped": "return x.reshape([2, 2, 6])",
    "normalised": "return F.layer_norm(x, [6], self.b)",
    "embedded": "return F.embedding(torch.tensor([[0, 1], [2, 0]]), self.a)",
    "convolved": "return F.conv2d(x.view(1, 1, 4, 6), self.k, None, [1, 2], [1, 0], [1, 2])",
    "convolved grouped": "return F.conv1d(x.view(1, 4, 6), self.g, None, 2, 1, 1, 2)",
    "einsum": "return torch.einsum('ij,kj->ki', x, self.a)",
    "einsum of one": "return torch.einsum('ij->j', x * self.b)",
    "einsum unsaid": "return torch.einsum('ji,ki', x.t(), self.a.t()[:, :4])",
    "einsum batched": "return torch.einsum('...ij,kj->...k', x.view(2, 2, 1, 6), self.a)",
    "einsum stretched": "return torch.einsum('i...,k...->ik...', x.view(2, 1, 2, 6), self.b.view(3, 2, 1))",
    "loss": "return F.mse_loss(x * self.b, x)",
}
NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.randn(5, 6))
        self.b = nn.Parameter(torch.randn(6))
        self.k = nn.Parameter(torch.randn(3, 1, 3, 2))
        self.g = nn.Parameter(torch.randn(4, 2, 3))

    def forward(self, x):
        {body}
"""


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_intended_is_what_ran(body: str) -> None:
    seen = observe_source(NET.format(body=body), shapes="4x6", loss="mean")
    assert seen.first.forward_completed
    told = 0
    for event in seen.first.events:
        meant = intended(seen.nodes[event.node], event)
        if meant is not None and len(event.outputs) == 1:
            assert meant.shape == event.outputs[0].shape, seen.nodes[event.node].op
            told += 1
    assert told


def test_what_only_follows_from_a_stand_in_is_not_told() -> None:
    two = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.cdist(self.a(x), torch.ones(2, 4))
        return self.b(h)
"""
    document = diagnose_source(two, shapes="4x6", loss="mean")
    assert [f["code"] for f in document["findings"]] == ["SHP717"]
