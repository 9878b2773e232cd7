"""JSON as typed, frozen objects: what a field of a dataclass says of its type is what the JSON must hold there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Told:
    """Something that a service said; `document` is all of it, also what this class does not know."""

    document: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


class MisreadError(ValueError):
    """The JSON is not of the type that it should be; the text says where."""


def read(kind: type[T], value: Any, where: str = "") -> T:
    """The value as a `kind`. A field that is missing, or null, has its default; one that is unknown is passed over.

    Raises MisreadError.
    """
    loaded: T = _read(kind, value, where)
    return loaded


def _read(kind: Any, value: Any, where: str) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, UnionType):
        (wanted,) = (option for option in inner if option is not NoneType)
        return None if value is None else _read(wanted, value, where)
    if origin is tuple:
        return tuple(_read(inner[0], entry, f"{where}/{n}") for n, entry in enumerate(_require(list, value, where)))
    if origin is Mapping:
        return _require(dict, value, where)
    if issubclass(kind, Told):
        return _object(kind, _require(dict, value, where), where)
    return _moment(value, where) if kind is datetime else _plain(kind, value, where)


def _object(kind: Any, value: dict[str, Any], where: str) -> Any:
    """Where a field is missing or null its default is taken, by leaving it out."""
    given = {}
    for declared in fields(kind):
        name = declared.name
        if value.get(name) is not None:
            given[name] = _read(_hints(kind)[name], value[name], f"{where}/{name}")
        elif _is_required(declared):
            raise MisreadError(f"{where or 'the object'} has no {name}")
    return kind(**(given | {"document": value}))


def _is_required(declared: Field[Any]) -> bool:
    return declared.default is MISSING and declared.default_factory is MISSING


def _plain(kind: type, value: Any, where: str) -> Any:
    """A text, a number or a truth value: no 1 for true, but 1 for 1.0."""
    if kind is float and type(value) is int:
        return value
    if type(value) is not kind:
        raise MisreadError(f"{where or 'the value'} is {_told(value)}, not {kind.__name__}")
    return value


def _moment(value: Any, where: str) -> datetime:
    try:
        return datetime.fromisoformat(_require(str, value, where))
    except ValueError as error:
        raise MisreadError(f"{where} is no moment") from error


def _require(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, kind):
        raise MisreadError(f"{where or 'the value'} is {_told(value)}, not {kind.__name__}")
    return value


def _told(value: Any) -> str:
    return "null" if value is None else type(value).__name__


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
