"""The arguments of an exported operation as expressions of TorchScript."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from whygrad.engine.exported.package import Json, refuse
from whygrad.engine.spelling import quoted

Named = Callable[[str], str]
"""The expression for a value by its name in the graph."""

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_WORDS = {*keyword.kwlist, "self", "torch", "ops", "annotate", "inf", "nan", "uninitialized", "CONSTANTS", "getattr"}
_MEMORY_FORMATS = {1: 0, 2: 2, 3: 3, 4: 1}
"""From the numbers of the schema to those of torch: contiguous, channels last, channels last in 3-D, preserve."""
_STRIDED = 7
_NAMES = [
    "Byte",
    "Char",
    "Short",
    "Int",
    "Long",
    "Half",
    "Float",
    "Double",
    "ComplexHalf",
    "ComplexFloat",
    "ComplexDouble",
    "Bool",
    "BFloat16",
]
KINDS = dict(enumerate(_NAMES, 1))
"""The kinds of numbers by their numbers in the schema, as torch names their storages."""
_BFLOAT16 = 15


def is_plain(name: str) -> bool:
    """Whether a name can stand in TorchScript as it is."""
    return bool(_IDENTIFIER.fullmatch(name)) and name not in _WORDS


def plain(name: str) -> str:
    """The name as it is. Raises ValueError where it is none."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(name)
    return name


def identifier(name: str) -> str:
    """The name as TorchScript may use it. Raises ValueError where it is none."""
    return f"{plain(name)}_" if name in _WORDS else plain(name)


def member(owner: str, name: str) -> str:
    """The expression for an attribute of a module."""
    return f"{owner}.{name}" if is_plain(name) else f"getattr({owner}, {text(name)})"


def text(value: str) -> str:
    """A text as torch prints it: what is not ASCII as the octal numbers of its bytes."""
    return '"' + "".join(chr(b) if _is_printed(b) else f"\\{b:03o}" for b in value.encode()) + '"'


def _is_printed(byte: int) -> bool:
    return 0x20 <= byte < 0x7F and byte not in b'"\\'


def names_in(argument: Json) -> Iterator[str]:
    """The names of all values that an argument reads."""
    for kind, value in argument.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and kind not in ("as_device", "as_graph", "as_complex"):
                inner = each.get("as_tensor", each)
                name = inner.get("name", inner.get("as_name")) if isinstance(inner, Mapping) else None
                if name:
                    yield name


def expression(argument: Json, named: Named) -> str:
    """An argument. Raises RefusedError for one of a kind that has no place in TorchScript."""
    ((kind, value),) = argument.items()
    single = _single(kind, value, named)
    if single is not None:
        return single
    if kind in _LISTS:
        element, written = _LISTS[kind]
        return _listed([written(each) for each in value], element)
    if kind == "as_tensors":
        return _listed([named(each["name"]) for each in value], "Tensor")
    if kind == "as_optional_tensors":
        items = [named(each["as_tensor"]["name"]) if "as_tensor" in each else "None" for each in value]
        return f"annotate(List[Optional[Tensor]], [{', '.join(items)}])"
    if kind in ("as_sym_ints", "as_sym_floats", "as_sym_bools"):
        return _listed([_symbol(each, named) for each in value], kind.removeprefix("as_sym_").removesuffix("s"))
    return refuse(f"an operation in it takes an argument of the kind {quoted(kind)}")


def _single(kind: str, value: Any, named: Named) -> str | None:
    """An argument that is no list."""
    match kind:
        case "as_none":
            return "None"
        case "as_tensor":
            return named(value["name"])
        case "as_optional_tensor":
            return named(value["as_tensor"]["name"]) if "as_tensor" in value else "None"
        case "as_int" | "as_float" | "as_bool":
            return _NUMBERS[kind](value)
        case "as_complex":
            return f"complex({_number(value['real'])}, {_number(value['imag'])})"
        case "as_scalar_type":
            return _integer(_kind(value))
        case "as_memory_format":
            return _integer(_MEMORY_FORMATS[value])
        case "as_layout":
            return "0" if value == _STRIDED else refuse("it holds tensors that are sparse")
        case "as_string":
            return text(value)
        case "as_device":
            return f"torch.device({text(value['type'])})"
        case "as_sym_int" | "as_sym_float" | "as_sym_bool":
            return _symbol(value, named)
    return None


def _kind(value: int) -> int:
    """The number that torch itself has for a kind."""
    if value not in KINDS:
        refuse("it computes in float8, or in unsigned integers of more than 8 bits")
    return _BFLOAT16 if KINDS[value] == "BFloat16" else value - 1


def _symbol(value: Json, named: Named) -> str:
    """A number that was computed, or one that stands beside such in a list."""
    ((kind, held),) = value.items()
    if kind == "as_name":
        return named(held)
    return _NUMBERS[kind](held)


def _listed(items: Sequence[str], element: str) -> str:
    return f"[{', '.join(items)}]" if items else f"annotate(List[{element}], [])"


def _integer(value: Any) -> str:
    return str(int(value))


def _truth(value: Any) -> str:
    return str(bool(value))


def _number(value: Any) -> str:
    return repr(float(value))


_LISTS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "as_ints": ("int", _integer),
    "as_floats": ("float", _number),
    "as_bools": ("bool", _truth),
    "as_strings": ("str", text),
}
"""For each kind of list the type of its elements and how they are written."""
_NUMBERS: Mapping[str, Callable[[Any], str]] = {"as_int": _integer, "as_float": _number, "as_bool": _truth}
