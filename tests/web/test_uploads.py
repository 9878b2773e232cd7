from __future__ import annotations

import io

import gevent
from flask import Flask

from whygrad.web.service import Service
from whygrad.web.uploads import CHUNK, keep, spooled


def test_others_run_while_an_upload_is_kept(app: Flask, service: Service) -> None:
    ran = []
    with app.app_context(), spooled(io.BytesIO(b"0" * 3 * CHUNK)) as upload:
        other = gevent.spawn(ran.append, True)
        blob = keep(upload.file)
    assert ran == [True]
    assert other.dead
    assert blob.sha256 == upload.sha256
    assert service.blobs.path(blob.sha256).stat().st_size == blob.bytes == 3 * CHUNK
