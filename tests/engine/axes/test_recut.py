"""What a view of a traced program is to give where another size came in: cut up as the example was."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source, observe_source
from tests.engine.rules.small import net, only

from whygrad.engine.axes.baked import baked
from whygrad.engine.axes.layouts import layouts
from whygrad.engine.observation import Json

MAP = "self.p = nn.Parameter(torch.ones(1)); self.c = nn.Conv2d(4, 4, 3, padding=1)"

VIEWS = {
    "tokens into a map": (
        "s = int(x.shape[1] ** 0.5); return self.c(x.transpose(1, 2).reshape(x.shape[0], 4, s, s))",
        ("2x16x4", "2x36x4"),
        [[2, 4, 6, 6], [2, 4, 9, 4], [2, 4, 4, 9]],
    ),
    "tokens behind one of a class": (
        "s = int((x.shape[1] - 1) ** 0.5); return self.c(x[:, 1:].transpose(1, 2).reshape(-1, 4, s, s))",
        ("2x10x4", "2x26x4"),
        [[-1, 4, 5, 5]],
    ),
    "a map into windows": (
        "n = int(x.size(1)) // 4; return x.view(x.size(0), n, 4, n, 4, 3) * self.p",
        ("2x8x8x3", "2x20x20x3"),
        [[2, 5, 4, 5, 4, 3], [2, 5, 4, 2, 10, 3], [2, 2, 10, 5, 4, 3], [2, 2, 10, 2, 10, 3]],
    ),
    "pairs of steps into a row": (
        "n = len(x[0]); return (x @ x.transpose(1, 2)).reshape(x.shape[0], n * n) * self.p",
        ("2x4x4", "2x6x4"),
        [[2, 36]],
    ),
    "no square any more": (
        "s = int(x.shape[1] ** 0.5); return x.view(x.size(0), s, s, 4) * self.p",
        ("2x16x4", "2x24x4"),
        [[2, 6, 4, 4], [2, 4, 6, 4]],
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_cuts_what_came_as_it_cut_the_example(name: str) -> None:
    forward, (recorded, sent), expected = VIEWS[name]
    observation = observe_source(net(forward, MAP), shapes=sent, export=f"trace {recorded}")
    failed = observation.failure
    assert failed is not None
    found = baked(observation, layouts(observation), failed)
    assert found is not None
    ways: list[Json] = [change for ((_, _, change),) in (found.changes, *found.others)]
    assert ways == expected


@pytest.mark.parametrize("name", VIEWS)
def test_it_is_told_as_a_size_of_the_example(name: str) -> None:
    forward, (recorded, sent), _ = VIEWS[name]
    document = diagnose_source(net(forward, MAP), shapes=sent, export=f"trace {recorded}", loss="mean")
    finding = only(document)
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP712", True)
