from __future__ import annotations

import errno
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import gevent
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import TimeoutError

from whygrad.settings import Settings
from whygrad.web import server
from whygrad.web.app import create_app

Problem = Callable[..., str]


@pytest.mark.parametrize("path", ["/nothing", "/rules//CUT101", "/diagnoses/", "/models/abc", "/%00", "/diagnoses/a/b"])
def test_an_unknown_path(client: FlaskClient, problem: Problem, path: str) -> None:
    assert "/openapi.yaml" in problem(client.get(path), 404)


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient, problem: Problem) -> None:
    answer = client.patch("/diagnose")
    assert "does not take PATCH" in problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_fault_of_ours_tells_no_secret(app: Flask, problem: Problem, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the secret")

    answer = app.test_client().get("/broken")
    detail = problem(answer, 500)
    assert "secret" not in detail
    assert detail.removesuffix(".").rpartition(" ")[2] == answer.headers["X-Request-ID"]
    assert "the secret" in caplog.text


def test_a_body_that_does_not_come_is_408(
    client: FlaskClient, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent:
        def read(self, _size: int) -> bytes:
            gevent.sleep(30)
            return b""

    monkeypatch.setattr(server, "PIECE_SECONDS", 0.05)
    sent = {"wsgi.input": Silent(), "CONTENT_LENGTH": "9"}
    answer = client.post("/explain", content_type="application/json", environ_overrides=sent)
    assert "slower than 65,536 bytes in" in problem(answer, 408)


def test_a_database_that_does_not_answer_is_503(tmp_path: Path, problem: Problem) -> None:
    client = create_app(Settings(data=tmp_path)).test_client()  # never migrated: no table is there
    answer = client.get("/diagnoses")
    assert "database" in problem(answer, 503)
    assert answer.headers["Retry-After"] == "2"


def test_a_database_whose_connections_are_all_taken_is_503(app: Flask, problem: Problem) -> None:
    @app.get("/busy")
    def busy() -> str:
        raise TimeoutError("QueuePool limit of size 5 overflow 10 reached")

    assert "database" in problem(app.test_client().get("/busy"), 503)


def test_a_full_disk_is_507_and_leaves_nothing_half_stored(
    client: FlaskClient, problem: Problem, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    answer = client.put(f"/models/{sha256(b'program').hexdigest()}", data=b"program")
    assert "no room" in problem(answer, 507)
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
