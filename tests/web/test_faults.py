from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.documents import finding, fingerprint

from whygrad.jobs.store import Store
from whygrad.web.answers.fault import FaultPage, Faults

Finish = Callable[..., None]
Problem = Callable[..., str]
Diagnose = Callable[..., str]


@pytest.fixture
def diagnose(store: Store, finish: Finish) -> Diagnose:
    """Makes a finished diagnosis with these findings; gives its id."""

    def diagnose(*findings: dict[str, Any], sha256: str = "a" * 64) -> str:
        job = store.submit(model_sha256=sha256, model_name=f"{sha256[0]}.pt", model_bytes=9, request={})
        finish(verdict="faulty", findings=list(findings))
        return job.id

    return diagnose


class TestIndex:
    def test_a_fault_is_one_line_however_often_it_was_found(self, client: FlaskClient, diagnose: Diagnose) -> None:
        first = diagnose(finding())
        latest = diagnose(finding(), sha256="b" * 64)
        listed = client.get("/faults").get_json()
        (fault,) = listed["faults"]
        assert (fault["code"], fault["times"], fault["first"], fault["latest"]) == ("CUT101", 2, first, latest)
        assert (fault["model_name"], fault["elsewhere"], fault["muted"]) == ("b.pt", True, False)
        assert Faults().validate(listed) == {}

    def test_pages_follow_each_other(self, client: FlaskClient, diagnose: Diagnose) -> None:
        diagnose(*(finding(place=place) for place in "abcde"))
        titles: list[str] = []
        place = "/faults?limit=2&severity=error"
        while place:
            answer = client.get(place)
            titles += [fault["title"] for fault in answer.get_json()["faults"]]
            place = answer.get_json()["next"]
            assert answer.headers.get("Link") == (place and f'<{place}>; rel="next"')
        assert sorted(titles) == [f"CUT101 in {place}" for place in "abcde"]

    def test_filters(self, client: FlaskClient, diagnose: Diagnose) -> None:
        diagnose(finding(), finding("PAR201", severity="note"))
        diagnose(finding("SHP701"), sha256="b" * 64)
        client.put(f"/mutes/{fingerprint()}", json={"reason": "known"})

        def codes(query: str) -> list[str]:
            return sorted(fault["code"] for fault in client.get(f"/faults?{query}").get_json()["faults"])

        assert codes("") == codes("since=1h") == ["CUT101", "SHP701"]
        assert codes("severity=note") == ["PAR201"]
        assert codes("code=CUT101") == codes(f"model={'a' * 64}") == codes("muted=yes") == ["CUT101"]
        assert codes("muted=no") == ["SHP701"]
        assert codes("since=2100-01-01T00:00:00Z") == []

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("severity=bad", "Known: error, warning, note"),
            ("muted=perhaps", "Known: yes, no"),
            ("cursor=5", "as next gives it"),
            ("since=yesterday", "a span, such as 24h"),
            ("since=99999999d", "a span, such as 24h"),
            ("code=cut", "Unknown code"),
            ("model=x", "64 digits"),
            ("colour=red", "Known: code, severity"),
        ],
    )
    def test_a_wrong_filter_is_told(self, client: FlaskClient, problem: Problem, query: str, says: str) -> None:
        assert re.search(says, problem(client.get(f"/faults?{query}"), 422, f"/{query.partition('=')[0]}"))


class TestShow:
    def test_its_programs_and_days(self, client: FlaskClient, diagnose: Diagnose) -> None:
        diagnose(finding())
        latest = diagnose(finding(), sha256="b" * 64)
        fault = client.get(f"/faults/{fingerprint()}").get_json()
        assert FaultPage().validate(fault) == {}
        assert [model["name"] for model in fault["models"]] == ["b.pt", "a.pt"]
        assert fault["models"][0] == {"sha256": "b" * 64, "name": "b.pt", "times": 1, "latest": latest}
        assert sum(fault["days"].values()) == 2

    def test_what_no_diagnosis_has_is_404(self, client: FlaskClient, problem: Problem) -> None:
        assert "GET /faults lists" in problem(client.get(f"/faults/{'0' * 64}"), 404)

    def test_the_list_of_diagnoses_is_narrowed_to_it(self, client: FlaskClient, diagnose: Diagnose) -> None:
        first = diagnose(finding(), finding("SHP701"))
        diagnose(finding("SHP701"))
        listed = client.get(f"/diagnoses?fingerprint={fingerprint()}").get_json()["diagnoses"]
        assert [(one["id"], one["codes"]) for one in listed] == [(first, ["CUT101", "SHP701"])]

    def test_it_is_muted_by_a_form_and_told_again(self, client: FlaskClient, diagnose: Diagnose) -> None:
        diagnose(finding())
        place = f"/faults/{fingerprint()}"
        answer = client.post(f"{place}/mute", data={"reason": "on purpose", "by": "me"})
        assert (answer.status_code, answer.headers["Location"]) == (303, place)
        assert client.get(f"/mutes/{fingerprint()}").get_json()["reason"] == "on purpose"
        client.post(f"{place}/unmute")
        assert client.get(place).get_json()["muted"] is False


def test_the_form_of_a_page_may_leave_fields_empty(client: FlaskClient) -> None:
    for place in ("/diagnoses?verdict=&code=&name=&since=", "/faults?severity=&code=&since=&muted="):
        assert client.get(place, headers={"Accept": "text/html"}).status_code == 200
        assert client.get(place).status_code == 422
