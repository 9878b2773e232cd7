"""What a file is that is no zip archive, told from its bytes."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from whygrad.engine.observation import Refusal
from whygrad.engine.preflight.refusal import BUILD, no_program
from whygrad.engine.preflight.saved import describe
from whygrad.engine.spelling import quoted

_HEAD = 4096
_MOST_JSON = 1 << 20

_REWRITE = "a model of another library has to be written anew in PyTorch to be looked into here"
_NUMBERS = "it holds numbers and names, but no code that could be run"
_INFERENCE = "it keeps a graph for inference: requires_grad, detach and no_grad are gone from it"
_NO_PROGRAM = "it holds no program"
_UNPACK = "unpack it, and send the file that is in it"
_AGAIN = "download the file itself, or export it anew"
_EXPORT_IT = "export the PyTorch model that it was made from"

MAGIC: Sequence[tuple[int, bytes, Refusal]] = (
    (0, b"\x89HDF\r\n\x1a\n", no_program("an HDF5 file, as Keras and h5py write it", _REWRITE)),
    (0, b"\x93NUMPY", no_program("a NumPy array", _NUMBERS)),
    (0, b"GGUF", no_program("a GGUF file, as llama.cpp takes it", f"{_NUMBERS}, and these are quantised")),
    (4, b"TFL3", no_program("a TensorFlow Lite model", _INFERENCE)),
    (4, b"ET12", no_program("an ExecuTorch program", _INFERENCE, summary=_EXPORT_IT)),
    (4, b"PTMF", no_program("a PyTorch Mobile program in a flat buffer", _INFERENCE, summary=_EXPORT_IT)),
    (257, b"ustar", no_program("a tar archive", _NO_PROGRAM + " that could be read as it is", summary=_UNPACK)),
    (0, b"BZh", no_program("a bzip2 archive", _UNPACK, summary=_UNPACK)),
    (0, b"\xfd7zXZ\x00", no_program("an xz archive", _UNPACK, summary=_UNPACK)),
    (0, b"\x28\xb5\x2f\xfd", no_program("a Zstandard archive", _UNPACK, summary=_UNPACK)),
    (0, b"7z\xbc\xaf\x27\x1c", no_program("a 7-Zip archive", _UNPACK, summary=_UNPACK)),
    (0, b"Rar!\x1a\x07", no_program("a RAR archive", _UNPACK, summary=_UNPACK)),
    (0, b"PK\x05\x06", no_program("an empty zip archive", "there is nothing in it")),
    (0, b"%PDF", no_program("a PDF document", _NO_PROGRAM)),
    (0, b"\x89PNG", no_program("a picture", _NO_PROGRAM)),
    (0, b"\xff\xd8\xff", no_program("a picture", _NO_PROGRAM)),
    (0, b"GIF8", no_program("a picture", _NO_PROGRAM)),
    (8, b"WEBP", no_program("a picture", _NO_PROGRAM)),
    (4, b"ftyp", no_program("a film", _NO_PROGRAM)),
    (0, b"\x7fELF", no_program("a library or program for Linux", "machine code is not read")),
    (0, b"MZ", no_program("a library or program for Windows", "machine code is not read")),
    (0, b"\xcf\xfa\xed\xfe", no_program("a library or program for macOS", "machine code is not read")),
    (0, b"PAR1", no_program("a Parquet table", _NO_PROGRAM)),
    (0, b"ARROW1", no_program("an Arrow table", _NO_PROGRAM)),
    (0, b"SQLite format 3\x00", no_program("an SQLite database", _NO_PROGRAM)),
)
"""Where bytes of that kind begin, the bytes, and what is said of them."""

_LFS = re.compile(rb"version https://git-lfs\.github\.com/spec/")
_SOURCE = re.compile(rb"(?:#[^\n]*\n|\s|\"\"\".*?\"\"\")*+(?:import|from|class|def|@)\s?\w", re.DOTALL)
_AS_TOLD = ("error", "message", "detail", "errors", "title", "msg")


def other_file(data: bytes) -> Refusal:
    """What a file is that is no zip archive."""
    if not data:
        return no_program("empty", "not a byte of it arrived", summary="send the file again")
    for at, magic, refusal in MAGIC:
        if data.startswith(magic, at):
            return refusal
    for look in (_gzip, _pickle, _safetensors, _onnx, _text):
        found = look(data)
        if found is not None:
            return found
    return no_program("of no known kind", "it does not begin like a TorchScript archive")


def _gzip(data: bytes) -> Refusal | None:
    if not data.startswith(b"\x1f\x8b"):
        return None
    try:
        head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[:_HEAD], _HEAD)
    except zlib.error:
        head = b""
    what = "a tar archive packed with gzip" if head.startswith(b"ustar", 257) else "a gzip archive"
    return no_program(what, _UNPACK, summary=_UNPACK)


def _pickle(data: bytes) -> Refusal | None:
    by_protocol = data[0] == 0x80 and len(data) > 1 and data[1] <= 5
    return describe(data, from_torch=False) if by_protocol else None


def _safetensors(data: bytes) -> Refusal | None:
    length = int.from_bytes(data[:8], "little")
    whole = 2 <= length <= len(data) - 8
    if data[8:9] != b"{" or not (whole or (data[9:10] == b'"' and b"\0" in data[:8])):  # else it may be a text
        return None
    names = [name for name in _json(data[8 : 8 + length]) if name != "__metadata__"]
    told = f" ({quoted(names[0])} and {len(names) - 1} more)" if names else ""
    lines = (
        "from safetensors.torch import load_file",
        "model = Net()  # the class that these weights were saved from",
        'model.load_state_dict(load_file("model.safetensors"))',
    )
    summary = "build the model, load these weights into it, and export it"
    why = f"safetensors holds numbers and names{told}, but no code that could be run"
    what = "a safetensors file" if whole else "a safetensors file that is damaged"
    return no_program(what, why, *lines, summary=summary)


def _onnx(data: bytes) -> Refusal | None:
    head = data[:_HEAD].lower()
    if data[:1] != b"\x08" or not any(maker in head for maker in (b"onnx", b"pytorch", b"tf2", b"keras", b"skl2")):
        return None
    return no_program("an ONNX file", f"ONNX is for inference: {_INFERENCE}", BUILD, summary=_EXPORT_IT)


def _text(data: bytes) -> Refusal | None:
    """What a text is; None where the bytes are none."""
    head = data[:_HEAD]
    low = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return None
        text = head[: error.start].decode()
    if "\0" in text:
        return None
    if _LFS.match(head):
        why = "Git LFS keeps the file elsewhere, and left a note of three lines in its place"
        return no_program("a Git LFS pointer", why, "# git lfs pull", BUILD, summary="fetch the file: git lfs pull")
    if low.startswith((b"<!doctype html", b"<html")):
        why = "a link that needs a sign-in, or leads to a preview, answers with a page instead of the file"
        return no_program("a web page", why, summary=_AGAIN)
    if low.startswith((b"<?xml", b"<error", b"<net")):
        return _xml(low)
    if low.startswith((b"{", b"[")):
        return _json_document(data)
    if _SOURCE.match(head):
        return no_program("Python source", "the service runs exported programs, not source", *_OF_SOURCE)
    why = f"it begins {quoted(text.strip(), 60)}"
    return no_program("a text", why)


_OF_SOURCE = ("from your_file import Net", "model = Net()")


def _xml(low: bytes) -> Refusal:
    if b"<code>" in low and b"<message>" in low:
        return no_program("an error message of a file store", "the download was refused", summary=_AGAIN)
    if b"<net " in low:
        return no_program("an OpenVINO model", _INFERENCE, summary=_EXPORT_IT)
    return no_program("an XML document", _NO_PROGRAM)


def _json_document(data: bytes) -> Refusal:
    held = _json(data)
    told = next((held[key] for key in _AS_TOLD if isinstance(held.get(key), str)), None)
    if told is not None:
        why = f"it says {quoted(str(told), 120)}: the download was refused"
        return no_program("an error message in JSON", why, summary=_AGAIN)
    if "nbformat" in held:
        return no_program("a Jupyter notebook", "the service runs exported programs, not source", *_OF_SOURCE)
    if "architectures" in held or "model_type" in held:
        return no_program("a configuration of a model", "it describes a model, but holds neither code nor numbers")
    return no_program("a JSON document", _NO_PROGRAM)


def _json(data: bytes) -> Mapping[str, Any]:
    """The object that the bytes are in JSON; empty where they are none, or too large to be looked into."""
    try:
        held = json.loads(data) if len(data) <= _MOST_JSON else {}
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}
