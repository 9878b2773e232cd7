from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from tests.documents import finding

from whygrad.jobs.store import Store
from whygrad.web.service import Service

Problem = Callable[..., str]

PROGRAM = b"a program"
SHA256 = hashlib.sha256(PROGRAM).hexdigest()
PLACE = f"/models/{SHA256}"
PAGE = {"Accept": "text/html"}


def finish(store: Store, document: dict[str, Any]) -> None:
    claim = store.claim("tests", 30)
    assert claim is not None
    assert claim.diagnosis.kind == "describe"
    assert store.finish(claim, document)


class TestPut:
    def test_stored_once(self, client: FlaskClient, service: Service) -> None:
        first, second = client.put(PLACE, data=PROGRAM), client.put(PLACE, data=PROGRAM)
        assert (first.status_code, first.headers["Location"], second.status_code) == (201, PLACE, 204)
        assert service.blobs.path(SHA256).read_bytes() == PROGRAM

    def test_another_hash_or_nothing_leaves_nothing(
        self, client: FlaskClient, service: Service, problem: Problem
    ) -> None:
        assert hashlib.sha256(b"other").hexdigest() in problem(client.put(PLACE, data=b"other"), 422)
        assert "empty" in problem(client.put(PLACE), 422)
        assert [path for path in service.blobs.folder.rglob("*") if path.is_file()] == []

    def test_over_the_limit(self, client: FlaskClient, service: Service, problem: Problem) -> None:
        assert "1,000,000" in problem(client.put(PLACE, data=b"0" * 1_000_001), 413)
        endless = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(b"0" * 1_000_001)}
        problem(client.put(PLACE, environ_overrides=endless), 413)
        assert [path for path in service.blobs.folder.rglob("*") if path.is_file()] == []


class TestHead:
    def test_tells_whether_it_is_here(self, client: FlaskClient) -> None:
        assert client.head(PLACE).status_code == 404
        client.put(PLACE, data=PROGRAM)
        answer = client.head(PLACE)
        assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len(PROGRAM)))


class TestShow:
    def test_described_once_by_a_worker(self, client: FlaskClient, store: Store) -> None:
        client.put(PLACE, data=PROGRAM)
        first = client.get(PLACE)
        assert (first.status_code, first.get_json()["status"], first.headers["Retry-After"]) == (202, "queued", "1")
        finish(store, {"format": "torchscript", "methods": []})
        second = client.get(PLACE)
        assert second.get_json() == {
            "format": "torchscript",
            "methods": [],
            "sha256": SHA256,
            "bytes": len(PROGRAM),
            "status": "done",
        }
        assert store.claim("tests", 30) is None

    def test_a_page_tells_why_a_file_is_refused(self, client: FlaskClient, store: Store) -> None:
        client.put(PLACE, data=PROGRAM)
        client.get(PLACE)
        refused = {"what": "a state_dict", "why": "it holds <numbers>, but no code", "instead": ""}
        finish(store, {"format": "unknown", "refused": refused, "methods": []})
        assert "This is a state_dict: it holds &lt;numbers&gt;, but no code." in client.get(PLACE, headers=PAGE).text

    def test_it_is_no_diagnosis(self, client: FlaskClient, store: Store) -> None:
        client.put(PLACE, data=PROGRAM)
        client.get(PLACE)
        job = store.description(SHA256)
        assert job is not None
        assert client.get("/diagnoses").get_json()["diagnoses"] == []
        assert client.get(f"/diagnoses/{job.id}").status_code == 404

    def test_one_that_no_worker_could_read_is_tried_again(self, client: FlaskClient, store: Store) -> None:
        client.put(PLACE, data=PROGRAM)
        client.get(PLACE)
        first = store.description(SHA256)
        assert first is not None
        store.discard(first.id)
        assert client.get(PLACE).status_code == 202
        second = store.description(SHA256)
        assert second is not None
        assert second.id != first.id

    def test_an_unknown_one_is_404(self, client: FlaskClient, problem: Problem) -> None:
        assert f"PUT {PLACE}" in problem(client.get(PLACE), 404)


class TestPage:
    def test_its_diagnoses_and_faults(self, client: FlaskClient, service: Service) -> None:
        service.blobs.put(io.BytesIO(PROGRAM))
        for code in ("CUT101", "SHP701"):
            service.store.submit(model_sha256=SHA256, model_name="<b>.pt", model_bytes=9, request={})
            claim = service.store.claim("tests", 30)
            assert claim is not None
            told = {"verdict": "faulty", "headline": f"told of {code}", "findings": [finding(code)]}
            assert service.store.finish(claim, told)
        page = client.get(PLACE, headers=PAGE).text
        assert ">&lt;b&gt;.pt</h1>" in page
        assert page.index("SHP701 in model.py") < page.index("CUT101 in model.py") < page.index("Its diagnoses")
        assert "told of CUT101" in page
        assert "It is being read" in page

    def test_what_it_takes(self, client: FlaskClient, service: Service, store: Store) -> None:
        service.blobs.put(io.BytesIO(PROGRAM))
        client.get(PLACE, headers={"Prefer": "wait=0"})
        argument = {"name": "tokens", "type": "Tensor", "required": True}
        recorded = [{"shape": [2, 4], "dtype": "int64", "low": 0, "high": 9}]
        finish(store, {"methods": [{"name": "forward", "arguments": [argument], "recorded_inputs": recorded}]})
        page = client.get(PLACE, headers=PAGE).text
        assert "tokens: Tensor" in page
        assert "2x4:int64[0,9)" in page
        assert "It was not diagnosed yet" in page

    def test_one_that_is_not_here(self, client: FlaskClient) -> None:
        gone = client.get(f"/models/{'0' * 64}", headers=PAGE)
        assert gone.status_code == 404
        assert "Choose its file again." in gone.text
        assert "PUT" not in gone.text
