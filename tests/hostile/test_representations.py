"""A real program with names, a message and a file name that were made to break formats, asked for in all of them."""

from __future__ import annotations

import json
import unicodedata
from html.parser import HTMLParser
from typing import Any, NoReturn
from xml.etree import ElementTree

import pytest
import requests
from junitparser import JUnitXml
from markdown_it import MarkdownIt
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


class Page(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def place(service: Service) -> str:
    """Where the diagnosis of the program is."""
    program = edited(named(*NAMES, *BREAKING), b"line#", rb"line\012", b"line\n")
    answer = requests.post(
        f"{service.address}/diagnose",
        files={"model": (FILE_NAME, program)},
        data={"shapes": "2x4"},
        headers={"Authorization": f"Bearer {KEY}", "Prefer": f"wait={WAIT_SECONDS}"},
        timeout=2 * WAIT_SECONDS,
    )
    assert [finding["code"] for finding in answer.json()["findings"]] == ["PAR203"]
    return answer.headers.get("Location") or f"/diagnoses/{answer.json()['id']}"


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
    graph = service.get(f"{place}/graph", Accept="application/json")
    assert graph.status_code == 404 or _strict(graph.text)


def _inert(page: str) -> None:
    """Nothing in a page is run, and nothing that is not the service's own is loaded."""
    for tag, attributes in Page(page).tags:
        assert tag not in ("iframe", "object", "embed", "img", "x")
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/"), attributes
        assert not [name for name in attributes if name.startswith("on")], attributes
        assert not (attributes.get("href") or "").strip().lower().startswith(("javascript:", "data:"))


def _strict(text: str) -> dict[str, Any]:
    found = json.loads(text, parse_constant=_refuse)
    assert isinstance(found, dict)
    return found


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")
