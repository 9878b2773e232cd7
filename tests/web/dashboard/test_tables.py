"""The long tables: what is sorted, narrowed and cut into pages, of a program as large as a document takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from whygrad.jobs.store import Store
from whygrad.web.dashboard.tables import AT_ONCE, Table, modules, parameters

STATES = ("ok", "none", "frozen")
PAGE = {"Accept": "text/html"}


def parameter(number: int) -> dict[str, Any]:
    state = STATES[number % 3]
    norm = 0.5 / (number + 1) if state == "ok" else None
    facts = {"dtype": "float32", "requires_grad": state != "frozen", "finding": 0 if state == "none" else None}
    return {"name": f"layers.{number}.weight", "shape": [number + 1, 2], "gradient": state, "norm": norm} | facts


def module(number: int) -> dict[str, Any]:
    sizes = [{"shape": [number, 4], "dtype": "float32"}, {"shape": None, "dtype": None}]
    return {"path": f"layers.{number}", "type": "Linear", "inputs": sizes, "outputs": sizes[:1], "gradient": "ok"}


FINDING = {"code": "CUT101", "name": "detached", "severity": "error", "title": "a cut", "fingerprint": "0" * 64}
DOCUMENT: dict[str, Any] = {
    "id": "1" * 32,
    "parameters": [parameter(number) for number in range(2000)],
    "parameters_total": 2000,
    "modules": [module(number) for number in range(300)],
    "modules_total": 300,
    "findings": [FINDING | {"parameters": ["layers.1.weight", "layers.4.weight"]}],
}


def table(query: str = "", kind: Callable[..., Table] = parameters) -> Table:
    return kind(DOCUMENT, MultiDict(pair.split("=", 1) for pair in query.split("&") if pair))


def numbers(shown: Table) -> list[int]:
    return [number for number, _row in shown.shown]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", [0, 1, 2]),
        ("sort=-name", [1999, 1998, 1997]),
        ("sort=name", [0, 1, 2]),
        ("sort=-shape", [1999, 1998, 1997]),
        ("sort=-norm", [0, 3, 6]),
        ("sort=gradient", [2, 5, 8]),
        ("sort=nothing", [0, 1, 2]),
        ("start=100", [100, 101, 102]),
        ("start=-1", [0, 1, 2]),
        ("start=99999999", [1999]),
        ("gradient=none&start=100", [301, 304, 307]),
        ("words=layers.199 [200,", [199]),
        ("gradient=none&gradient=frozen", [1, 2, 4]),
        ("finding=0", [1, 4]),
        ("finding=7", [0, 1, 2]),
    ],
)
def test_what_is_asked_for_is_shown(query: str, first: list[int]) -> None:
    assert numbers(table(query))[:3] == first


def test_modules_sort_by_what_they_take() -> None:
    assert numbers(table("sort=-takes", modules))[:2] == [299, 298]
    assert numbers(table("words=[7, 4]", modules)) == [7]
    assert numbers(table("finding=0", modules)) == numbers(table("", modules))


def test_pages_follow_one_another_to_the_end() -> None:
    seen: list[int] = []
    address: str | None = table("gradient=ok").with_()
    while address is not None:
        shown = table(address.partition("?")[2])
        assert len(shown.shown) <= AT_ONCE
        seen += numbers(shown)
        address = shown.behind
    assert seen == list(range(0, 2000, 3))
    assert table("gradient=ok&start=600").before == f"/diagnoses/{'1' * 32}/parameters?gradient=ok&start=500"


def test_a_column_is_turned_round_by_asking_again() -> None:
    assert table("words=a&start=9").by("norm").endswith("?words=a&sort=-norm")
    assert table("sort=-norm").by("norm").endswith("?sort=norm")
    assert table().by("name").endswith("?sort=name")
    assert [table("sort=-norm").order(column) for column in ("norm", "name")] == ["descending", None]


def test_the_page_of_a_large_program_is_small_and_leads_to_every_row(
    client: FlaskClient, store: Store, finish: Callable[..., None]
) -> None:
    job = store.submit(model_sha256="0" * 64, model_name="large.pt", model_bytes=9, request={})
    finish(**{name: DOCUMENT[name] for name in DOCUMENT if name != "id"})
    page = client.get(f"/diagnoses/{job.id}", headers=PAGE).text
    assert page.count("<tr") < 250
    assert page.count("<") < 8000
    bar = re.search(r'href="([^"#]*)#parameters-1232"', page)
    assert bar is not None
    shown = client.get(bar[1], headers=PAGE).text
    assert 'id="parameters-1232"' in shown
    assert "1,201 to 1,300 of 2,000" in shown
    assert client.get(f"/diagnoses/{'2' * 32}/modules", headers=PAGE).status_code == 404
