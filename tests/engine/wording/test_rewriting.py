"""Lines of users with a change made: right as Python, or not shown at all."""

from __future__ import annotations

import pytest

from whygrad.engine.facts import Frame
from whygrad.engine.wording.rewriting import applied, out_of_place, returned, undetached


@pytest.mark.parametrize(
    ("line", "operation", "after"),
    [
        ("y += 1", "add_", "y = y + 1"),
        ("y -= x + 1.0  # centred", "sub_", "y = y - (x + 1.0)"),
        ("self.h *= self.gate(x)", "mul_", "self.h = self.h * self.gate(x)"),
        ("y += f(", "add_", None),
        ("return y.relu_() + 1", "relu_", "return y.relu() + 1"),
        ("y.add_(1)", "add_", "y = y.add(1)"),
        ("F.relu(y, inplace=True)", "relu_", "y = F.relu(y)"),
        ("torch.relu_(self.h)", "relu_", "self.h = torch.relu(self.h)"),
        ("f(x).add_(1)", "add_", "f(x).add(1)"),
        ("y[0] = 1", "copy_", None),
        (None, "add_", None),
    ],
)
def test_a_write_becomes_a_new_tensor(line: str | None, operation: str, after: str | None) -> None:
    assert out_of_place(line, operation) == after


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("return F.mse_loss(a, b, reduction='none')", "return F.mse_loss(a, b, reduction='none').mean()"),
        ("return (a - b) * (a - b)", "return ((a - b) * (a - b)).mean()"),
        ("return (a - b) ** 2  # squared", "return ((a - b) ** 2).mean()"),
        ("return F.mse_loss(", None),
        ("loss = a - b", None),
    ],
)
def test_what_is_returned_is_reduced_whole(line: str, after: str | None) -> None:
    assert returned(line, ".mean()") == after


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("return self.fc(x)", "return self.fc(x.float())"),
        ("return F.linear(w, x, self.x)", "return F.linear(w, x.float(), self.x)"),
        ("return table[x]", "return table[x.float()]"),
        ("return self.fc(x + 1)", None),
    ],
)
def test_something_is_put_behind_an_argument(line: str, after: str | None) -> None:
    assert applied(line, "x", ".float()") == after


@pytest.mark.parametrize(
    ("line", "offset", "after"),
    [
        ("h = self.proj(x).detach()", 4, "h = self.proj(x)"),
        ("loss = F.mse_loss(a.detach(), b.detach())", 18, "loss = F.mse_loss(a, b.detach())"),
        ("loss = F.mse_loss(a.detach(), b.detach())", 30, "loss = F.mse_loss(a.detach(), b)"),
        ("loss = F.mse_loss(a.detach(), b.detach())", None, None),
        ("return f(a.detach()).detach()", 7, "return f(a.detach())"),
    ],
)
def test_of_several_alike_the_one_at_the_operation_is_changed(line: str, offset: int | None, after: str | None) -> None:
    assert undetached(Frame("model.py", 1, "forward", line, offset=offset)) == after
