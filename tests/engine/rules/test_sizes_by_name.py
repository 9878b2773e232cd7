"""Sizes that the author gives a name, and those that a trace or a missing input does not tell."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

READS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(20, 8)
        self.reads = LAYER
        self.out = nn.Linear(8, 20)

    def forward(self, ids):
        NAMES = ids.shape
        h = self.table(ids)
        h = CALLED
        return self.out(h).reshape(FIRST * SECOND, -1)
"""

LAYERS = {
    "lstm": ("nn.LSTM(8, 8FIRST)", "self.reads(h)[0]"),
    "attention": ("nn.MultiheadAttention(8, 2FIRST)", "self.reads(h, h, h)[0]"),
}


def reading(layer: str, names: str, *, batch_first: bool = False) -> list[str]:
    made, called = LAYERS[layer]
    first, second = names.split(", ")
    source = READS.replace("LAYER", made.replace("FIRST", ", batch_first=True" if batch_first else ""))
    source = source.replace("CALLED", called).replace("NAMES", names).replace("FIRST", first).replace("SECOND", second)
    return [f["code"] for f in diagnose_source(source, shapes="4x7:int64[0,20)")["findings"]]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("names", ["batch_size, sequence_length", "b, t", "bsz, seq_len"])
def test_what_is_called_the_batch_is_not_read_as_steps(layer: str, names: str) -> None:
    assert reading(layer, names) == ["SHP716"]
    assert reading(layer, names, batch_first=True) == []


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("names", ["seq_len, batch_size", "n, m", "steps, b", "rows, columns"])
def test_names_that_say_nothing_else_leave_it_as_it_is(layer: str, names: str) -> None:
    assert reading(layer, names) == []


FACTOR = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x, y):
        larger = F.interpolate(x, scale_factor=SCALE)
        return torch.cat([larger, self.conv(y)], 1)
"""


def test_a_factor_that_a_trace_took_from_two_sizes_follows_them_no_more() -> None:
    source = FACTOR.replace("SCALE", "float(y.shape[-1] / x.shape[-1])")
    (finding,) = diagnose_source(source, shapes="2x1x6x6; 2x3x18x18", export="trace 2x1x6x6; 2x3x12x12")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP712", "aten::upsample_nearest2d")
    assert finding["fix"]["verified"] is True


def test_a_factor_of_a_script_was_written() -> None:
    (finding,) = diagnose_source(FACTOR.replace("SCALE", "2.0"), shapes="2x1x6x6; 2x3x18x18")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP705", True)


UNUSED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.used = nn.Linear(5, 4)
        self.idle = nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.tensor([0.3]))

    def forward(self, x):
        return self.used(x)TIMES
"""


def test_of_a_single_number_a_trace_does_not_tell_whether_it_is_read() -> None:
    (finding,) = diagnose_source(UNUSED.replace("TIMES", ""), shapes="3x5", export="trace 3x5")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR203", None)


def test_a_number_that_a_trace_holds_is_of_the_single_number_that_nobody_reads() -> None:
    source = UNUSED.replace("TIMES", " * float(self.scale)")
    findings = diagnose_source(source, shapes="3x5", export="trace 3x5")["findings"]
    assert {f["code"]: f["parameters"] for f in findings} == {
        "CUT106": ["scale"],
        "PAR203": ["idle.weight", "idle.bias"],
    }


def test_a_layer_that_a_trace_without_constants_never_reads_is_left_out() -> None:
    source = UNUSED.replace("TIMES", "").replace("        self.scale = nn.Parameter(torch.tensor([0.3]))\n", "")
    (finding,) = diagnose_source(source, shapes="3x5", export="trace 3x5")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR203", True)


def test_an_operation_without_a_second_derivative_is_named() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(5, 4)

    def forward(self, x, y):
        h = self.net(x).log_softmax(-1).transpose(0, 1)
        sizes = torch.full([x.size(0)], h.size(0), dtype=torch.long)
        loss = F.ctc_loss(h, y, sizes, torch.full([x.size(0)], y.size(1), dtype=torch.long))
        gradient = torch.autograd.grad([loss], [h], create_graph=True)[0]
        return loss if gradient is None else loss + gradient.pow(2).sum()
"""
    (finding,) = diagnose_source(source, shapes="2x9x5; 2x3:int64[1,4)", loss="output")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("BWD404", "aten::ctc_loss")
    assert finding["title"] == "the gradient of ctc_loss has no derivative of its own"


def test_counts_of_choices_are_relaxed_where_their_number_is_read_too() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(5, 4)

    def forward(self, x):
        scores = self.net(x)
        chosen = scores.argmax(-1)
        counts = torch.bincount(chosen, minlength=4).float()
        return scores.square().mean() + ((counts - chosen.size(0) / 4) ** 2).mean()
"""
    (finding,) = diagnose_source(source, shapes="6x5")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT108", True)


def test_a_missing_input_has_the_features_of_the_layer_that_reads_it() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.of_edges = nn.Linear(3, 5)
        self.out = nn.Linear(5, 2)

    def forward(self, x, edges, features):
        return self.out(x + torch.zeros_like(x).index_add(0, edges[1], x[edges[0]] * self.of_edges(features)))
"""
    (finding,) = diagnose_source(source, shapes="6x5; 2x8:int64[0,6)")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("TYP804", True)
    assert "with 8x3 float32" in finding["fix"]["summary"]
