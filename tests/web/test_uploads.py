from __future__ import annotations

import errno
import io
import os
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import gevent
import pytest
from flask import Flask
from flask.testing import FlaskClient

from whygrad.storage.blobs import CHUNK, Arriving
from whygrad.web.service import Service
from whygrad.web.uploads import keep, keep_arrived

PROGRAM = b"a program"
PLACE = f"/models/{sha256(PROGRAM).hexdigest()}"

Problem = Callable[..., str]


class Trickle:
    """A body that comes byte by byte, with time for others between."""

    def __init__(self, content: bytes) -> None:
        self.left = io.BytesIO(content)

    def read(self, _size: int, /) -> bytes:
        gevent.sleep(0.001)
        return self.left.read(1)


def stored(service: Service) -> list[Path]:
    return [path for path in service.blobs.folder.rglob("*") if path.is_file()]


def test_others_run_while_an_upload_is_kept(app: Flask, service: Service) -> None:
    ran = []
    with app.app_context():
        other = gevent.spawn(ran.append, True)
        blob = keep(io.BytesIO(b"0" * 3 * CHUNK))
    assert ran == [True]
    assert other.dead
    assert service.blobs.path(blob.sha256).stat().st_size == blob.bytes == 3 * CHUNK


def test_what_has_arrived_is_kept_or_gone(app: Flask, service: Service) -> None:
    with app.app_context():
        with service.blobs.arriving() as kept:
            kept.take(io.BytesIO(b"0" * (CHUNK + 1)))
            blob = keep_arrived(kept)
        with service.blobs.arriving() as left:
            left.take(io.BytesIO(b"1"))
    assert (blob.sha256, blob.bytes) == (kept.sha256, CHUNK + 1)
    assert service.blobs.has(kept.sha256)
    assert not service.blobs.has(left.sha256)
    assert not [*(service.blobs.folder / "incoming").iterdir()]


def test_others_run_while_what_arrives_is_written(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    others, add = threading.Event(), Arriving.add

    def slow(upload: Arriving, piece: bytes) -> None:
        assert others.wait(5), "nobody else could run"
        add(upload, piece)

    monkeypatch.setattr(Arriving, "add", slow)
    sending = gevent.spawn(client.put, PLACE, data=PROGRAM)
    gevent.spawn_later(0.05, others.set)
    assert sending.get().status_code == 201


def test_an_upload_that_breaks_off_leaves_nothing(client: FlaskClient, service: Service, problem: Problem) -> None:
    sent = {"wsgi.input": Trickle(PROGRAM[:4]), "CONTENT_LENGTH": str(len(PROGRAM))}
    assert "broke off" in problem(client.put(PLACE, environ_overrides=sent), 400)
    assert stored(service) == []


def test_a_disk_that_is_full_midway_is_507_and_leaves_nothing(
    client: FlaskClient, service: Service, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Arriving.add

    def full(upload: Arriving, piece: bytes) -> None:
        if upload.bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        add(upload, piece)

    monkeypatch.setattr(Arriving, "add", full)
    sent = {"wsgi.input": Trickle(PROGRAM), "CONTENT_LENGTH": str(len(PROGRAM))}
    assert "no room" in problem(client.put(PLACE, environ_overrides=sent), 507)
    assert stored(service) == []


def test_one_program_that_is_sent_twice_at_once_is_stored_once(app: Flask, service: Service) -> None:
    def put(content: bytes) -> int:
        sent = {"wsgi.input": Trickle(content), "CONTENT_LENGTH": str(len(PROGRAM))}
        return app.test_client().put(PLACE, environ_overrides=sent).status_code

    sending = [gevent.spawn(put, content) for content in (PROGRAM, PROGRAM, PROGRAM[:4])]
    assert [one.get() for one in sending] == [201, 201, 400]
    assert [path.read_bytes() for path in stored(service)] == [PROGRAM]
