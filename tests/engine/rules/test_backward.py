"""What backward itself refuses, with the operation that it came to."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, wanting

LAYER = "self.a = nn.Linear(6, 6)"

REFUSED = [
    ("BWD404", "aten::heaviside", True, "return torch.heaviside(self.a(x), torch.zeros(1)) * self.p"),
    ("BWD404", "aten::igamma", None, "return torch.igamma(self.a(x).exp(), torch.ones(1)) * self.p"),
    ("BWD404", "aten::bincount", True, "return torch.bincount(torch.tensor([0, 1, 1, 2]), self.a(x)[:, 0]) * self.p"),
    ("BWD404", "aten::cross_entropy_loss", True, "return F.cross_entropy(self.a(x), torch.arange(4), weight=self.w)"),
    ("BWD405", "aten::requires_grad_", True, "return self.p * self.a(x) * torch.arange(6).requires_grad_()"),
]


@pytest.mark.parametrize(("code", "op", "healed", "body"), REFUSED)
def test_refusal_names_its_operation(code: str, op: str, healed: bool | None, body: str) -> None:
    init = f"{LAYER}; self.w = nn.Parameter(torch.ones(6))" if "self.w" in body else LAYER
    document = diagnose_source(net(body, init), shapes="4x6", loss="mean")
    finding = document["findings"][0]
    assert (document["verdict"], finding["code"], finding["location"]["op"]) == ("faulty", code, op)
    assert set(finding["parameters"]) == wanting(document)
    assert finding["fix"]["verified"] is healed, finding["fix"]
