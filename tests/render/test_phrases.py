from __future__ import annotations

import pytest

from whygrad.render.phrases import took


@pytest.mark.parametrize(
    ("ms", "says"),
    [(0.2, "0 ms"), (49.4, "49 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (1000, "1.0 s"), (9849, "9.8 s")],
)
def test_a_time_is_told_in_milliseconds_until_it_is_a_second(ms: float, says: str) -> None:
    assert took(ms) == says
