"""What an uploaded file is, judged from its bytes before anything is loaded."""

from __future__ import annotations

import io
import pickle
import pickletools
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from whygrad.engine.observation import Refusal
from whygrad.engine.skeleton import has_weights, skeleton

EXPORT = 'torch.jit.script(model).save("model.pt"), or torch.jit.trace(model, example).save("model.pt")'
_MAGIC = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras and h5py write it"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"GGUF", "a GGUF file"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


@dataclass(frozen=True)
class Archive:
    """A TorchScript archive: its bytes, whether it was traced, and whether its weights are there."""

    data: bytes
    weights: bool
    recorded_inputs: bool

    @cached_property
    def skeleton(self) -> bytes:
        """The same archive without its floating numbers."""
        return skeleton(self.data)


class RefusedError(Exception):
    """The file is something else; `refusal` says what, and what to send instead."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.why)
        self.refusal = refusal


def judge(data: bytes) -> Archive:
    """The archive that the bytes are. Raises RefusedError where they are no TorchScript program."""
    if not data.startswith(b"PK\x03\x04"):
        raise RefusedError(_loose_file(data))
    try:
        records = zipfile.ZipFile(io.BytesIO(data))
        names = {n.partition("/")[2] for n in records.namelist()}
        if "constants.pkl" not in names or "data.pkl" not in names:
            raise RefusedError(_other_zip(records, names))
        program = _read(records, "data.pkl")
        return Archive(data, has_weights(program), "traced_inputs.pkl" in names)
    except (zipfile.BadZipFile, ValueError, IndexError, EOFError, OSError, NotImplementedError) as error:
        why = "it begins like an archive but cannot be read to its end, as after an upload that broke off"
        raise RefusedError(Refusal("a damaged archive", why, EXPORT)) from error


def sources(data: bytes) -> Mapping[str, dict[int, str]]:
    """The user's own source as far as the archive holds it: file, then line number, then the line."""
    found: dict[str, dict[int, str]] = {}
    records = zipfile.ZipFile(io.BytesIO(data))
    for name in records.namelist():
        if name.endswith(".debug_pkl"):
            texts = dict.fromkeys((r.file, r.first, r.text) for r in debug_records(records.read(name)))
            for file, first, text in texts:
                if re.match(r"\s*(@|def |async def |class )", text):
                    found.setdefault(file, {}).update(enumerate(text.splitlines(), first))
    return found


@dataclass(frozen=True)
class DebugRecord:
    """What the code of an archive was made of, from the character `at` on: `text` begins at line `first` of `file`.

    `start` is the place in the text. Without a file, nobody knows.
    """

    at: int
    file: str
    first: int
    text: str
    start: int


def debug_records(pickled: bytes) -> list[DebugRecord]:
    """What a debug record of an archive tells, in the order of the code."""
    try:
        tag, *content = _PlainUnpickler(io.BytesIO(pickled)).load()
    except Exception:  # a damaged debug record costs the source lines, nothing else
        return []
    if tag != "FORMAT_WITH_STRING_TABLE" or len(content) != 2:
        return []
    strings, ranges = content
    shared = {id(pieces): pieces for _, ((pieces, *_), *_), *_ in ranges}  # all operations of a function share theirs
    texts = {key: "".join(strings[i] for i in pieces) for key, pieces in shared.items()}
    return [
        DebugRecord(at, strings[file] if pieces else "", first, texts[id(pieces)], start)
        for at, ((pieces, file, first), start, _), *_ in ranges
    ]


