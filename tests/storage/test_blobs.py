from __future__ import annotations

import hashlib
import io
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


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_sha256_is_a_name(tmp_path: Path, name: str) -> None:
    assert not Blobs(tmp_path).has(name)
    with pytest.raises(ValueError, match="64 lower-case"):
        Blobs(tmp_path).path(name)
