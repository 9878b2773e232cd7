"""Batches that are joined one behind another and taken apart by a view; and their twins."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, raised

WRONG = [
    (
        "z = torch.cat([self.f(x), self.f(y)], 0); return self.g(z.view(x.size(0), 12))",
        "self.f = nn.Linear(6, 6); self.g = nn.Linear(12, 3)",
        "z = torch.cat([self.f(x), self.f(y)], 1)",
    ),
    (
        "z = torch.cat([self.f(x), self.f(y)]); return z.view(1, x.size(0), -1)",
        "self.f = nn.Linear(6, 6)",
        "z = torch.cat([self.f(x), self.f(y)], dim=1)",
    ),
    (
        "z = self.f(torch.cat([x, y])); return z.view(x.size(0), 2, -1).mean(1)",
        "self.f = nn.Linear(6, 6)",
        "return z.view(2, x.size(0), -1).transpose(0, 1).mean(1)",
    ),
]


@pytest.mark.parametrize("shapes", ["4x6; 4x6", "2x6; 2x6"])
@pytest.mark.parametrize(("forward", "layers", "after"), WRONG)
def test_a_view_that_pairs_neighbours_of_one_batch_is_told(forward: str, layers: str, after: str, shapes: str) -> None:
    (found,) = raised(diagnose_source(net(forward, layers, "x, y"), shapes=shapes))
    assert (found["code"], found["location"]["op"]) == ("SHP719", "aten::view")
    assert (found["fix"]["after"], found["fix"]["verified"]) == (after, True)
    assert found["chain"][0].startswith(f"2 batches of {shapes[0]} samples are put one behind another")


RIGHT = [
    "return self.f(torch.cat([x, y])).view(2, x.size(0), -1).mean(0)",
    "return self.f(torch.cat([x, y])).view(2, x.size(0), 6).transpose(0, 1).reshape(x.size(0), 12)",
    "z = self.f(torch.cat([x, y])).view(2, x.size(0), 6); return self.g(z.transpose(0, 1).reshape(x.size(0), 12))",
    "one, two = self.f(torch.cat([x, y])).chunk(2); return self.g(torch.cat([one, two], 1))",
    "return self.f(torch.cat([x, y]).view(2 * x.size(0), 6))",
    "z = self.f(torch.cat([x, y])); return z - z.view(2, -1, 6).std(0).mean()",
    "return torch.cat([self.f(x), self.f(y)], 1).view(1, x.size(0), 12)",
]


@pytest.mark.parametrize("shapes", ["4x6; 4x6", "2x6; 2x6"])
@pytest.mark.parametrize("forward", RIGHT)
def test_batches_taken_apart_as_they_lie_are_healthy(forward: str, shapes: str) -> None:
    layers = "self.f = nn.Linear(6, 6); self.g = nn.Linear(12, 3)"
    assert raised(diagnose_source(net(forward, layers, "x, y"), shapes=shapes)) == []
