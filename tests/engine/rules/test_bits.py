"""Operations on bits that are given floating numbers."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

CASES = [
    ("k = torch.ones(4, 8).tril() & m", "k = torch.ones(4, 8).tril().to(torch.bool) & m"),
    ("k = m | torch.eye(4, 8)", "k = m | torch.eye(4, 8).to(torch.bool)"),
    (
        "k = torch.eye(4, 8) & torch.ones(4, 8)",
        "k = torch.eye(4, 8).to(torch.bool) & torch.ones(4, 8).to(torch.bool)",
    ),
]


@pytest.mark.parametrize(("line", "after"), CASES)
def test_the_floating_one_becomes_a_mask(line: str, after: str) -> None:
    source = net(f"{line}\n        return (x * self.p).masked_fill(k, 0.0)", takes="x, m")
    finding = only(diagnose_source(source, shapes="4x8; 4x8:bool", loss="mean"))
    assert (finding["code"], finding["fix"]["after"], finding["fix"]["verified"]) == ("TYP801", after, True)
