from __future__ import annotations

import io

import gevent
from flask import Flask

from whygrad.storage.blobs import CHUNK
from whygrad.web.service import Service
from whygrad.web.uploads import keep, keep_arrived


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