class _PlainUnpickler(pickle.Unpickler):
    """Builds numbers, strings, tuples and lists; every other name is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch.jit._pickle" and name == "build_intlist":
            return list
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def _read(records: zipfile.ZipFile, name: str) -> bytes:
    full = next(n for n in records.namelist() if n.partition("/")[2] == name)
    return records.read(full)


def _other_zip(records: zipfile.ZipFile, names: set[str]) -> Refusal:
    if any(n.endswith("archive_format") or n.startswith("models/") for n in names | set(records.namelist())):
        why = "programs of torch.export are not read by this version"
        return Refusal("a torch.export archive", why, EXPORT)
    if "data.pkl" in names:
        return _pickle(_globals(_read(records, "data.pkl")))
    if "[Content_Types].xml" in records.namelist():
        return Refusal("an office document", "it holds no program", EXPORT)
    if "config.json" in names | set(records.namelist()) and any(n.endswith(".h5") for n in records.namelist()):
        return Refusal("a Keras model", "it is not a PyTorch program", EXPORT)
    return Refusal("a zip archive of other files", "it holds no TorchScript program", EXPORT)


def _pickle(names: list[str]) -> Refusal:
    """A torch.save file, told apart by the classes that its pickle names."""
    plain = ("collections ", "torch._utils ", "torch ", "numpy", "builtins ", "_codecs ", "torch.storage ")
    classes = [n for n in names if not n.startswith(plain)]
    if not classes and not any("torch" in n for n in names):
        return Refusal("a pickle of plain values", "it holds no program", EXPORT)
    if not classes:
        why = "a state_dict holds numbers and names, but no code that could be run"
        return Refusal(
            "a state_dict, written by torch.save", why, f"build the model, load the state_dict, then {EXPORT}"
        )
    if any("optim" in n for n in classes):
        return Refusal("a training checkpoint, written by torch.save", "it holds no program", EXPORT)
    shown = classes[0].replace(" ", ".")[:120]
    why = f"it needs the Python class {shown} to be opened, and opening it would run its code"
    return Refusal("a pickled module, written by torch.save", why, EXPORT)


def _loose_file(data: bytes) -> Refusal:
    head = data[:512].lstrip().lower()
    for magic, what in _MAGIC:
        if data.startswith(magic):
            return Refusal(what, "it is not a PyTorch program", EXPORT)
    if data[:1] == b"\x80":
        return _pickle(_globals(data))
    if data[8:9] == b"{" and b"dtype" in data[:4096]:
        why = "safetensors holds numbers and names, but no code that could be run"
        return Refusal("a safetensors file", why, f"build the model, load the weights, then {EXPORT}")
    if head.startswith((b"<!doctype html", b"<html")):
        why = "a link that needs a sign-in often answers with a page instead of the file"
        return Refusal("a web page", why, f"download the file itself, or make it with {EXPORT}")
    if data[:1] == b"\x08" and (b"onnx" in data[:4096].lower() or b"pytorch" in data[:4096].lower()):
        why = "ONNX keeps a graph for inference: requires_grad, detach and no_grad are gone from it"
        return Refusal("an ONNX file", why, f"export the PyTorch model itself: {EXPORT}")
    if re.match(rb"(?:#[^\n]*\n|\s)*(?:import|from|class|def) \w", data[:4096]):
        return Refusal("Python source", "the service runs exported programs, not source", EXPORT)
    return Refusal("no file of a known kind", "it does not begin like a TorchScript archive", EXPORT)


def _globals(pickled: bytes) -> list[str]:
    """The names that a pickle would import, found without opening it."""
    found: list[str] = []
    texts: list[str] = []
    stream = io.BytesIO(pickled)
    try:
        while stream.tell() < len(pickled):
            for op, argument, _ in pickletools.genops(stream):
                if op.name == "GLOBAL":
                    found.append(str(argument))
                elif op.name == "STACK_GLOBAL":
                    found.append(" ".join(texts[-2:]))
                elif isinstance(argument, str):
                    texts.append(argument)
    except Exception:  # what was found until then says enough
        return found
    return found


def recorded_inputs(archive: Archive, method: str) -> list[dict[str, Any]] | None:
    """The inputs that tracing recorded, as the request describes inputs; None where there are none."""
    if not archive.recorded_inputs:
        return None
    records = zipfile.ZipFile(io.BytesIO(archive.data))
    try:
        found = _InputUnpickler(records).load()[method]
    except Exception:  # a damaged record costs the default, nothing else
        return None
    return list(found)


_STORAGES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
}
_WIDTHS = {"int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1}


class _InputUnpickler(pickle.Unpickler):
    """Reads recorded tensors as descriptions of them; every other class is refused."""

    def __init__(self, records: zipfile.ZipFile) -> None:
        super().__init__(io.BytesIO(_read(records, "traced_inputs.pkl")))
        self._records = records

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("torch.jit._pickle", "restore_type_tag"): lambda value, _: value,
            ("torch._utils", "_rebuild_tensor_v2"): self._describe,
            ("collections", "OrderedDict"): dict,
        }
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        return known[module, name]

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        _, dtype, key, _, _ = pid
        return dtype, key

    def _describe(self, storage: tuple[str, str], _offset: int, size: tuple[int, ...], *_: Any) -> dict[str, Any]:
        dtype, key = storage
        described: dict[str, Any] = {"shape": list(size), "dtype": dtype}
        if dtype in _WIDTHS:
            data = _read(self._records, f"traced_inputs/{key}")
            width, signed = _WIDTHS[dtype], dtype != "uint8"
            numbers = [int.from_bytes(data[i : i + width], "little", signed=signed) for i in range(0, len(data), width)]
            described |= {"low": min(numbers, default=0), "high": max(numbers, default=1) + 1}
        return described
