"""Traced views that hold the batch of the example, and whose open size takes in what came instead; and their twins."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, raised

WINDOWS = (
    "y = torch.tanh(self.l(x).view(-1, 4, 6)); n = int(y.shape[0] / 4); "
    "y = y.view(n, 2, 2, 2, 2, -1).permute(0, 1, 3, 2, 4, 5).contiguous().view(n, 4, 4, -1); "
    "return y.reshape(x.shape) * self.p"
)
HEADS = (
    "t = self.l(x).view(len(x), 6, 2, -1).transpose(1, 2); a = (t @ t.transpose(-2, -1)).softmax(-1) @ t; "
    "return a.transpose(1, 2).reshape(x.shape) * self.p"
)


@pytest.mark.parametrize(
    ("body", "recorded", "sent"),
    [
        (WINDOWS, "1x4x4x6", "3x4x4x6"),
        (WINDOWS, "1x4x4x6", "2x4x4x6"),
        (WINDOWS, "2x4x4x6", "6x4x4x6"),
        (HEADS, "1x6x6", "2x6x6"),
        (HEADS, "1x6x6", "5x6x6"),
    ],
)
def test_an_open_size_that_takes_the_batch_in_is_told_where_the_batch_stands(
    body: str, recorded: str, sent: str
) -> None:
    source = net(body, "self.l = nn.Linear(6, 6)")
    (found,) = raised(diagnose_source(source, shapes=sent, export=f"trace {recorded}"))
    assert (found["code"], found["location"]["op"], found["fix"]["verified"]) == ("SHP712", "aten::view", True)
    assert f"holds {recorded[0]}, a size of its example: {sent[0]} came in" in found["title"]


def test_a_number_among_sizes_that_are_read_is_a_recorded_one_too() -> None:
    body = (
        "b, h, w, c = x.shape; b = int(b); y = self.l(x).view(b, 2, h // 2, 2, w // 2, c).transpose(2, 3); "
        "return y.reshape(x.shape) * self.p"
    )
    source = net(body, "self.l = nn.Linear(6, 6)")
    (found,) = raised(diagnose_source(source, shapes="3x4x4x6", export="trace 1x4x4x6"))
    assert (found["code"], found["fix"]["verified"]) == ("SHP712", True)


@pytest.mark.parametrize(
    ("body", "recorded", "sent"),
    [
        ("return self.l(x).view(1, -1, 6).cumsum(1) * self.p", "1x5x6", "3x5x6"),
        ("return self.l(x).view(1, -1).tanh() * self.p", "1x5x6", "2x5x6"),
        ("return self.l(x).view(-1, 1, 5, 6).sum(2) * self.p", "1x5x6", "2x5x6"),
        ("h = self.l(x); return (h.view(2, -1, 1, 5, 6).std(0).mean() + h) * self.p", "2x5x6", "4x5x6"),
    ],
)
def test_what_is_one_or_a_group_by_intent_is_healthy(body: str, recorded: str, sent: str) -> None:
    source = net(body, "self.l = nn.Linear(6, 6)")
    assert raised(diagnose_source(source, shapes=sent, export=f"trace {recorded}")) == []
