"""What torch's optimiser does to the exported program of a module, whose own gradients are as they should be."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from whygrad_client import diagnose
from whygrad_client.only_exported import told


class Net(nn.Module):
    """One expression inside of `no_grad` and outside, which the executor computes once."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            scale = torch.tanh(self.w)
        return x * torch.tanh(self.w) / scale


def test_it_is_a_warning_of_a_module_and_an_error_of_a_program(service: str) -> None:
    live, program = (diagnose(m, "3", loss="sum", server=service) for m in (Net(), torch.jit.script(Net())))
    assert [(r.verdict, r.findings[0].code, r.findings[0].severity) for r in (live, program)] == [
        ("suspect", "FMT901", "warning"),
        ("faulty", "FMT901", "error"),
    ]
    assert live.headline.startswith("only the exported program: torch's optimiser raises in backward")
    assert "The module itself, as Python runs it, gets the gradients that are listed" in live.findings[0].message
    assert live.findings[0].title in live.headline


def test_what_is_an_error_stands_before_it() -> None:
    found = {"title": "t", "message": "m", "location": None, "severity": "error"}
    findings = [found | {"code": "FMT901"}, found | {"code": "SHP701", "title": "sizes"}]
    parameters = [{"name": "a", "finding": 0}, {"name": "b", "finding": 1}, {"name": "c", "finding": None}]
    parameters.append({"name": "d", "finding": 2500})  # of which only the number is told
    document = told({"verdict": "faulty", "headline": "t", "findings": findings, "parameters": parameters})
    assert (document["verdict"], document["headline"]) == ("faulty", "sizes")
    assert [(f["code"], f["severity"]) for f in document["findings"]] == [("SHP701", "error"), ("FMT901", "warning")]
    assert [p["finding"] for p in document["parameters"]] == [1, 0, None, 2500]
