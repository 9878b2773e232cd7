from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.documents import finding
from werkzeug.test import TestResponse

from whygrad.web.service import Service

Finish = Callable[..., None]
Problem = Callable[..., str]

UNKNOWN = "0" * 64


def post(client: FlaskClient, data: dict[str, Any] | None = None, **headers: str) -> TestResponse:
    """POST /diagnose with a file, unless `data` says otherwise."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    form = {"model": program()} if data is None else data
    return client.post("/diagnose", data=form, headers=named, content_type="multipart/form-data")


def program(content: bytes = b"a program", name: str = "model.pt") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


class TestCreate:
    def test_unfinished_is_202_with_the_place_to_look(self, client: FlaskClient) -> None:
        answer = post(client)
        document = answer.get_json()
        assert answer.status_code == 202
        assert answer.headers["Location"] == f"/diagnoses/{document['id']}"
        assert answer.headers["Retry-After"] == "1"
        assert (document["status"], document["verdict"], document["findings"]) == ("queued", None, [])
        assert (document["model"]["name"], document["model"]["bytes"]) == ("model.pt", 9)

    def test_finished_within_the_wait_is_200(self, client: FlaskClient, finish: Finish) -> None:
        worker = threading.Timer(0.2, finish)
        worker.start()
        answer = post(client, Prefer="wait=30")
        worker.join()
        assert (answer.status_code, answer.get_json()["verdict"]) == (200, "healthy")
        assert answer.headers["Preference-Applied"] == "wait=3"

    def test_the_request_is_kept_with_every_default(self, client: FlaskClient) -> None:
        assert post(client).get_json()["request"] == {
            "inputs": None,
            "mode": "train",
            "method": "forward",
            "loss": "auto",
            "steps": 2,
            "seed": 0,
            "passes": None,
            "device": "auto",
            "verify": True,
            "expect_frozen": [],
            "ignore": [],
        }

    def test_the_request_may_come_as_a_file(self, client: FlaskClient) -> None:
        request = io.BytesIO(b'{"inputs": [{"shape": [2, 3]}]}')
        answer = post(client, {"model": program(), "request": (request, "request.json")})
        tensor = {"shape": [2, 3], "dtype": "float32", "fill": "normal", "requires_grad": False}
        assert answer.get_json()["request"]["inputs"] == [tensor]

    def test_the_short_form_becomes_inputs(self, client: FlaskClient) -> None:
        answer = post(client, {"model": program(), "shapes": "1x3; 2:int64[0,9)"})
        first, second = answer.get_json()["request"]["inputs"]
        assert first["shape"] == [1, 3]
        assert (second["dtype"], second["low"], second["high"]) == ("int64", 0, 9)

    def test_a_program_sent_before_is_named_by_its_sha256(self, client: FlaskClient) -> None:
        sha256 = post(client).get_json()["model"]["sha256"]
        assert post(client, {"model_id": sha256}).get_json()["model"]["bytes"] == 9

    def test_what_is_not_sent_again_has_its_name_all_the_same(self, client: FlaskClient) -> None:
        sha256 = post(client).get_json()["model"]["sha256"]
        for given, shown in ({"nets/encoder.pt": "encoder.pt", "\x1b[2J.pt": "[2J.pt", "/": "model"}).items():
            assert post(client, {"model_id": sha256, "name": given}).get_json()["model"]["name"] == shown
        assert post(client, {"model_id": sha256}).get_json()["model"]["name"] == sha256[:12]
        assert post(client, {"model": program(), "name": "b.pt"}).get_json()["model"]["name"] == "b.pt"

    def test_a_hostile_file_name_is_made_plain(self, client: FlaskClient) -> None:
        answer = post(client, {"model": program(name="../../etc/\x1b[2Jx.pt")})
        assert answer.get_json()["model"]["name"] == "[2Jx.pt"

    def test_text_where_it_is_preferred(self, client: FlaskClient) -> None:
        answer = post(client, Accept="text/plain")
        assert answer.content_type.startswith("text/plain")


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "pointer", "says"),
        [
            ({}, "/model", "curl -F model=@model.pt"),
            ({"shapes": "1x3"}, "/model", "No program"),
            ({"model": program(b"")}, "/model", "empty"),
            ({"model": "text"}, "/model", "where a file is meant"),
            ({"model": program(), "model_id": UNKNOWN}, "/model_id", "one of the two"),
            ({"model_id": UNKNOWN}, "/model_id", f"PUT /models/{UNKNOWN}"),
            ({"model_id": "abc"}, "/model_id", "64 digits"),
            ({"model": program(), "name": ""}, "/name", "between 1 and 255"),
            ({"model": program(), "modle": "x"}, "/modle", "Known: model, model_id"),
            ({"model": program(), "shapes": ["1", "2"]}, "/shapes", "more than once"),
            ({"model": program(), "shapes": "1", "request": "{}"}, "/shapes", "one of the two"),
            ({"model": program(), "shapes": "1x3xx"}, "/shapes", "character 5.*1x3x224x224"),
            ({"model": program(), "shapes": "many"}, "/shapes", "for example 1x3x224x224"),
            ({"model": program(), "shapes": "1x3:float33"}, "/shapes", "did you mean float32"),
            ({"model": program(), "shapes": "2:int8[0,1000)"}, "/shapes/0/high", "int8 cannot hold it"),
        ],
    )
    def test_forms(self, client: FlaskClient, problem: Problem, data: dict[str, Any], pointer: str, says: str) -> None:
        assert re.search(says, problem(post(client, data), 422, pointer))

    @pytest.mark.parametrize(
        ("request_text", "pointer", "says"),
        [
            ('{"inputs": NaN}', "/request", "NaN"),
            ("{" * 1000, "/request", "line 1, column 2"),
            ("[" * 1000, "/request", "Nested deeper"),
            (f'{{"seed": {"9" * 5000}}}', "/request", "5,000 digits"),
            ("[]", "/request", "Not an object"),
            ('{"steps": "2"}', "/request/steps", "Not an integer"),
            ('{"steps": true}', "/request/steps", "Not an integer"),
            ('{"steps": 2.5}', "/request/steps", "Not an integer"),
            ('{"steps": 0}', "/request/steps", "at least|greater"),
            ('{"verify": "yes"}', "/request/verify", "true or false"),
            ('{"verify": 1}', "/request/verify", "true or false"),
            ('{"colour": 1}', "/request/colour", "Known: inputs, mode"),
            ('{"mode": "training"}', "/request/mode", "Did you mean train"),
            ('{"device": "cuda"}', "/request/device", "No worker with a CUDA"),
            ('{"ignore": ["PAR999"]}', "/request/ignore/0", "Unknown rule"),
            ('{"loss": "mean_error"}', "/request/loss", "Known: auto"),
            ('{"loss": "cross_entropy"}', "/request/loss", "It needs a target"),
            ('{"loss": {"kind": "mse", "target": null}}', "/request/loss/kind", "mse_loss"),
            ('{"loss": {"kind": "mse_loss"}}', "/request/loss/target", "required"),
            ('{"inputs": [{"shape": [2, -1]}]}', "/request/inputs/0/shape/1", "0 or more"),
            ('{"inputs": [{"shape": [2], "dtype": "float33"}]}', "/request/inputs/0/dtype", "Known: float32, float64"),
            ('{"inputs": [{"a/b": [{"shape": "x"}]}]}', "/request/inputs/0/a~1b/0/shape", "Not a valid list"),
            ('{"inputs": [{"shape": [2], "fill": "random"}]}', "/request/inputs/0/fill", "Known: normal"),
            ('{"inputs": [{"shape": [2], "size": 1}]}', "/request/inputs/0/size", "Known: shape, dtype"),
            ('{"inputs": [{"shape": [9999999999, 9999999999]}]}', "/request/inputs/0/shape", "More elements"),
        ],
    )
    def test_requests(self, client: FlaskClient, problem: Problem, request_text: str, pointer: str, says: str) -> None:
        detail = problem(post(client, {"model": program(), "request": request_text}), 422, pointer)
        assert re.search(says, detail)

    def test_a_body_over_the_limit(self, client: FlaskClient, problem: Problem, service: Service) -> None:
        detail = problem(post(client, {"model": program(b"0" * 1_000_001)}), 413)
        assert "1,000,000 bytes" in detail
        assert not service.blobs.folder.exists()

    def test_too_many_fields(self, client: FlaskClient, problem: Problem) -> None:
        answer = post(client, {"model": program(), **{f"field{number}": "x" for number in range(200)}})
        assert "more than 100 fields" in problem(answer, 413)

    def test_a_field_that_should_be_a_file(self, client: FlaskClient, problem: Problem) -> None:
        answer = post(client, {"model": program(), "request": " " * 600_000})
        assert "curl -F request=@request.json" in problem(answer, 413)

    def test_another_type_of_body(self, client: FlaskClient, problem: Problem) -> None:
        assert "multipart/form-data, not application/json" in problem(client.post("/diagnose", json={}), 415)
        assert "names no type" in problem(client.post("/diagnose"), 415)
        answer = client.post("/diagnose", data=b"x", content_type="multipart/form-data")
        assert "boundary" in problem(answer, 415)

    def test_an_unknown_representation(self, client: FlaskClient, problem: Problem) -> None:
        assert "text/plain" in problem(post(client, Accept="image/png"), 406)


class TestIdempotency:
    def test_in_flight_is_409_and_finished_is_replayed(
        self, client: FlaskClient, problem: Problem, finish: Finish
    ) -> None:
        first = post(client, Idempotency_Key="one")
        second = post(client, Idempotency_Key="one")
        assert first.get_json()["id"] in problem(second, 409)
        assert second.headers["Location"] == first.headers["Location"]
        finish()
        replayed = post(client, Idempotency_Key="one")
        assert (replayed.status_code, replayed.get_json()["id"]) == (200, first.get_json()["id"])

    def test_another_request_under_the_key_is_422(self, client: FlaskClient, problem: Problem) -> None:
        post(client, Idempotency_Key="one")
        other = {"model": program(), "request": '{"steps": 3}'}
        assert "Take a new one" in problem(post(client, other, Idempotency_Key="one"), 422, "/Idempotency-Key")

    def test_a_key_without_end_is_422(self, client: FlaskClient, problem: Problem) -> None:
        problem(post(client, Idempotency_Key="k" * 201), 422, "/Idempotency-Key")


class TestIndex:
    def test_newest_first_page_by_page(self, client: FlaskClient) -> None:
        ids = [post(client).get_json()["id"] for _ in range(3)]
        first = client.get("/diagnoses?limit=2")
        second = client.get(first.get_json()["next"])
        assert first.headers["Link"] == f'<{first.get_json()["next"]}>; rel="next"'
        assert [item["id"] for item in [*first.get_json()["diagnoses"], *second.get_json()["diagnoses"]]] == ids[::-1]
        assert (second.get_json()["next"], second.headers.get("Link")) == (None, None)

    def test_filters(self, client: FlaskClient, finish: Finish) -> None:
        post(client, {"model": program(b"first")})
        finish(verdict="faulty", headline="cut", findings=[finding()])
        sha256 = post(client, {"model": program(b"second")}).get_json()["model"]["sha256"]

        def found(query: str) -> list[str]:
            items = client.get(f"/diagnoses?{query}").get_json()["diagnoses"]
            return [item["model"]["sha256"] == sha256 for item in items]

        assert found("verdict=faulty") == found("code=CUT101") == [False]
        assert found(f"model={sha256}") == [True]
        assert found("since=2000-01-01T00:00:00Z") == [True, False]
        assert found("since=2999-01-01") == []
        newest, oldest = client.get("/diagnoses").get_json()["diagnoses"]
        assert (newest["verdict"], oldest["headline"], oldest["codes"]) == (None, "cut", ["CUT101"])

    @pytest.mark.parametrize(
        "query",
        [
            *("limit=0", "limit=x", "limit=1&limit=2", "cursor=-1", f"cursor={'9' * 5000}", "page=2"),
            *("since=now", "since=0001-01-01T00:00:00%2B14:00", "verdict=bad", "code=CUT1", "model=x"),
        ],
    )
    def test_what_is_no_filter_is_refused(self, client: FlaskClient, problem: Problem, query: str) -> None:
        problem(client.get(f"/diagnoses?{query}"), 422, "/" + query.partition("=")[0])


class TestShow:
    def test_json_for_whoever_takes_anything(self, client: FlaskClient) -> None:
        place = post(client).headers["Location"]
        for accept in (
            "*/*",
            "application/json,text/html;q=0.9",
            "application/json, text/plain;q=0.5",
            "application/json;charset=utf-8",
        ):
            assert client.get(place, headers={"Accept": accept}).is_json

    def test_a_page_for_a_browser(self, client: FlaskClient, finish: Finish) -> None:
        place = post(client).headers["Location"]
        finish(headline="<b>nothing</b> is wrong")
        answer = client.get(place, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert answer.content_type == "text/html; charset=utf-8"
        assert "&lt;b&gt;nothing&lt;/b&gt; is wrong" in answer.text
        assert "Accept" in answer.vary

    def test_text_for_a_terminal(self, client: FlaskClient, finish: Finish) -> None:
        place = post(client).headers["Location"]
        finish()
        answer = client.get(place, headers={"Accept": "text/plain"})
        assert answer.content_type == "text/plain; charset=utf-8"
        assert "nothing is wrong" in answer.text

    def test_an_unfinished_one_is_200_and_may_be_waited_for(self, client: FlaskClient, finish: Finish) -> None:
        place = post(client).headers["Location"]
        assert client.get(place).get_json()["status"] == "queued"
        worker = threading.Timer(0.1, finish)
        worker.start()
        answer = client.get(place, headers={"Prefer": "wait=3"})
        worker.join()
        assert answer.get_json()["status"] == "done"
        assert answer.headers["Preference-Applied"] == "wait=3"

    def test_unchanged_is_304(self, client: FlaskClient, finish: Finish) -> None:
        place = post(client).headers["Location"]
        answer = client.get(place)
        assert answer.headers["Cache-Control"] == "private, no-cache"  # or no browser would keep what it can ask about
        known = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(place, headers=known).status_code == 304
        finish()
        assert client.get(place, headers=known).status_code == 200

    def test_an_unknown_one_is_404(self, client: FlaskClient, problem: Problem) -> None:
        assert "no diagnosis x" in problem(client.get("/diagnoses/x"), 404)


class TestDelete:
    def test_unfinished_is_cancelled(self, client: FlaskClient) -> None:
        place = post(client).headers["Location"]
        answer = client.delete(place)
        assert (answer.status_code, answer.get_json()["status"]) == (202, "cancelled")

    def test_whoever_only_cancels_loses_no_diagnosis(
        self, client: FlaskClient, problem: Problem, finish: Finish
    ) -> None:
        place = post(client).headers["Location"]
        answer = client.delete(f"{place}?keep=finished")
        assert (answer.status_code, answer.get_json()["status"]) == (202, "cancelled")
        place = post(client).headers["Location"]
        finish()
        for _ in range(2):
            answer = client.delete(f"{place}?keep=finished")
            assert (answer.status_code, answer.get_json()["status"]) == (200, "done")
        assert "Known: finished" in problem(client.delete(f"{place}?keep=all"), 422)
        assert client.get(place).status_code == 200

    def test_finished_goes_and_its_upload_with_the_last_of_its_diagnoses(
        self, client: FlaskClient, problem: Problem, finish: Finish, service: Service
    ) -> None:
        first, second = post(client), post(client)
        finish()
        finish()
        sha256 = first.get_json()["model"]["sha256"]
        assert client.delete(first.headers["Location"]).status_code == 204
        assert service.blobs.has(sha256)
        assert client.delete(second.headers["Location"]).status_code == 204
        assert not service.blobs.has(sha256)
        problem(client.delete(first.headers["Location"]), 404)

    def test_deleting_spares_the_upload_of_whoever_sends_it_again(
        self, app: Flask, client: FlaskClient, finish: Finish, service: Service
    ) -> None:
        for _ in range(20):
            last = post(client)
            finish()
            other = threading.Thread(
                target=lambda place: app.test_client().delete(place), args=[last.headers["Location"]]
            )
            other.start()
            again = post(client)
            other.join()
            assert service.blobs.has(again.get_json()["model"]["sha256"])
            finish()
            assert client.delete(again.headers["Location"]).status_code == 204
            assert not service.blobs.has(again.get_json()["model"]["sha256"])
