"""What a zip archive is that holds no TorchScript program, told from the names of its records."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whygrad.engine.observation import Refusal
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.refusal import BUILD, no_program
from whygrad.engine.preflight.saved import describe
from whygrad.engine.spelling import quoted

MOST_PICKLED = 16 << 20
"""Bytes of a pickle that is read only to say what it is."""

_REWRITE = "a model of another library has to be written anew in PyTorch to be looked into here"
_UNPACK = "unpack it, and send the file itself"
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic")
_PROGRAMS = (".pt", ".pth", ".ts", ".torchscript", ".ptl", ".jit")
_WEIGHTS = (".safetensors", "pytorch_model.bin")

Test = Callable[[list[str]], bool]


def _has(*endings: str) -> Test:
    """Whether a name ends so."""
    return lambda names: any(name.endswith(endings) for name in names)


def _all(*endings: str) -> Test:
    """Whether every file's name ends so."""
    return lambda names: all(name.lower().endswith(endings) for name in names if not name.endswith("/"))


def _named(*wanted: str) -> Test:
    """Whether these are all there, below any folder."""
    return lambda names: all(any(name == one or name.endswith(f"/{one}") for name in names) for one in wanted)


def _below(folder: str) -> Test:
    """Whether something lies in a folder of that name."""
    return lambda names: any(name.startswith(f"{folder}/") or f"/{folder}/" in name for name in names)


_FACE = (
    "from transformers import AutoModel",
    'model = AutoModel.from_pretrained("the folder", torchscript=True)',
)

KINDS: Sequence[tuple[Test, Refusal]] = (
    (
        _named("serialized_exported_program.json"),
        no_program(
            "an archive of torch.export, of torch 2.7 or older",
            "its tensors are pickled; torch 2.9 and newer write them as they are",
            'model = torch.export.load("model.pt2").module()',
            summary="export the model with torch.export.export of torch 2.9 or newer, or with torch.jit.script",
        ),
    ),
    (
        lambda names: _named("model.json")(names) and _below("code")(names),
        no_program("a TorchScript archive of torch 1.1 or older", "torch no longer reads it"),
    ),
    (
        _named(".data/extern_modules"),
        no_program(
            "a package of torch.package",
            "it is opened by running the Python code in it",
            'importer = torch.package.PackageImporter("model.pt")',
            'model = importer.load_pickle("model", "model.pkl")  # the names that it was saved with',
            summary="open it where you trust it, and export the module",
        ),
    ),
    (_named("MAR-INF/MANIFEST.json"), no_program("an archive of TorchServe", _UNPACK, summary=_UNPACK)),
    (_named("config.json", "model.weights.h5"), no_program("a Keras model", _REWRITE)),
    (_has("saved_model.pb"), no_program("a SavedModel of TensorFlow", _REWRITE)),
    (_has(".mlmodel"), no_program("a Core ML model", "it keeps a graph for inference: nothing in it can be trained")),
    (_named("[Content_Types].xml"), no_program("an office document", "it holds no program")),
    (_named("META-INF/MANIFEST.MF"), no_program("a Java archive", "it holds no PyTorch program")),
    (_has(".dist-info/WHEEL"), no_program("a Python package", "it holds source, not an exported program")),
    (_all(".npy"), no_program("an archive of NumPy arrays", "it holds numbers, but no code that could be run")),
    (_all(*_PICTURES), no_program("a zip archive of pictures", "it holds no program")),
    (
        _has(*_WEIGHTS),
        no_program(
            "a zip archive with a model folder of Hugging Face",
            "it holds numbers and a configuration, but no code that could be run",
            *_FACE,
            summary="load the folder, and export the model",
        ),
    ),
)
"""Tried in this order, on the names of all records."""


def other_zip(directory: Directory) -> Refusal:
    """What an archive is that holds no TorchScript program. Raises RefusedError where it is damaged."""
    names = list(directory.records)
    if not names:
        return no_program("an empty zip archive", "there is nothing in it")
    if "data.pkl" in set(directory.names()):
        return describe(directory.read("data.pkl", MOST_PICKLED), from_torch=True)
    for test, refusal in KINDS:
        if test(names):
            return refusal
    inside = next((name for name in names if name.lower().endswith(_PROGRAMS)), None)
    if inside is not None:
        return no_program(f"a zip archive with {quoted(inside)} in it", _UNPACK, BUILD, summary=_UNPACK)
    return no_program("a zip archive of other files", f"it holds {quoted(names[0])}, and no TorchScript program")
