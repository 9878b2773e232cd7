"""What a program keeps of its first step or of its example, where it was to be computed anew."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source

CACHED = """
class Net(nn.Module):
    cached: Optional[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(6, 4)
        self.fc = nn.Linear(5, 4)
        self.cached = None

    def forward(self, x):
        cached = self.cached
        if cached is None:
            cached = self.table(torch.arange(4))
            self.cached = cached
        return self.fc(x) @ cached
"""

BAKED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 5))

    def forward(self, x, y):
        out = self.net(x)
        return F.l1_loss(out, y) + ((TAKEN - y) ** 2).mean()
"""

PROMPT = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("prompt", torch.randn(1, 3, 8))
        self.read = nn.GRU(8, 8, batch_first=True)
        self.read.requires_grad_(FROZEN)
        self.word = nn.Linear(5, 8)

    def forward(self, x):
        words = torch.cat([self.prompt.expand(x.size(0), -1, -1), self.word(x)[:, None]], 1)
        return self.read(words)[0][:, -1]
"""


def test_a_result_that_the_first_step_keeps_with_its_graph_is_computed_anew() -> None:
    (finding,) = diagnose_source(CACHED, shapes="3x5")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("BWD403", True)
    assert finding["fix"]["after"] == "if self.training or cached is None:"
    assert not unhealed(CACHED, {"shapes": "3x5"})


def test_a_term_of_a_trace_that_holds_what_its_example_gave() -> None:
    taken = "torch.from_numpy(out.detach().numpy() * 2)"
    document = diagnose_source(BAKED.replace("TAKEN", taken), shapes="3x5; 3x5", export="trace 3x5; 3x5")
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"], len(finding["parameters"])) == ("suspect", "CUT106", 4)
    assert finding["title"] == "a term of the loss trains nothing: the trace holds numbers (3x5) that nobody wrote"
    assert finding["fix"]["verified"] is True


@pytest.mark.parametrize("taken", ["torch.zeros(3, 5)", "torch.full((3, 5), 0.25)", "out"])
def test_a_constant_that_somebody_wrote_is_meant(taken: str) -> None:
    source = BAKED.replace("TAKEN", taken)
    assert diagnose_source(source, shapes="3x5; 3x5", export="trace 3x5; 3x5")["verdict"] == "healthy"


@pytest.mark.parametrize(("frozen", "codes"), [("False", []), ("True", ["PAR206"])])
def test_a_prompt_is_learnt_where_what_reads_it_is(frozen: str, codes: list[str]) -> None:
    findings = diagnose_source(PROMPT.replace("FROZEN", frozen), shapes="4x5")["findings"]
    assert [finding["code"] for finding in findings if finding["severity"] != "note"] == codes


def test_a_column_behind_a_cast_is_a_fault_of_its_own() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(4, 3)

    def forward(self, x, actions, wanted):
        chosen = self.net(x).gather(1, actions.unsqueeze(-1))
        return F.mse_loss(chosen, wanted)
"""
    document = diagnose_source(source, shapes="8x4; 8; 8")
    assert [(f["code"], f["fix"]["verified"]) for f in document["findings"]] == [("TYP802", True), ("SHP707", True)]


def test_as_many_frequencies_as_half_the_steps_and_one_more() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(13, 4, 6, 2))

    def forward(self, x):
        waves = torch.fft.rfft(x, dim=1)
        return torch.einsum("bti,tio->bto", waves, torch.view_as_complex(self.weight)).abs()
"""
    finding = diagnose_source(source, shapes="3x16x4")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP715", True)
    assert "send 3x24x4" in finding["fix"]["summary"]
