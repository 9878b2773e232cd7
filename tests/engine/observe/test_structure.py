"""Programs without their numbers: what makes tensors of numbers by itself keeps real memory to put them in."""

from __future__ import annotations

import pytest
from tests.engine.programs import build, opened, request_of

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([1.0, 0.0, 0.0]))

    def forward(self, x):
        {body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "return self.w * torch.tensor([1.0, 0.0, 0.0]) * x",
        "return self.w * torch.tensor([[1.0, 2.0, 3.0]] * 4) * x",
        "return self.w * torch.tensor([1.0], dtype=torch.float64, device=x.device) + x",
        "return self.w * torch.as_tensor([1.0, 0.0, 0.0]) * x",
        "return self.w * torch.as_tensor(x)",
        "return self.w * torch.tensor([1, 2, 3]) * x",
        "b = torch.empty(4, 3)\n        b[:] = x * self.w\n        return b",
    ],
)
def test_tensors_made_in_the_forward(body: str) -> None:
    observer = opened(build(NET.format(body=body)), request_of({"shapes": "4x3", "loss": "mean"}))
    observer.structure()
    seen = observer.observation
    assert seen.error is None
    assert seen.judged is not None
    assert {name: g.state for name, g in seen.first.gradients.items()} == {"w": "ok"}
