"""A real program with names, a message and a file name that were made to break formats, asked for in all of them."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any, NoReturn
from xml.etree import ElementTree

import pytest
import requests
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from tests.engine.programs import build
from tests.hostile.conftest import KEY, WAIT_SECONDS, Service
from tests.jobs.test_hostile_text import NAMES, edited, named
from tests.render.test_formats import valid

from whygrad.render import formats
from whygrad.web.representations import FORMS

BREAKING = [
    "]]></failure><x/>",
    "' onload='alert(1)&lt;",
    "](javascript:alert(1))",
    "::error file=x::y%0A",
    "<!--#x-->",
]
FILE_NAME = "<img src=x onerror=alert(1)>]]>|`*\u202e&amp;.pt"
LONGEST_ANSWER = 200_000
LAYERED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential()
        self.layers.add_module("<img src=x onerror=alert(1)>", nn.Linear(4, 3))
        self.layers.add_module("' onload='alert(1)&lt;", nn.Linear(3, 2))

    def forward(self, x):
        return self.layers(x.detach()).detach()
"""


class Page(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def sent(service: Service, program: bytes) -> str:
    """Where the diagnosis of a program is."""
    answer = requests.post(
        f"{service.address}/diagnose",
        files={"model": (FILE_NAME, program)},
        data={"shapes": "2x4"},
        headers={"Authorization": f"Bearer {KEY}", "Prefer": f"wait={WAIT_SECONDS}"},
        timeout=2 * WAIT_SECONDS,
    )
    assert answer.json()["findings"]
    return f"/diagnoses/{answer.json()['id']}"


@pytest.fixture(scope="module")
def place(service: Service) -> str:
    """Where the diagnosis of a program whose parameters have such names is."""
    return sent(service, edited(named(*NAMES, *BREAKING), b"line#", rb"line\012", b"line\n"))


def test_every_form_is_read_by_its_own_parser(service: Service, place: str) -> None:
    told = {form.name: service.get(place, Accept=form.media_type).text for form in FORMS}
    document = _strict(told["json"])
    commands = {name: formats.render(name, [document]) for name in formats.FORMATS}
    for each in (told, commands):
        for name, page in each.items():
            assert "alert(1)" in page, name
            assert len(page) < LONGEST_ANSWER, name
            assert {c for c in page if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} <= {"\n", "\t"}, name
        _strict(each["json"])
        valid(each["sarif"])
        ElementTree.fromstring(each["junit"].encode())
        assert JUnitXml.fromstring(each["junit"].encode()).tests == 1
        _inert(each["html"])
        _inert(MarkdownIt("commonmark").enable("table").render(each["markdown"]))
    assert [_strict(line)["verdict"] for line in commands["jsonl"].splitlines()] == [document["verdict"]]
    annotations = commands["github"].splitlines()
    assert all(line.startswith(("::warning ", "::error ", "::notice ")) for line in annotations), annotations


def test_the_graph_of_layers_with_such_names_and_its_drawing(service: Service) -> None:
    drawn = sent(service, build(LAYERED))
    graph = service.get(f"{drawn}/graph")
    assert graph.status_code == 200
    assert any("alert(1)" in told for told in _strict(graph.text)["texts"])
    picture = service.get(f"{drawn}.svg")
    assert picture.status_code == 200
    assert "alert(1)" in picture.text
    ElementTree.fromstring(picture.content)
    _inert(picture.text)


def _inert(page: str) -> None:
    """Nothing in a page is run, and nothing that is not the service's own is loaded."""
    for tag, attributes in Page(page).tags:
        assert tag not in ("iframe", "object", "embed", "x")
        assert tag != "img" or re.fullmatch(r"/diagnoses/\w+\.svg", attributes.get("src") or ""), attributes
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/"), attributes
        assert not [name for name in attributes if name.startswith("on")], attributes
        assert not (attributes.get("href") or "").strip().lower().startswith(("javascript:", "data:"))


def _strict(text: str) -> dict[str, Any]:
    found = json.loads(text, parse_constant=_refuse)
    assert isinstance(found, dict)
    return found


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")
