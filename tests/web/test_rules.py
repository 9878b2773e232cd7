from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from whygrad.engine import catalogue
from whygrad.web.answers.catalogue import RulePage, Rules


def test_the_list_is_the_catalogue(client: FlaskClient) -> None:
    listed = client.get("/rules").get_json()
    assert [rule["code"] for rule in listed["rules"]] == [rule.code for rule in catalogue.rules()]
    assert Rules().validate(listed) == {}


def test_every_page_is_whole(client: FlaskClient) -> None:
    for rule in client.get("/rules").get_json()["rules"]:
        page = client.get(rule["docs"]).get_json()
        assert RulePage().validate(page) == {}
        assert page["code"] == rule["code"]


def test_an_unknown_code_is_404(client: FlaskClient, problem: Callable[..., str]) -> None:
    assert "GET /rules" in problem(client.get("/rules/CUT999"), 404)
