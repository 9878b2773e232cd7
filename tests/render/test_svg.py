from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from tests.engine.programs import build, request_of

from whygrad.engine.examine import examine
from whygrad.render import svg
from whygrad.render.outline import rows

SPACE = "{http://www.w3.org/2000/svg}"
SOURCE = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear({inside}, 2)
    def forward(self, x):
        h = torch.sigmoid(self.a(x))
        {line}
        return self.b(h)
"""


def examined(source: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The document of a program and its graph."""
    documents: list[dict[str, Any]] = []
    graphs: list[dict[str, Any]] = []
    examine(build(source), request_of({"shapes": "2x4"}), emit=documents.append, draw=graphs.append)
    return documents[-1] | {"model": documents[-1]["model"] | {"name": "m.pt"}}, graphs[-1]


def net(line: str, inside: int = 4) -> str:
    return SOURCE.format(line=line, inside=inside)


def texts(drawn: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(drawn).iter(f"{SPACE}text")]


def test_a_cut_is_severed_and_its_finding_stands_there() -> None:
    told = texts(svg.render(*examined(net("h = h.detach()"))))
    assert told.count("✂") == 2  # at the operation, and in the line that it cuts
    assert "cut here" in told
    assert any(text.startswith("CUT101") for text in told)
    assert "2×4" in told


def test_two_sizes_and_what_was_not_run() -> None:
    told = texts(svg.render(*examined(net("h = h * 2", inside=5))))
    assert "4 ≠ 5 features" in told


def test_a_layer_is_one_row_whatever_it_counts_besides() -> None:
    source = net("h = self.norm(h)").replace(
        "    def forward", "        self.norm = nn.BatchNorm1d(4)\n    def forward"
    )
    _, graph = examined(source)
    assert [row.name for row in rows(graph)] == ["input", "a", "sigmoid", "norm", "b", "output", "loss"]
    assert "aten::add_" in graph["texts"]


def test_both_sides_of_a_fault_are_joined() -> None:
    drawn = svg.render(*examined(net("h += 1")))
    assert "saved here" in texts(drawn)
    (joint,) = (
        path.get("d", "") for path in ET.fromstring(drawn).iter(f"{SPACE}path") if path.get("stroke-dasharray") == "7 4"
    )
    start, *_, end = (float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", joint))
    boxes = [float(box.get("y", 0)) for box in ET.fromstring(drawn).iter(f"{SPACE}rect")]
    assert start - svg.BOX in boxes, "it does not begin below a box"
    assert end in boxes, "it does not end above a box"


def test_a_long_headline_is_smaller_and_whole() -> None:
    document, graph = examined(net("h = h.detach()"))
    headline = "mul_ changes a tensor that the backward of sigmoid needs in models.py line 21"
    assert headline in texts(svg.render(document | {"headline": headline}, graph))


def test_it_stands_by_itself_and_hostile_text_is_text() -> None:
    document, graph = examined(net("h = h.detach()"))
    graph = graph | {"texts": ["</text><script>alert(1)</script>" for _ in graph["texts"]]}
    drawn = svg.render(document | {"headline": "<b>&"}, graph)
    root = ET.fromstring(drawn)
    assert {element.tag.removeprefix(SPACE) for element in root.iter()} <= {
        "svg", "title", "rect", "path", "circle", "text", "tspan",
    }  # fmt: skip
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


@pytest.mark.parametrize("count", [3, 500])
def test_there_are_no_more_rows_than_a_page_holds(count: int) -> None:
    _, graph = examined(net("\n        ".join(["h = torch.tanh(h)"] * count)))
    assert 5 <= len(rows(graph)) <= 125


NESTED = """\
class Block(nn.Module):
    def __init__(self, deep):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.inner = Block(deep - 1) if deep else nn.Linear(5, 4)
    def forward(self, x):
        return self.inner(self.a(x))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Block(12)
    def forward(self, x):
        return self.net(x)
"""


def test_a_deep_program_makes_it_wider_and_no_box_is_lost() -> None:
    document, graph = examined(NESTED)
    assert max(row.depth for row in rows(graph)) > 8
    drawn = ET.fromstring(svg.render(document, graph))
    assert min(float(rect.attrib["width"]) for rect in drawn.iter(f"{SPACE}rect")) >= 200
