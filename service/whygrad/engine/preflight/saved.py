"""What a pickle holds that is no program: a module, weights, a checkpoint. It is read and never opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from whygrad.engine.observation import Refusal
from whygrad.engine.preflight.operations import OF_PYTHON
from whygrad.engine.preflight.pickles import Made, Name, PickleError, Pid, Reader, Table, Value
from whygrad.engine.preflight.refusal import no_program
from whygrad.engine.spelling import spelt

_MAGIC = 0x1950A86A20F9469CFC6C
_WEIGHTS_FROM = "model = Net()  # the class that these weights were saved from"
_TENSOR = ("torch._utils._rebuild_", "torch._tensor._rebuild_", "torch.nn.parameter.", "torch.storage.")
_PLAIN = ("collections.", "torch.", "numpy.", "builtins.", "_codecs.", "copyreg.", "copy_reg.", "__builtin__.")
_OTHERS = {
    "sklearn": "scikit-learn",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "keras": "Keras",
    "tensorflow": "TensorFlow",
    "pandas": "pandas",
}


class SavedReader(Reader):
    """Reads any pickle, and notes the names in it."""

    operations = OF_PYTHON
    strict = False

    def __init__(self, data: bytes, at: int = 0) -> None:
        super().__init__(data, at)
        self.names: list[str] = []

    def named(self, module: str, name: str) -> Value:
        """The name, noted."""
        self.names.append(f"{module}.{name}")
        return Name(module, name)


def describe(data: bytes, *, from_torch: bool) -> Refusal:
    """What a pickle is, and what to send instead. It may be one that torch wrote before it wrote zip archives."""
    reader = SavedReader(data)
    value = _read(reader)
    if value == _MAGIC:
        from_torch = True
        for _ in range(3):  # a version, the machine that wrote it, and then the value
            value = _read(reader)
    return _describe(value, reader.names, by=", written by torch.save" if from_torch else "", from_torch=from_torch)


def _read(reader: SavedReader) -> Value:
    try:
        return reader.read()
    except PickleError:
        return None


def _describe(value: Value, names: Sequence[str], *, by: str, from_torch: bool) -> Refusal:
    entries = dict(_entries(value))
    if (owner := _class(value)) and _is_module(value):
        return _module(owner, "", by)
    for key, inner in entries.items():
        if (owner := _class(inner)) and _is_module(inner):
            return _module(owner, f"[{spelt(key)!r}]", by)
    if _is_weights(value):
        return _weights(entries, by)
    for key, inner in entries.items():
        if _is_weights(inner):
            return _checkpoint(key, entries, by)
    foreign = [name for name in names if not name.startswith(_PLAIN)]
    if foreign:
        return _other(foreign[0], by)
    if from_torch or _is_tensor(value) or any(name.startswith("torch.") for name in names):
        why = "it holds tensors, but no code that could be run"
        return no_program(f"a pickle of tensors{by}", why, _WEIGHTS_FROM, summary="export the model that they are for")
    if any(name.startswith("numpy.") for name in names):
        return no_program("a pickle of NumPy arrays", "it holds numbers, but no code that could be run")
    return no_program(f"a pickle of plain values{by}", "it holds no program")


def _entries(value: Value) -> Iterator[tuple[str, Value]]:
    """The entries of a dict, also of an ordered one, as far as their keys are texts."""
    if isinstance(value, Made):
        pairs: Iterator[tuple[Value, Value]] = zip(value.items[2::2], value.items[3::2], strict=False)
    else:
        pairs = value.pairs() if isinstance(value, Table) else iter(())
    return ((key, inner) for key, inner in pairs if isinstance(key, str))


def _is_tensor(value: Value) -> bool:
    return isinstance(value, Made) and value.of.startswith(_TENSOR)


def _is_weights(value: Value) -> bool:
    """Whether it is a state_dict: names, most of them of tensors."""
    if isinstance(value, Made) and value.of != "collections.OrderedDict":
        return False
    kinds = [_is_tensor(inner) for _, inner in islice(_entries(value), 1_000)]
    return bool(kinds) and sum(kinds) * 2 > len(kinds)


def _is_module(value: Value) -> bool:
    state = value.items[-1] if isinstance(value, Made) and len(value.items) > 2 else None
    return isinstance(state, Table) and {"_parameters", "_modules"} <= {key for key, _ in _entries(state)}


def _class(value: Value) -> str:
    """The full name of the class of an object."""
    if not isinstance(value, Made):
        return ""
    made = value.arguments[0] if value.of.endswith("._reconstructor") and value.arguments else value.items[0]
    if isinstance(made, Pid):  # torch once wrote the source of a class beside its name
        made = made.items[0].items[1] if len(made.items[0]) > 1 else None
    return made.full if isinstance(made, Name) else ""


def _module(owner: str, key: str, by: str) -> Refusal:
    module, _, name = spelt(owner).rpartition(".")
    needs = f"from {module} import {name}  # opening the file needs this class, and runs its code"
    if module == "__main__":
        needs = f"# run this where the class {name} is defined: opening the file needs it"
    if module.startswith("torch."):
        needs = "import torch"
    what = f"a pickled module of the class {name}" if not key else f"a checkpoint with a pickled module in {key[1:-1]}"
    why = f"it needs the Python class {module}.{name} to be opened, and opening it would run its code"
    load = f'model = torch.load("model.pt", weights_only=False){key}'
    summary = "open it where its class is at hand, and export the module"
    return no_program(f"{what}{by}", why, needs, load, summary=summary)


def _weights(entries: dict[str, Value], by: str) -> Refusal:
    first = next(iter(entries))
    why = f"a state_dict holds numbers and names ({spelt(first)} and {len(entries) - 1} more), but no code"
    load = 'model.load_state_dict(torch.load("model.pt"))'
    summary = "build the model, load these weights into it, and export it"
    return no_program(f"a state_dict{by}", f"{why} that could be run", _WEIGHTS_FROM, load, summary=summary)


def _checkpoint(key: str, entries: dict[str, Value], by: str) -> Refusal:
    others = ", ".join(spelt(k) for k in list(entries)[:6])
    why = f"it holds weights in {spelt(key)!r} and what training needs ({others}), but no code that could be run"
    load = f'model.load_state_dict(torch.load("model.pt", weights_only=False)[{spelt(key)!r}])'
    lines = [_WEIGHTS_FROM, load]
    if "pytorch-lightning_version" in entries:
        lines = ['model = Net.load_from_checkpoint("model.ckpt")  # the class of your LightningModule']
    summary = "build the model, load the weights of the checkpoint into it, and export it"
    return no_program(f"a training checkpoint{by}", why, *lines, summary=summary)


def _other(name: str, by: str) -> Refusal:
    made_by = next((told for root, told in _OTHERS.items() if name.startswith(f"{root}.")), None)
    if made_by is not None:
        why = f"it holds {spelt(name)}, and no gradient passes through that"
        return no_program(f"a pickle of {made_by}", why)
    why = f"it needs the Python class {spelt(name)} to be opened, and opening it would run its code"
    return no_program(f"a pickled object{by}", why)
