"""Group norms: whose channels stand last, or are others than it was made for."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

MAPS = "self.a = nn.Conv2d(3, {}, 1); self.n = nn.GroupNorm(4, 16)"


@pytest.mark.parametrize("steps", [8, 9])
def test_channels_that_stand_last_are_swapped_around_it(steps: int) -> None:
    source = net(
        "h = self.a(x)\n        h = self.n(h)\n        return h * self.p",
        "self.a = nn.Linear(6, 16); self.n = nn.GroupNorm(4, 16)",
    )
    finding = only(diagnose_source(source, shapes=f"4x{steps}x6", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP709", True)
    assert finding["fix"]["after"] == "h = self.n(h.transpose(1, 2)).transpose(1, 2)"


@pytest.mark.parametrize(("channels", "after"), [(32, "nn.GroupNorm(4, 32)"), (18, "nn.GroupNorm(3, 18)")])
def test_it_is_made_for_the_channels_that_come(channels: int, after: str) -> None:
    source = net("return self.n(self.a(x)) * self.p", MAPS.format(channels))
    finding = only(diagnose_source(source, shapes="4x3x5x5", loss="mean"))
    assert (finding["code"], finding["fix"]["after"], finding["fix"]["verified"]) == ("SHP709", after, True)


def test_without_weights_only_the_groups_are_in_question() -> None:
    source = net("return F.group_norm(self.a(x), 4) * self.p", "self.a = nn.Conv2d(3, 18, 1)")
    finding = only(diagnose_source(source, shapes="4x3x5x5", loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP709", True)
    assert finding["title"] == "group_norm cannot divide 18 channels into 4 groups"
