from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from whygrad.storage.blobs import CHUNK, Blob, Blobs


def test_an_upload_is_named_by_its_content(tmp_path: Path) -> None:
    content = b"weights" * CHUNK
    sha256 = hashlib.sha256(content).hexdigest()
    blobs = Blobs(tmp_path / "blobs")
    assert not blobs.has(sha256)
    assert blobs.put(io.BytesIO(content)) == blobs.put(io.BytesIO(content)) == Blob(sha256, len(content))
    assert blobs.has(sha256)
    assert blobs.path(sha256).read_bytes() == content


def test_deleting_twice_is_no_error(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    sha256 = blobs.put(io.BytesIO(b"x")).sha256
    blobs.delete(sha256)
    blobs.delete(sha256)
    assert not blobs.has(sha256)


def test_a_broken_upload_leaves_nothing(tmp_path: Path) -> None:
    class Broken:
        def read(self, _size: int, /) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        Blobs(tmp_path).put(Broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_old_uploads_are_told_and_remains_swept(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    old, new = blobs.put(io.BytesIO(b"old")).sha256, blobs.put(io.BytesIO(b"new")).sha256
    broken, coming = tmp_path / "incoming" / "broken", tmp_path / "incoming" / "coming"
    for path in (broken, coming):
        path.write_bytes(b"half")
    for path in (blobs.path(old), broken):
        os.utime(path, (0, 0))
    assert list(blobs.older(60)) == [old]
    blobs.sweep(60)
    assert (broken.exists(), coming.exists()) == (False, True)
    for sha256 in (old, new):
        blobs.delete(sha256, older=60)
    assert (blobs.has(old), blobs.has(new)) == (False, True)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_sha256_is_a_name(tmp_path: Path, name: str) -> None:
    assert not Blobs(tmp_path).has(name)
    with pytest.raises(ValueError, match="64 lower-case"):
        Blobs(tmp_path).path(name)
