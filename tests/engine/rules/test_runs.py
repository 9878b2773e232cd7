"""What the program raises itself, files that are no programs, and runs that did not end by themselves."""

from __future__ import annotations

import io

import pytest
import torch
from tests.engine.programs import build, diagnose_source, examined
from tests.engine.rules.small import BOTH, diagnosed, net, only, raised, wanting

from whygrad.engine.ending import diagnose_ending
from whygrad.engine.observation import Ending

RAISED = [
    ("raise ValueError('no good: ' + str(x.size(0)))", "ValueError: no good: 2", "prim::RaiseException"),
    ("assert x.size(0) == 3, 'send three'; return x * self.p", "AssertionError: send three", "prim::RaiseException"),
    ("assert x.size(0) == 3; return x * self.p", "AssertionError: without a message", "prim::RaiseException"),
    ("raise ValueError('expected 4D input (got 2D input)')", "expected 4D input", "prim::RaiseException"),
    ("raise ValueError('dtype mismatch of shapes')", "dtype mismatch", "prim::RaiseException"),
    ("kept = [1, 2]; return x * self.p * kept[3]", "list index out of range", "aten::__getitem__"),
    ("kept = [x]; return kept[1] * self.p", "list index out of range", "aten::__getitem__"),
    ("kept = {'a': x}; return kept['b'] * self.p", "raises RuntimeError: b", "aten::__getitem__"),
    ("kept = {'a': 1}; return x * self.p * kept['b']", "raises RuntimeError: b", "aten::__getitem__"),
    ("n = x.size(0) - 2; return x * self.p * (5 // n)", "division by 0", "aten::floordiv"),
]


@pytest.mark.parametrize("passes", [("structure",), BOTH], ids=["structure", "numeric"])
@pytest.mark.parametrize(("body", "words", "op"), RAISED)
def test_errors_of_the_program_are_told_in_its_words(body: str, words: str, op: str, passes: tuple[str, ...]) -> None:
    document = diagnosed(net(body), passes, shapes="2x3")
    finding = only(document)
    assert (finding["code"], finding["location"]["op"]) == ("RUN005", op)
    assert words in finding["title"]
    assert finding["location"]["source"] in body
    assert set(finding["parameters"]) == wanting(document)


UNEVEN = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.out = nn.Conv2d(4, 2, 1)

    def forward(self, x, y):
        h = self.down(x)
        if h.size(2) % 2 != 0 or h.size(3) % 2 != 0:
            raise ValueError("the map cannot be merged")
        h = h[:, :, 0::2, 0::2] + h[:, :, 1::2, 1::2]
        return F.cross_entropy(F.interpolate(self.out(h), size=(x.size(2), x.size(3))), y)
"""


def test_a_check_of_sides_is_met_by_the_next_even_ones() -> None:
    document = diagnose_source(UNEVEN, shapes="2x3x9x11; 2x9x11:int64[0,2)", loss="output")
    (finding,) = document["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("RUN005", True)
    assert "multiples of 4" in finding["fix"]["summary"]


def test_a_write_into_expanded_memory_is_no_shape() -> None:
    (finding,) = diagnose_source(net("y = (self.p * x).expand(2, 3); y += 1; return y"), shapes="2x1")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("IPL304", "aten::add_")


def test_a_write_into_a_leaf_is_left_to_its_own_rule() -> None:
    assert raised(diagnose_source(net("self.p.mul_(2.0); return x * self.p"), shapes="2x3")) == []


def test_an_output_that_there_is_not_is_told_of_the_loss() -> None:
    loss = {"kind": "mse_loss", "output": 2, "target": {"shape": [2, 3]}}
    request = {"inputs": [{"shape": [2, 3]}], "loss": loss}
    finding = only(examined(build(net("return x * self.p")), request)[-1])
    assert finding["code"] == "RUN005"
    assert "asked of output 2" in finding["title"]


@pytest.mark.parametrize(
    ("saved", "what"),
    [
        ({"fc.weight": torch.ones(2)}, "a state_dict"),
        (torch.nn.Linear(2, 2), "a pickled module"),
    ],
    ids=["state_dict", "module"],
)
def test_files_without_a_program_say_what_to_send(saved: object, what: str) -> None:
    file = io.BytesIO()
    torch.save(saved, file)
    (document,) = examined(file.getvalue(), {})
    (finding,) = document["findings"]
    assert finding["code"] == "FMT903"
    assert what in finding["title"]
    assert "torch.jit.script" in finding["fix"]["after"]
    assert document["verdict"] == "undetermined"
    assert finding["location"] is None


LOCATION = {"op": "aten::tanh", "module": "", "file": "model.py", "line": 7, "source": "h = h.tanh()", "stack": []}


@pytest.mark.parametrize(
    ("ending", "code", "title"),
    [
        (
            Ending("timed-out", "numeric", LOCATION, seconds=120.0),
            "RUN001",
            "the run was ended after 120 seconds in the numeric pass, at aten::tanh",
        ),
        (
            Ending("out-of-memory", "numeric", LOCATION, memory_bytes=4 << 30),
            "RUN002",
            "the run needs more than its 4 GiB of memory in the numeric pass, at aten::tanh",
        ),
        (Ending("crashed", "structure"), "RUN003", "the process that ran the program crashed in the structure pass"),
        (Ending("garbled"), "RUN003", "what the process told of the program cannot be taken"),
        (Ending("failed"), "RUN003", "the examination itself failed"),
    ],
)
def test_runs_that_did_not_end_by_themselves(ending: Ending, code: str, title: str) -> None:
    document = diagnose_ending(None, ending)
    (finding,) = document["findings"]
    assert (finding["code"], finding["title"], finding["severity"]) == (code, title, "error")
    assert finding["parameters"] == []
    assert finding["location"] == (LOCATION if ending.location else None)
    assert document["verdict"] == "undetermined"
    assert document["headline"].startswith(title)


def test_what_an_earlier_pass_found_stands_beside_the_ending() -> None:
    known = diagnosed(net("return self.l(x)", "self.l = nn.Linear(6, 1)"), ("structure",), shapes="4x5")
    document = diagnose_ending(known, Ending("timed-out", "numeric", LOCATION, seconds=1.0))
    assert [f["code"] for f in document["findings"]] == ["SHP701", "PAR203", "RUN001"]
    assert document["verdict"] == "faulty"


REACHING = [
    ("return x * self.p * torch.from_file('w.bin', False, 3)", "aten::from_file", "reads and writes a file"),
    ("if x.size(0) > 9: x = x * torch.from_file('w.bin', True, 3); return x * self.p", "aten::from_file", ""),
]


@pytest.mark.parametrize(("body", "op", "does"), REACHING)
def test_a_program_that_reaches_files_is_not_run(body: str, op: str, does: str) -> None:
    document = diagnose_source(net(body), shapes="2x3")
    (finding,) = document["findings"]
    assert (finding["code"], finding["location"]["op"], document["verdict"]) == ("RUN004", op, "undetermined")
    assert does in finding["title"]
    assert finding["location"]["source"] in body
    assert (document["passes"], document["forward"]["completed"], finding["parameters"]) == ([], False, [])


def test_a_job_that_lost_its_workers_says_how_many() -> None:
    (finding,) = diagnose_ending(None, Ending("lost", attempts=3))["findings"]
    assert (finding["code"], finding["title"]) == ("RUN006", "3 workers died with this program, and it was given up")
