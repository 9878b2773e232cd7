"""Images that a program brings to channels first, and that were sent so; and their twins."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, raised

THREE, SIX = "self.c = nn.Conv2d(3, 4, 3)", "self.c = nn.Conv2d(6, 4, 3)"
JOINED = "z = torch.cat([x, y], dim=-1); return self.c(z.permute(0, 3, 1, 2))"


@pytest.mark.parametrize(
    ("forward", "after"),
    [
        ("x = x.permute(0, 3, 1, 2); return self.c(x)", ""),
        ("return self.c(x.permute(0, 3, 1, 2).float() / 255)", "return self.c(x.float() / 255)"),
        ("x = x / 255; return self.c(x.movedim(-1, 1))", "return self.c(x)"),
    ],
)
def test_a_move_of_what_is_in_order_is_left_out(forward: str, after: str) -> None:
    (found,) = raised(diagnose_source(net(forward, THREE), shapes="2x3x12x10"))
    assert (found["code"], found["fix"]["after"], found["fix"]["verified"]) == ("SHP702", after, True)


def test_images_that_are_joined_along_the_last_axis_too_are_to_be_sent_with_their_channels_there() -> None:
    (found,) = raised(diagnose_source(net(JOINED, SIX, "x, y"), shapes="2x3x12x10; 2x3x12x10"))
    assert found["fix"]["summary"] == "send images with their channels last: 2x12x10x3; these were 2x3x12x10"
    assert found["fix"]["verified"]


def test_images_sent_with_their_channels_last_are_healthy() -> None:
    assert not raised(diagnose_source(net(JOINED, SIX, "x, y"), shapes="2x12x10x3; 2x12x10x3"))


@pytest.mark.parametrize("shapes", ["2x12x10x5", "2x5x12x10"])
def test_channels_that_are_nowhere_are_not_moved(shapes: str) -> None:
    (found,) = raised(diagnose_source(net("return self.c(x.permute(0, 3, 1, 2))", THREE), shapes=shapes))
    assert found["fix"]["summary"].startswith("make c take ")
