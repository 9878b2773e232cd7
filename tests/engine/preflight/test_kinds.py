"""A file that is no program: what it is, why it cannot be run, and the lines of Python that make one that can."""

from __future__ import annotations

import collections
import gzip
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from tests.engine.observe.samples import SAMPLES
from tests.engine.programs import build, examined, imported

from whygrad.engine.observation import Refusal
from whygrad.engine.observe.archive import judge
from whygrad.engine.preflight.refusal import RefusedError

PLAIN = SAMPLES["plain"].source


def saved(value: Any, **options: Any) -> bytes:
    """What torch.save writes."""
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def zipped(*names: str, content: bytes = b"{}") -> bytes:
    """A zip archive with records of these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


def state() -> dict[str, torch.Tensor]:
    """The weights of a small model."""
    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).state_dict()


def checkpoint(**more: Any) -> dict[str, Any]:
    """What a training loop saves."""
    model = torch.nn.Linear(2, 3)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1).state_dict()
    return {"epoch": 3, "model_state": model.state_dict(), "optimizer": optimiser, **more}


def of_net(save: Callable[[torch.nn.Module], bytes]) -> bytes:
    """What is saved of a model whose class is the user's own."""
    with imported(PLAIN) as module:
        return save(module.Net())


def safetensors() -> bytes:
    """A file of safetensors, by its description."""
    header = json.dumps({"fc.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(4)


def arrays(**options: Any) -> bytes:
    """What numpy writes."""
    file = io.BytesIO()
    if options:
        numpy.savez(file, **options)
    else:
        numpy.save(file, numpy.zeros(3))
    return file.getvalue()


def tar(mode: str) -> bytes:
    """A tar archive with a model in it."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        entry = tarfile.TarInfo("model.pt")
        entry.size = 10
        archive.addfile(entry, io.BytesIO(bytes(10)))
    return file.getvalue()


FOREST = b"\x80\x04\x8c\x18sklearn.ensemble._forest\x8c\x06Forest\x93)\x81}b."
TRAP = b"\x80\x02cposix\nsystem\nX\x06\x00\x00\x00exit 1\x85R."
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "pickled module": (lambda: of_net(saved), "a pickled module of the class Net", "from model import Net"),
    "pickled module, old format": (
        lambda: of_net(lambda net: saved(net, _use_new_zipfile_serialization=False)),
        "a pickled module of the class Net",
        'torch.load("model.pt", weights_only=False)',
    ),
    "pickled module of torch": (lambda: saved(torch.nn.Linear(2, 3)), "a pickled module of the class Linear", "import"),
    "module in a dict": (
        lambda: of_net(lambda net: saved({"epoch": 1, "model": net})),
        "a checkpoint with a pickled module in 'model'",
        "weights_only=False)['model']",
    ),
    "state dict": (lambda: saved(state()), "a state_dict", 'load_state_dict(torch.load("model.pt"))'),
    "state dict, old format": (
        lambda: saved(state(), _use_new_zipfile_serialization=False),
        "a state_dict",
        'load_state_dict(torch.load("model.pt"))',
    ),
    "plain dict of tensors": (lambda: saved(dict(state())), "a state_dict", "load_state_dict"),
    "checkpoint": (lambda: saved(checkpoint()), "a training checkpoint", "weights_only=False)['model_state']"),
    "checkpoint of lightning": (
        lambda: saved(checkpoint(**{"pytorch-lightning_version": "2.5"})),
        "a training checkpoint",
        "load_from_checkpoint",
    ),
    "one tensor": (lambda: saved(torch.zeros(2)), "a pickle of tensors", "Net()"),
    "list of tensors": (lambda: saved([torch.zeros(2)]), "a pickle of tensors", "Net()"),
    "trap": (lambda: TRAP, "a pickled object", "Net()"),
    "pickle of plain data": (lambda: pickle.dumps({"a": 1}), "a pickle of plain values", "Net()"),
    "pickle of arrays": (lambda: pickle.dumps(numpy.zeros(3)), "a pickle of NumPy arrays", "Net()"),
    "scikit-learn": (lambda: FOREST, "a pickle of scikit-learn", "Net()"),
    "torch.export of 2.7": (
        lambda: zipped("serialized_exported_program.json", "serialized_state_dict.pt", "version"),
        "an archive of torch.export, of torch 2.7 or older",
        "torch.export.load",
    ),
    "safetensors": (safetensors, "a safetensors file", 'load_file("model.safetensors")'),
    "safetensors cut off": (lambda: safetensors()[:-9], "a safetensors file that is damaged", "load_file("),
    "safetensors of an absurd length": (
        lambda: struct.pack("<Q", 1 << 63) + safetensors()[8:],
        "a safetensors file that is damaged",
        "load_file(",
    ),
    "text with an object in it": (lambda: b'var x = {"a": 1}', "a text", "Net()"),
    "onnx": (lambda: b"\x08\x08\x12\x07pytorch\x1a\x052.13.0:\x9c\x01", "an ONNX file", "Net()"),
    "gguf": (lambda: b"GGUF\x03\x00\x00\x00" + bytes(20), "a GGUF file", "Net()"),
    "keras": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(64), "an HDF5 file", "Net()"),
    "keras archive": (lambda: zipped("metadata.json", "config.json", "model.weights.h5"), "a Keras model", "Net()"),
    "saved model": (lambda: zipped("m/saved_model.pb", "m/variables/variables.index"), "a SavedModel", "Net()"),
    "tensorflow lite": (lambda: b"\x1c\x00\x00\x00TFL3" + bytes(20), "a TensorFlow Lite model", "Net()"),
    "executorch": (lambda: b"\x1c\x00\x00\x00ET12" + bytes(20), "an ExecuTorch program", "Net()"),
    "hugging face folder": (
        lambda: zipped("bert/config.json", "bert/model.safetensors"),
        "a zip archive with a model folder",
        "from_pretrained",
    ),
    "torchserve": (lambda: zipped("MAR-INF/MANIFEST.json", "model.pt"), "an archive of TorchServe", "Net()"),
    "torch.package": (lambda: zipped("m/.data/extern_modules", "m/.data/version"), "a package", "PackageImporter"),
    "torch 1.1": (lambda: zipped("m/model.json", "m/code/m.py", "m/tensors/0"), "a TorchScript archive of", "Net()"),
    "numpy": (arrays, "a NumPy array", "Net()"),
    "numpy archive": (lambda: arrays(w=numpy.zeros(3)), "an archive of NumPy arrays", "Net()"),
    "office document": (lambda: zipped("[Content_Types].xml", "word/document.xml"), "an office document", "Net()"),
    "pictures": (lambda: zipped("cats/1.jpg", "cats/2.JPG"), "a zip archive of pictures", "Net()"),
    "zip with a program": (lambda: zipped("model.pt", "readme"), "a zip archive with 'model.pt' in it", "Net()"),
    "other zip": (lambda: zipped("readme"), "a zip archive of other files", "Net()"),
    "empty zip": (zipped, "an empty zip archive", "Net()"),
    "gzip": (lambda: gzip.compress(b"hello"), "a gzip archive", "Net()"),
    "tar": (lambda: tar("w"), "a tar archive", "Net()"),
    "tar.gz": (lambda: tar("w:gz"), "a tar archive packed with gzip", "Net()"),
    "web page": (lambda: b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page", "Net()"),
    "error in json": (lambda: b'{"error": "not found"}', "an error message in JSON", "Net()"),
    "error of a store": (lambda: DENIED, "an error message of a file store", "Net()"),
    "notebook": (lambda: b'{"cells": [], "nbformat": 4}', "a Jupyter notebook", "Net()"),
    "configuration": (lambda: b'{"model_type": "bert"}', "a configuration of a model", "Net()"),
    "lfs pointer": (lambda: LFS, "a Git LFS pointer", "git lfs pull"),
    "source": (lambda: PLAIN.encode(), "Python source", "Net()"),
    "text": (lambda: b"hello", "a text", "Net()"),
    "nothing": (lambda: b"", "empty", "Net()"),
    "nothing known": (lambda: b"\xfe\xff\x00" + os.urandom(64), "of no known kind", "Net()"),
}


def refused(data: bytes) -> Refusal:
    """Why a file is not run."""
    with pytest.raises(RefusedError) as raised:
        judge(data)
    return raised.value.refusal


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_no_program(name: str) -> None:
    make, what, lines = FILES[name]
    refusal = refused(make())
    assert refusal.what.startswith(what)
    assert refusal.why
    assert refusal.summary
    assert lines in refusal.instead
    assert refusal.instead.splitlines()[-1].startswith(("torch.jit.script(model).save", "torch.jit.trace(model"))


@pytest.mark.parametrize("name", ["state dict", "pickled module of torch", "checkpoint"])
def test_lines_that_are_told_make_a_program(name: str, tmp_path: Path) -> None:
    """They are run as they stand, beside the file that was sent, where `Net` is the model that it came from."""
    make, _, _ = FILES[name]
    (tmp_path / "model.pt").write_bytes(make())
    linear = "torch.nn.Linear(2, 3)"
    net = f"torch.nn.Sequential({linear}, torch.nn.BatchNorm1d(3))" if name == "state dict" else linear
    lines = f"import torch\nNet = lambda: {net}\n{refused(make()).instead}"
    subprocess.run([sys.executable, "-W", "ignore", "-c", lines], cwd=tmp_path, check=True)
    assert judge((tmp_path / "exported.pt").read_bytes()).weights


def test_diagnosis_says_what_it_is_and_what_to_do() -> None:
    (document,) = examined(saved(checkpoint()), {})
    (finding,) = document["findings"]
    assert (finding["code"], document["verdict"]) == ("FMT903", "undetermined")
    assert finding["title"] == "the file is a training checkpoint, written by torch.save, and cannot be run"
    assert "epoch, model_state, optimizer" in finding["message"]
    assert finding["fix"]["summary"].startswith("build the model, load the weights")
    assert "torch.jit.script" in finding["fix"]["after"]


def test_pickled_class_is_named_and_not_opened() -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, ("exit 1",)

    assert "posix.system" in refused(saved({"model": Bomb()})).why


def test_control_characters_in_names_out_of_a_file_are_spelt_out() -> None:
    refusal = refused(saved(collections.OrderedDict({"a\x1b[31m\n<b>": torch.zeros(1)})))
    assert r"a\x1b[31m\n<b>" in refusal.why
    assert refusal.why.isprintable()


@pytest.mark.parametrize("kept", [1, 2, 4, 30, 100, 1000])
def test_download_that_broke_off_is_told_as_such(kept: int) -> None:
    whole = build(PLAIN)
    assert refused(whole[:-kept]).what == "a damaged archive"
    assert "broke off" in refused(whole[: len(whole) // 2]).why


@pytest.mark.timeout(20)
def test_quotes_without_end_are_read_in_a_moment() -> None:
    with pytest.raises(RefusedError):
        judge(b'"""' * 1_000)
