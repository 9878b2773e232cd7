"""Lines that take numbers out of tensors, with the tensors in their place."""

from __future__ import annotations

import pytest

from whygrad.engine.facts import Frame
from whygrad.engine.wording.taking import unmade, untaken


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("return torch.tensor(f(x).mean().item()) * p", "return f(x).mean() * p"),
        ("return torch.tensor((h * 2).item(), dtype=torch.float64) * p", "return (h * 2) * p"),
        ("return torch.tensor([a.item(), b.item()])", None),
        ("return torch.tensor(3.0) * x", None),
        ("s = torch.tensor(max(h.item(), 0.5))", None),
        ("s = torch.tensor(math.exp(h.item()))", None),
        ("s = torch.tensor(round(h.item()))", None),
        ("s = torch.tensor(float(h.item()))", "s = h"),
        ("s = torch.tensor(torch.max(h.float()).item())", "s = torch.max(h.float())"),
    ],
)
def test_a_tensor_made_of_numbers_is_what_they_were_taken_from(line: str, after: str | None) -> None:
    assert unmade(line, r"\.item\(\)") == after


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("loss = loss + h.mean().item()", "loss = loss + h.mean()"),
        ("loss = loss + float(h.mean().item())", "loss = loss + h.mean()"),
        ("loss = loss + 0.1 * float(a + b)", "loss = loss + 0.1 * (a + b)"),
        ("r = float(a.sum().item() / float(n))", "r = (a.sum() / n)"),
        ("t = a.mean().item() + float('-inf')", "t = a.mean() + float('-inf')"),
        ("loss = loss + int(h.sum().item())", None),
        ("loss = loss + max(h.item(), 0.1)", None),
        ("share: float = h.mean().item()", None),
    ],
)
def test_the_tensor_takes_the_place_of_its_number(line: str, after: str | None) -> None:
    assert untaken(Frame("model.py", 1, "forward", line)) == after
