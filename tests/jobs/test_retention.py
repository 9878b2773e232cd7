from __future__ import annotations

import io
import os
from pathlib import Path

from whygrad.jobs.retention import tidy
from whygrad.jobs.store import Kind, Store
from whygrad.storage.blobs import Blobs


def test_what_no_diagnosis_uses_goes_when_it_is_old(store: Store, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "uploads")

    def stored(content: bytes, kind: Kind | None = None, *, old: bool = True) -> str:
        blob = blobs.put(io.BytesIO(content))
        if kind:
            store.submit(kind=kind, model_sha256=blob.sha256, model_name="m", model_bytes=blob.bytes, request={})
        if old:
            os.utime(blobs.path(blob.sha256), (0, 0))
        return blob.sha256

    unused, described, used = stored(b"unused"), stored(b"described", "describe"), stored(b"used", "examine")
    new = stored(b"new", old=False)
    assert tidy(store, blobs, 60) == 2
    assert [blobs.has(sha256) for sha256 in (unused, described, used, new)] == [False, False, True, True]
    assert store.description(described) is None
    assert tidy(store, blobs, 60) == 0
