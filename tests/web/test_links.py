from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from whygrad.jobs.store import Store
from whygrad.settings import Settings
from whygrad.storage.database import Database
from whygrad.storage.tables import upload_links
from whygrad.web.app import create_app

KEY = "a-key-of-sixteen"
BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def locked(settings: Settings) -> FlaskClient:
    """The service with keys, which people reach by a name."""
    Database(settings.database_url).migrate()
    return create_app(replace(settings, keys=(KEY,), public_url="https://grad.example")).test_client()


def upload(program: bytes, **fields: str) -> dict[str, object]:
    return {"model": (io.BytesIO(program), "big.pt"), **fields}


def test_a_link_takes_one_program_without_a_key_and_tells_what_became_of_it(
    locked: FlaskClient, healthy: bytes
) -> None:
    assert locked.post("/upload-links", json={}).status_code == 401
    made = locked.post("/upload-links", json={"shapes": "2x4"}, headers=BEARER)
    assert made.status_code == 201
    assert made.json["url"].startswith("https://grad.example/upload/")
    path = urlsplit(made.json["url"]).path

    page = locked.get(path)
    assert page.mimetype == "text/html"
    assert 'enctype="multipart/form-data"' in page.text
    sent = locked.post(path, data=upload(healthy), headers={"Accept": "text/html,*/*;q=0.8"})
    assert (sent.status_code, "big.pt has arrived" in sent.text) == (202, True)

    told = locked.get(made.headers["Location"], headers=BEARER).json
    assert told["status"] == "used"
    assert "url" not in told
    diagnosis = locked.get(f"/diagnoses/{told['diagnosis']}", headers=BEARER).json
    assert [entry["shape"] for entry in diagnosis["request"]["inputs"]] == [[2, 4]]
    assert diagnosis["model"]["name"] == "big.pt"


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"request": {"device": "cuda"}}, "/request/device"),
        ({"request": {"inputs": [{"shape": [2**30, 2**20]}]}}, "/request/inputs/0"),
        ({"shapes": "1073741824x1048576"}, "/shapes/0"),
    ],
)
def test_what_could_not_be_run_is_told_to_whoever_makes_it(
    client: FlaskClient, problem: Callable[..., str], asked: dict[str, Any], pointer: str
) -> None:
    problem(client.post("/upload-links", json=asked), 422, pointer)


@pytest.mark.parametrize(("method", "more", "status"), [("GET", "", 200), ("PATCH", "", 405), ("GET", "/", 404)])
def test_its_token_stands_in_no_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, method: str, more: str, status: int
) -> None:
    path = urlsplit(client.post("/upload-links", json={}).json["url"]).path
    caplog.set_level("INFO")
    assert client.open(path + more, method=method).status_code == status
    assert f"{method} /upload/<token> {status}" in caplog.text
    assert path not in caplog.text


def test_it_is_used_up(client: FlaskClient, healthy: bytes, problem: Callable[..., str], store: Store) -> None:
    path = urlsplit(client.post("/upload-links", json={}).json["url"]).path
    assert client.post(path, data=upload(healthy, shapes="2x4")).json["status"] == "queued"
    assert "A file was sent through it" in problem(client.post(path, data=upload(healthy)), 410)
    problem(client.get(path), 410)
    assert len(store.page().items) == 1


def test_what_is_refused_leaves_it_open(client: FlaskClient, healthy: bytes, problem: Callable[..., str]) -> None:
    made = client.post("/upload-links", json={}).json
    path = urlsplit(made["url"]).path
    problem(client.post(path, data=upload(healthy, shapes="2xbad")), 422, "/shapes")
    problem(client.post(path, data=upload(healthy, shapes="99999999x99999999")), 422, "/shapes/0")
    problem(client.post(path, data={"shapes": "2x4"}, content_type="multipart/form-data"), 422, "/model")
    problem(client.post(path, data=upload(b"x" * 1_100_000)), 413)
    assert client.get(f"/upload-links/{made['id']}").json["status"] == "open"
    assert client.post(path, data=upload(healthy, shapes="")).status_code == 202


@pytest.mark.parametrize(
    ("fields", "status", "shown"),
    [
        ({"shapes": "2x<b>"}, 422, ['value="2x&lt;b&gt;"', 'id="wrong-shapes"', "choose the file again"]),
        ({"shapes": "99999999x99999999"}, 422, ['id="wrong-shapes"']),
        ({"model": ""}, 422, ['id="wrong-model"']),
        ({"padding": "x"}, 422, ["/padding: Unknown field."]),
        ({"model": (io.BytesIO(b"x" * 1_100_000), "big.pt")}, 413, ["The body is larger than the limit"]),
    ],
)
def test_a_browser_is_told_what_is_wrong_beside_the_form(
    client: FlaskClient, healthy: bytes, fields: dict[str, Any], status: int, shown: list[str]
) -> None:
    path = urlsplit(client.post("/upload-links", json={"shapes": "2x4"}).json["url"]).path
    sent = {**upload(healthy), **fields}
    page = client.post(path, data=sent, headers={"Accept": "text/html"}, content_type="multipart/form-data")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert 'enctype="multipart/form-data"' in page.text, "the form"
    assert [mark for mark in shown if mark not in page.text] == []
    assert client.post(path, data=upload(healthy), headers={"Accept": "text/html"}).status_code == 202


def test_it_is_over_after_a_while(
    client: FlaskClient, healthy: bytes, problem: Callable[..., str], store: Store
) -> None:
    made = client.post("/upload-links", json={"seconds": 60}).json
    passed = update(upload_links).values(expires_at=upload_links.c.created_at)
    store.database.write(lambda connection: connection.execute(passed))
    assert "open for a while only" in problem(client.post(urlsplit(made["url"]).path, data=upload(healthy)), 410)
    assert client.get(f"/upload-links/{made['id']}").json["status"] == "expired"


def test_no_other_address_is_one(client: FlaskClient, problem: Callable[..., str]) -> None:
    problem(client.get("/upload/guess"), 404)
    problem(client.post("/upload/guess", data=upload(b"PK")), 404)
    problem(client.get("/upload-links/guess"), 404)
    problem(client.post("/upload-links", json={"seconds": 1}), 422, "/seconds")
    problem(client.post("/upload-links", json={"shapes": "2", "request": {}}), 422, "/shapes")


def test_without_a_link_no_body_is_read(client: FlaskClient, problem: Callable[..., str]) -> None:
    unread = io.BytesIO(b"x" * 10_000)
    problem(client.post("/upload/guessed", input_stream=unread, content_type="multipart/form-data; boundary=x"), 404)
    assert unread.tell() == 0
