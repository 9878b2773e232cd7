"""The classes of the modules of an exported program, each with a name of its own, and their code."""

from __future__ import annotations

import keyword
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from whygrad.engine.exported.expressions import KINDS, is_plain, text
from whygrad.engine.exported.package import Package, refuse
from whygrad.engine.exported.program import Exported
from whygrad.engine.exported.scopes import DEEPEST, Place
from whygrad.engine.exported.values import Pickle, Tensor
from whygrad.engine.preflight.directory import LONGEST_NAME
from whygrad.engine.preflight.program import WIDTHS
from whygrad.engine.spelling import quoted


class Classes:
    """A class for each module, by the path of the module; `storages` has the record of each storage by its key."""

    def __init__(self, package: Package, program: Exported) -> None:
        self._package, self._program = package, program
        named = {held.path for held in program.held.values()}
        if any(path.count(".") > DEEPEST or len(path) > LONGEST_NAME for path in (*named, *program.kinds)):
            refuse(f"a module in it lies more than {DEEPEST} deep, or has a name that no program needs")
        paths = {"", *program.kinds, *(above for path in {*named, *program.kinds} for above in _above(path))}
        self.names = {p: _class(program.kinds.get(p, ""), number) for number, p in enumerate(sorted(paths))}
        self._below: dict[str, list[str]] = defaultdict(list)
        for path in self.names:
            if path:
                self._below[_owner(path)].append(path)
        self._held: dict[str, dict[str, bool]] = defaultdict(dict)
        for held in program.held.values():
            self._held[_owner(held.path)][_last(held.path)] = held.is_parameter
        self._keys: dict[str, str] = {}

    @property
    def storages(self) -> dict[str, str]:
        """Known once the values were written."""
        return {key: record for record, key in self._keys.items()}

    def values(self) -> bytes:
        """The modules with their tensors, pickled."""
        pickle = Pickle()
        self._module(pickle, "")
        return pickle.finished()

    def code(self, path: str) -> Iterator[tuple[str, Place | None]]:
        """The lines of the class of the module at a path, and where in the original source each comes from."""
        held, name = self._held[path], self.names[path]
        yield f"class {_last(name)}(Module):", None
        for title, chosen in (("__parameters__", True), ("__buffers__", False)):
            listed = "".join(f"{text(each)}, " for each, is_parameter in held.items() if is_parameter is chosen)
            yield f"  {title} = [{listed}]", None
        for each in held:
            yield f"  {_declared(each)} Tensor", None
        yield "  training : bool", None
        for below in self._below[path]:
            yield f"  {_declared(_last(below))} {self.names[below]}", None
        for method in self._program.methods.of.get(path, ()):
            for line, place in method:
                head = line.replace("(self", f"(self: {name}", 1) if line.startswith("def ") else f"  {line}"
                yield f"  {head}", place

    def _module(self, pickle: Pickle, path: str) -> None:
        prefix = f"{path}." if path else ""
        state = {name: partial(self._tensor, pickle, f"{prefix}{name}") for name in self._held[path]}
        state["training"] = partial(pickle.plain, True)
        state |= {_last(below): partial(self._module, pickle, below) for below in self._below[path]}
        pickle.instance(self.names[path], state)

    def _tensor(self, pickle: Pickle, path: str) -> None:
        record, meta = self._package.stored(path)
        kind = KINDS.get(meta["dtype"]) or refuse(f"{quoted(path)} has numbers of a kind that is not read")
        sizes, strides = (tuple(int(each["as_int"]) for each in meta[name]) for name in ("sizes", "strides"))
        pickle.tensor(
            Tensor(
                kind,
                self._keys.setdefault(record, str(len(self._keys))),
                self._package.size(record) // WIDTHS[kind],
                int(meta["storage_offset"]["as_int"]),
                sizes,
                strides,
                bool(meta["requires_grad"]),
            )
        )


def _declared(name: str) -> str:
    """The begin of the line that says which type an attribute has."""
    return f"{name} :" if is_plain(name) else f"__annotations__[{text(name)}] ="


def _class(kind: str, number: int) -> str:
    """A name of its own for the class of a module; torch leaves `___torch_mangle_N` out where it shows one."""
    words = re.findall(r"[A-Za-z_]\w*", kind, re.ASCII)
    *above, name = [w for w in words if w not in ("__main__", "locals") and not keyword.iskeyword(w)] or ["Module"]
    return ".".join(["__torch__", *above, f"___torch_mangle_{number}", name])


def _owner(path: str) -> str:
    return path.rpartition(".")[0]


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _above(path: str) -> Iterator[str]:
    """The paths of the modules that a path leads through."""
    while path:
        path = _owner(path)
        yield path
