"""Lines of users with a change made: right as Python, or not shown at all."""

from __future__ import annotations

import pytest

from whygrad.engine.facts import Frame
from whygrad.engine.wording.rewriting import (
    applied,
    behind,
    given_too,
    out_of_place,
    returned,
    rooted,
    undetached,
    unless_idle,
)


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
        ("f(x).add_(1)", "add_", None),
        ("h[:, 0].add_(1)", "add_", None),
        ("rows[0].mul_(2.0)", "mul_", None),
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


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("loss = F.mse_loss(a, (c + d))", "loss = F.mse_loss(a, (c + d).squeeze(1))"),
        ("loss = a - (b + c)", "loss = a - (b + c).squeeze(1)"),
        ("return (a) - (b)", "return (a) - b.squeeze(1)"),
    ],
)
def test_no_brackets_are_doubled(line: str, after: str) -> None:
    operation = "mse_loss" if "mse_loss" in line else "sub"
    assert behind(line, operation, 1, ".squeeze(1)") == after


@pytest.mark.parametrize(
    ("around", "after"),
    [
        (((1, "        if self.stops:"), (3, "        return h")), "pass"),
        (((1, "        if self.stops:"), (3, "            h = h * 2")), ""),
        (((1, "            h = h * 2"), (3, "        return h")), ""),
        (((1, "            # what opened the block is not near"), (3, "        return h")), "pass"),
    ],
)
def test_no_block_is_left_without_a_line(around: tuple[tuple[int, str], ...], after: str) -> None:
    line = Frame("model.py", 2, "forward", "h = h.detach()", column=16, offset=4, context=around)
    assert unless_idle(line, undetached(line)) == after


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("loss = F.ctc_loss(f(x, -1), y, a, b)", "loss = F.ctc_loss(f(x, -1), y, a, b, zero_infinity=True)"),
        ("return ctc_loss(x, y, a, b,)", "return ctc_loss(x, y, a, b, zero_infinity=True)"),
        ("loss = F.ctc_loss(x, y, a, b, zero_infinity=False)", None),
        ("loss = self.criterion(x, y, a, b)", None),
    ],
)
def test_a_call_is_given_one_argument_more(line: str, after: str | None) -> None:
    assert given_too(line, "ctc_loss", "zero_infinity=True") == after


@pytest.mark.parametrize(
    ("line", "offset", "after"),
    [
        ("s = torch.std(h, dim=1)", 4, "s = torch.sqrt(torch.var(h, dim=1) + 1e-12)"),
        ("return h.std(1).sum()", 7, "return (h.var(1) + 1e-12).sqrt().sum()"),
        ("return (h * 2).std(1)", 8, "return ((h * 2).var(1) + 1e-12).sqrt()"),
        ("return h.std(1) - (h + h).std(1)", 7, "return (h.var(1) + 1e-12).sqrt() - (h + h).std(1)"),
        ("return h.std(1) - (h + h).std(1)", 19, "return h.std(1) - ((h + h).var(1) + 1e-12).sqrt()"),
        ("return h.std(1) + h.std(0)", None, None),
        ("return spread(h)", 7, None),
        ("s = torch.std(", 4, None),
    ],
)
def test_a_spread_becomes_the_root_of_a_variance(line: str, offset: int | None, after: str | None) -> None:
    assert rooted(Frame("model.py", 1, "forward", line, offset=offset), "1e-12") == after
