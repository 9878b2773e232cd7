from __future__ import annotations

import json
from typing import Any

import pytest

from whygrad.engine.states import STATES
from whygrad.web.dashboard import assets
from whygrad.web.dashboard.norms import MOST_BARS, PLOT_HEIGHT, strip


def parameter(name: str, norm: float | None, gradient: str = "ok") -> dict[str, Any]:
    return {"name": name, "norm": norm, "gradient": gradient}


def test_a_bar_is_as_high_as_the_logarithm_of_its_norm() -> None:
    drawn = strip([parameter("a.weight", 1.0), parameter("b.weight", 0.1), parameter("b.bias", 0.01)])
    assert [bar.height for bar in drawn.bars] == [PLOT_HEIGHT, PLOT_HEIGHT / 2, 2.0]
    assert drawn.ticks == ((-2, PLOT_HEIGHT), (-1, PLOT_HEIGHT / 2), (0, 0.0))
    assert [(part.x, part.width) for part in drawn.parts] == [(0, 33.33), (33.33, 66.67)]


@pytest.mark.parametrize("state", ["none", "zero", "non-finite", "frozen", "not-run"])
def test_what_has_no_norm_has_no_bar_and_is_named(state: str) -> None:
    bar = strip([parameter("a", 1.0), parameter("b", None, state)]).bars[1]
    assert (bar.state, bar.height) == (state, 0)
    assert bar.label.startswith("b: ")


@pytest.mark.parametrize(
    ("states", "told"), [(("frozen", "ok"), "ok"), (("frozen", "not-run"), "not-run"), (("zero", "none"), "none")]
)
def test_of_several_the_most_telling_is_seen_as_in_the_map(states: tuple[str, str], told: str) -> None:
    group = [parameter(f"layers.{i}.weight", None, states[i % 2]) for i in range(2 * MOST_BARS)]
    assert {bar.state for bar in strip(group).bars} == {told}
    drawing = (assets.FOLDER / "map/graph.js").read_text()
    assert f"export const WORST = {json.dumps(STATES)};" in drawing


def test_many_share_a_bar_and_the_worst_is_seen() -> None:
    many = [parameter(f"layers.{i}.weight", 10.0**-i) for i in range(5)] * 400
    many[7] = parameter("layers.7.weight", None, "none")
    drawn = strip(many)
    assert len(drawn.bars) <= MOST_BARS
    assert [bar.state for bar in drawn.bars[:2]] == ["none", "ok"]
    assert drawn.bars[0].label == "layers.0.weight to layers.3.weight (14 parameters): norms 0.0001 to 1, 1 no gradient"
    assert sum(bar.height for bar in drawn.bars) > 0


@pytest.mark.parametrize("norms", [[], [None], [0.0], [float("inf")], [5e-324], [1.7e308], [1.0]])
def test_any_norms_are_drawn_inside(norms: list[float | None]) -> None:
    drawn = strip([parameter("a", norm) for norm in norms])
    assert all(0 <= bar.top <= PLOT_HEIGHT and 0 <= bar.top + bar.height <= PLOT_HEIGHT for bar in drawn.bars)
    assert all(0 <= y <= PLOT_HEIGHT for _power, y in drawn.ticks)
