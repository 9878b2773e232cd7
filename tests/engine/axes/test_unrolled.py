"""Loops that a trace wrote out are told where more steps came than in its example; what is picked on purpose is not."""

from __future__ import annotations

import io

import pytest
import torch
from tests.engine.programs import build, examined, request_of

from whygrad.engine.observation import Json

SUM = "self.a = nn.Linear(6, 8)"
CELL = "self.c = nn.GRUCell(6, 8)"
STEPS = "h = x.new_zeros(x.size(0), 8)\nfor t in range(x.size(1)):\n    h = self.c(x[:, t], h)\nreturn h"
PAIRS = (
    "a = x.new_zeros(x.size(0), 8)\nfor t in range(x.size(1) - 1):\n    a = a + self.a(x[:, t] + x[:, t + 1])\nreturn a"
)
RUN, TRACED = "2x9x6", "2x4x6"


def over(taken: str, *, start: str = "", step: str = "a = a + torch.relu(self.a({}))") -> str:
    """A sum over steps that are taken so."""
    return f"{start}a = torch.zeros(1).to(x)\nfor t in range(x.size(1)):\n    {step.format(taken)}\nreturn a"


def program(layers: str, body: str) -> str:
    """A program of some layers and a body."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return (
        f"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {layers}\n\n"
        f"    def forward(self, x):\n{lines}"
    )


def findings(layers: str, body: str, shapes: str, traced: str, *, recorded: bool = True) -> list[dict[str, Json]]:
    """What is found in a program that was traced with an example of other sizes, which the file may not tell."""
    upload = build(program(layers, body), {"export": f"trace {traced}"})
    if not recorded:
        again = io.BytesIO()
        torch.jit.save(torch.jit.load(io.BytesIO(upload)), again)  # type: ignore[no-untyped-call]
        upload = again.getvalue()
    document = examined(upload, request_of({"shapes": shapes}))[-1]
    return [f for f in document["findings"] if f["severity"] != "note"]


LOOPS = {
    "the first axis": (SUM, over("x[t]").replace("size(1)", "size(0)").replace("zeros(1)", "zeros(x.size(1), 8)"),
                       "9x2x6", "4x2x6"),
    "slices of one": (SUM, over("x[:, t : t + 1]"), RUN, TRACED),
    "narrowed": (SUM, over("x.narrow(1, t, 1).squeeze(1)"), RUN, TRACED),
    "a state": (CELL, STEPS, RUN, TRACED),
    "backwards": (CELL, STEPS.replace("range(x.size(1))", "reversed(range(x.size(1)))"), RUN, TRACED),
    "words": ("self.c = nn.GRUCell(6, 8); self.e = nn.Embedding(9, 6)",
              "x = self.e(x)\n" + STEPS, "2x9:int64[0,9)", "2x4:int64[0,9)"),
    "windows": ("self.a = nn.Linear(18, 8)", over("x[:, t : t + 3].flatten(1)").replace("size(1)", "size(1) - 2"),
                RUN, "2x5x6"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("recorded", [True, False])
def test_a_loop_that_ends_where_the_example_did_is_told(name: str, recorded: bool) -> None:
    (finding,) = findings(*LOOPS[name], recorded=recorded)
    assert (finding["code"], finding["severity"]) == ("SHP712", "warning")
    assert finding["title"].startswith("only the first ")
    assert finding["message"].endswith("nothing reads the others.")
    assert finding["fix"]["verified"]


BESIDE = {
    "frames of a strided layer": ("self.k = nn.Conv1d(6, 6, 3, 2, 1); self.a = nn.Linear(6, 8)",
                                  over("x[:, t]", start="x = self.k(x.transpose(1, 2)).transpose(1, 2)\n"),
                                  "2x16x6", "2x8x6"),
    "frames of a layer": ("self.k = nn.Conv1d(6, 6, 3); self.a = nn.Linear(6, 8)",
                          over("x[:, t]", start="x = self.k(x.transpose(1, 2)).transpose(1, 2)\n"),
                          "2x16x6", "2x8x6"),
    "windows side by side": ("self.a = nn.Linear(18, 8)",
                             over("x[:, t * 3 : t * 3 + 3].flatten(1)").replace("size(1)", "size(1) // 3"),
                             "2x12x6", "2x6x6"),
    "the whole beside it": (SUM, over("x[:, t] * m", start="m = torch.softmax(x, 1).mean(1)\n"), RUN, TRACED),
    "the first apart": (SUM, over("x[:, t]", start="x = self.a(x)\n", step="a = torch.maximum(a, {})"), RUN, TRACED),
    "an average that forgets": (SUM, over("x[:, t]", start="x = self.a(x)\n", step="a = 0.8 * a + 0.2 * {}"),
                                RUN, TRACED),
    "neighbours": (SUM, PAIRS, RUN, TRACED),
    "two steps": (SUM, over("x[:, t]"), RUN, "2x2x6"),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_a_loop_is_told_where_the_file_tells_what_the_example_was(name: str) -> None:
    (finding,) = findings(*BESIDE[name])
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP712", True)


@pytest.mark.parametrize("taken", ["x.unbind(1)", "x.split(1, 1)", "x.chunk(x.size(1), 1)"])
@pytest.mark.parametrize("recorded", [True, False])
def test_a_loop_over_pieces_takes_what_it_took(taken: str, recorded: bool) -> None:
    body = f"a = torch.zeros(1)\nfor s in {taken}:\n    a = a + torch.relu(self.a(s))\nreturn a"
    (finding,) = findings(SUM, body, RUN, TRACED, recorded=recorded)
    assert (finding["code"], finding["location"]["op"]) == ("SHP712", "prim::ListUnpack")
    assert finding["fix"]["verified"]
    assert "torch.jit.script" in finding["fix"]["summary"]


def test_a_target_of_all_steps_shows_what_was_left_out() -> None:
    body = "o = []\nfor t in range(x.size(1)):\n    o.append(self.a(x[:, t]))\nreturn torch.stack(o, 1)[..., :6] - x"
    for recorded in (True, False):
        finding = findings(SUM, body, RUN, TRACED, recorded=recorded)[0]
        assert (finding["code"], finding["severity"]) == ("SHP712", "error")


HEADS = "self.a = nn.Linear(6, 3); self.b = nn.Linear(6, 3)"
LEVELS = "self.a = nn.ModuleList([nn.Linear(6, 3), nn.Linear(6, 3), nn.Linear(6, 3)])"
COORDINATES = "self.a = nn.Linear(1, 3)"
PICKED = {
    "two tokens": (HEADS, "return self.a(x[:, 0]) + self.b(x[:, 1])", RUN, "2x2x6"),
    "a layer each": (LEVELS, "h = torch.zeros(1)\nfor i, a in enumerate(self.a):\n    h = h + a(x[:, i])\nreturn h",
                     RUN, "2x3x6"),
    "coordinates": (COORDINATES, "r = x[:, 0] ** 2 + x[:, 1] * x[:, 2]\nreturn self.a(r.unsqueeze(1))", "5x6", "5x3"),
    "a box": (COORDINATES, "r = (x[:, 2] - x[:, 0]) * (x[:, 3] - x[:, 1])\nreturn self.a(r.unsqueeze(1))",
              "5x6", "5x4"),
    "coordinates laid together": ("self.a = nn.Linear(3, 3)",
                                  "return self.a(torch.stack([x[:, 0], x[:, 1], x[:, 2]], 1))", "5x6", "5x3"),
    "colours": ("self.a = nn.Linear(6, 3)", "return self.a(0.3 * x[:, 0] + 0.6 * x[:, 1] + 0.1 * x[:, 2])",
                "5x4x6", "5x3x6"),
    "as many as came": (CELL, STEPS, "5x4x6", "2x4x6"),
    "fewer than the example had": (CELL, STEPS.replace("x.size(1)", "4"), RUN, "2x6x6"),
}  # fmt: skip


@pytest.mark.parametrize("name", PICKED)
def test_what_is_picked_on_purpose_is_left_alone(name: str) -> None:
    assert findings(*PICKED[name]) == []


@pytest.mark.parametrize(
    ("layers", "body", "shapes"),
    [
        (CELL, STEPS, RUN),
        (CELL, STEPS.replace("x.size(1)", "x.size(1) - 1"), RUN),
        (CELL, STEPS.replace("x.size(1)", "0, x.size(1), 2"), RUN),
        (CELL, STEPS.replace("x.size(1)", "x.size(1) - 3").replace("return h", "return h + x[:, -3:].mean()"), RUN),
        (SUM, "r = (x[:, 0] ** 2 + x[:, 1] ** 2 + x[:, 2] ** 2).sqrt()\nreturn self.a(r)", RUN),
        *((layers, body, shapes) for layers, body, shapes, _ in list(PICKED.values())[:6]),
    ],
)
def test_what_is_no_loop_over_all_is_left_alone_where_the_example_is_unknown(
    layers: str, body: str, shapes: str
) -> None:
    assert findings(layers, body, shapes, shapes, recorded=False) == []
