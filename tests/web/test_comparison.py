from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.documents import finding

from whygrad.jobs.store import Store
from whygrad.web.answers.comparison import Comparison

Finish = Callable[..., None]
Problem = Callable[..., str]
Diagnose = Callable[..., str]

PARAMETER = {"name": "encoder.weight", "shape": [2], "dtype": "float32", "requires_grad": True, "norm": None}
PASSES = [{"name": "structure", "ran": True, "why_not": None, "ms": 1}]
PAGE = {"Accept": "text/html"}


def module(*sizes: int) -> dict[str, Any]:
    tensor = {"shape": list(sizes), "dtype": "float32"}
    return {"path": "encoder", "type": "Linear", "inputs": [tensor], "outputs": [tensor], "gradient": "ok"}


@pytest.fixture
def diagnose(store: Store, finish: Finish) -> Diagnose:
    """Makes a finished diagnosis of a program with this gradient; gives its id."""

    def diagnose(*findings: dict[str, Any], gradient: str = "ok", name: str = "model.pt", batch: int = 2) -> str:
        request = {"inputs": [{"shape": [batch, 10]}]}
        job = store.submit(model_sha256="a" * 64, model_name=name, model_bytes=9, request=request)
        told = {"parameters": [PARAMETER | {"gradient": gradient, "finding": None}], "modules": [module(batch, 10)]}
        finish(verdict="faulty" if findings else "healthy", findings=list(findings), passes=PASSES, **told)
        return job.id

    return diagnose


def test_what_lies_between_two(client: FlaskClient, diagnose: Diagnose) -> None:
    before = diagnose(finding(), finding("SHP701"), gradient="none")
    after = diagnose(finding("SHP701"), finding("NUM601"), batch=4)
    told = client.get(f"/compare?a={before}&b={after}").get_json()
    assert Comparison().validate(told) == {}
    assert (told["before"]["id"], told["after"]["id"], told["judged"]) == (before, after, True)
    assert [one["code"] for one in told["fixed"]] == ["CUT101"]
    assert [one["code"] for one in told["new"]] == ["NUM601"]
    assert [one["after"]["code"] for one in told["kept"]] == ["SHP701"]
    assert told["gradients"] == [{"parameter": "encoder.weight", "before": "none", "after": "ok"}]
    sizes = {"inputs": [[2, 10]], "outputs": [[2, 10]]}, {"inputs": [[4, 10]], "outputs": [[4, 10]]}
    assert told["shapes"] == [{"module": "encoder", "before": sizes[0], "after": sizes[1]}]
    assert [one["field"] for one in told["asked"]] == ["inputs"]


@pytest.mark.parametrize("query", ["", "a={}", "b={}"])
def test_two_are_needed(client: FlaskClient, problem: Problem, diagnose: Diagnose, query: str) -> None:
    assert "required" in problem(client.get("/compare?" + query.format(diagnose())), 422)


def test_one_that_there_is_not(client: FlaskClient, problem: Problem, diagnose: Diagnose) -> None:
    assert "no diagnosis x" in problem(client.get(f"/compare?a=x&b={diagnose()}"), 404)


def test_the_page_offers_the_same_file_first_and_the_older_as_the_earlier(
    client: FlaskClient, diagnose: Diagnose
) -> None:
    older, other, chosen, newer = diagnose(), diagnose(name="other.pt"), diagnose(), diagnose()
    page = client.get(f"/compare/{chosen}", headers=PAGE).text
    offered = [f"/compare?a={older}&amp;b={chosen}", f"/compare?a={chosen}&amp;b={newer}"]
    assert all(address in page for address in offered)
    assert f"b={chosen}&" not in page.replace(offered[0], "")
    assert page.index("Of the same file") < page.index(older) < page.index("Others") < page.index(other)


def test_the_page_says_what_lies_between(client: FlaskClient, diagnose: Diagnose) -> None:
    before, after = diagnose(finding(title="<b>cut</b>"), gradient="none"), diagnose(batch=4)
    page = client.get(f"/compare?a={before}&b={after}", headers=PAGE).text
    for said in ("faulty → healthy: 1 fixed", "&lt;b&gt;cut&lt;/b&gt;", "encoder.weight", "[4, 10] to [4, 10]", "4x10"):
        assert said in page
    assert f"/compare?a={after}&amp;b={before}" in page
