"""Numbers that stay tensors: what a program computes afterwards is what it computed, with a history."""

from __future__ import annotations

import pytest
from tests.engine.observe.test_editing import after, node, observer, states

from whygrad.engine.edits import Keep
from whygrad.engine.observe.expressions import EditError

KEPT = {
    "factor": "return self.head(float(self.encoder(x).mean().item()) * x[:, :6])",
    "arithmetic": "s = float(self.encoder(x).mean())\nreturn self.head(x[:, :6]) * (2.0 * s - 1.0) ** 2 / (1.0 - s)",
    "running sum": (
        "total = 0.0\nfor t in range(3):\n    total += self.encoder(x)[t].mean().item()\n"
        "return self.head(x[:, :6]) + total"
    ),
    "list": (
        "parts: List[float] = []\nfor t in range(3):\n    parts.append(self.encoder(x)[t].mean().item())\n"
        "return self.head(x[:, :6]) * torch.tensor(parts).mean() / len(parts)"
    ),
    "sum of a list": "s = self.encoder(x).mean().item()\nreturn self.head(x[:, :6]) * sum([1.0, float(s)])",
    "branch": ("s = 1.0\nif self.training:\n    s = self.encoder(x).mean().item()\nreturn self.head(x[:, :6]) * s"),
    "filled": "return self.head(torch.full([4, 6], self.encoder(x).mean().item()))",
    "looked at": (
        "s = float(self.encoder(x).mean())\ny = self.head(x[:, :6]) * s\nif s > 100.0:\n    y = y * 2\nreturn y"
    ),
}


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_the_gradient_comes_back(body: str) -> None:
    seen = observer(body)
    assert states(after(seen))["encoder.weight"] == "none"
    taker = next(n.id for n in seen.observation.nodes if n.op in ("aten::item", "aten::Float"))
    edited = after(seen, Keep(taker))
    assert edited.error is None
    assert set(states(edited).values()) == {"ok"}


def test_a_number_that_has_to_be_whole_is_not_kept() -> None:
    seen = observer("n = int(self.encoder(x).abs().sum().item()) + 2\nreturn self.head(x[:n, :6])")
    edited = after(seen, Keep(node(seen, "aten::item")))
    assert states(edited)["encoder.weight"] == "none"


def test_what_takes_no_tensor_is_refused() -> None:
    seen = observer("s = self.encoder(x).mean().item()\nreturn self.head(F.leaky_relu(x[:, :6], float(s)))")
    with pytest.raises(EditError):
        after(seen, Keep(node(seen, "aten::item")))
