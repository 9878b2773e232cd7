from __future__ import annotations

import pytest

from whygrad.render.phrases import change, headline, took


@pytest.mark.parametrize(
    ("ms", "says"),
    [(0.2, "0 ms"), (49.4, "49 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (1000, "1.0 s"), (9849, "9.8 s")],
)
def test_a_time_is_told_in_milliseconds_until_it_is_a_second(ms: float, says: str) -> None:
    assert took(ms) == says


def test_a_layer_is_told_apart_from_the_lines_of_the_program() -> None:
    both = {"before": "z = z.view(-1, 52)\nnn.Linear(52, 2)", "after": "z = z.flatten(1)\nnn.Linear(104, 2)"}
    gone, come, layers = change(both)
    assert (gone, come) == (["z = z.view(-1, 52)"], ["z = z.flatten(1)"])
    assert layers == ["where it is made: nn.Linear(52, 2) -> nn.Linear(104, 2)"]
    assert change({"before": "y = h.detach()", "after": ""}) == (["y = h.detach()"], [], [])
    assert change({"before": "y = h.detach()", "after": None}) == ((), (), ())


@pytest.mark.parametrize(
    ("verdict", "status", "says"),
    [
        ("healthy", "running", "m.pt is being examined"),
        ("undetermined", "running", "m.pt is being examined"),
        ("suspect", "running", "what the first pass said"),
        ("healthy", "done", "what the first pass said"),
        ("healthy", "cancelled", "the diagnosis of m.pt was cancelled"),
    ],
)
def test_a_line_of_a_list_calls_nothing_healthy_before_its_end(verdict: str, status: str, says: str) -> None:
    one = {"verdict": verdict, "status": status, "headline": "what the first pass said", "model": {"name": "m.pt"}}
    assert headline(one) == says
