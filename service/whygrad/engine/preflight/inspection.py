"""Everything that is looked at in an archive before torch is given a single byte of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from whygrad.engine.preflight.code import Reach, judge_code, reaches
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.growth import Growth
from whygrad.engine.preflight.lines import LineReader, are_sound
from whygrad.engine.preflight.pickles import PickleError, Reader, StrangeError, Value
from whygrad.engine.preflight.program import ProgramReader
from whygrad.engine.preflight.refusal import boundless, damaged, foreign
from whygrad.engine.spelling import quoted

MOST_READ = 64 << 20
"""Bytes of code and of pickles, unpacked, that a program may have."""
MOST_CLAIMED = 4
"""How many times over the storages of a program may claim its records; torch reads a record for each claim."""

_VALUES = ("data", "constants")
_LEGACY = "model.json"
RECORDED = "traced_inputs.pkl"
"""The record with the inputs that a program was traced with, which torch does not read."""


@dataclass(frozen=True)
class Found:
    """An operation that reaches beyond the program, and the record of the code that it stands in."""

    record: str
    reach: Reach


@dataclass(frozen=True)
class Inspection:
    """A program that torch may read: whether its weights are there, and what reaches beyond it, for which it is not.

    `broken` are the records of source lines that torch is better not given.
    """

    weights: bool
    found: Found | None
    broken: Sequence[str]


def inspect(directory: Directory) -> Inspection:
    """What an archive holds. Raises RefusedError where torch may not read it."""
    directory.judge()
    names = list(directory.names())
    if any(name.lower() == _LEGACY for name in names):
        foreign(f"the record {_LEGACY} sends torch on another way, of version 1.1")
    lines = [name for name in names if _is_code(name, ".debug_pkl")]
    code = [name for name in names if _is_code(name, ".py")]
    values = [f"{name}.pkl" for name in _VALUES]
    recorded = [RECORDED] if RECORDED in names else []
    if sum(directory.size(name) or 0 for name in [*values, *recorded, *lines, *code]) > MOST_READ:
        boundless(f"its code and its values, without the weights, have more than {MOST_READ >> 20} MiB")
    weights = _judge_values(directory)
    for name in recorded:
        _read_aside(name, ProgramReader(directory.read(name, MOST_READ), directory, ""))
    told = {name: _read_aside(name, LineReader(directory.read(name, MOST_READ))) for name in lines}
    broken = [name for name, value in told.items() if not are_sound(value)]
    return Inspection(weights, _judge_code(directory, code), broken)


def _is_code(name: str, ending: str) -> bool:
    """Whether torch finds code under that name, which it does whatever the case."""
    return name.lower().startswith("code/") and name.lower().endswith(ending)


def _judge_values(directory: Directory) -> bool:
    """Whether the weights are there."""
    claimed, weights = 0, False
    for folder in _VALUES:
        reader = ProgramReader(directory.read(f"{folder}.pkl", MOST_READ), directory, folder)
        try:
            reader.read()
        except PickleError as error:
            _refuse(f"{folder}.pkl", error)
        claimed += reader.claimed
        weights |= reader.weights and folder == "data"
    there = sum(record.size for record in directory.records.values())
    if claimed > MOST_CLAIMED * there:
        boundless(f"its tensors claim {claimed:,} bytes of records that have {there:,}")
    return weights


def _read_aside(name: str, reader: Reader) -> Value:
    """What torch can do without; None where it is only broken."""
    try:
        return reader.read()
    except StrangeError as error:
        _refuse(name, error)
    except PickleError:
        return None


def _refuse(name: str, error: PickleError) -> NoReturn:
    told = f"its record {quoted(name)} is not as torch writes it: {error}"
    if isinstance(error, StrangeError):
        foreign(told)
    damaged(told)


def _judge_code(directory: Directory, names: Sequence[str]) -> Found | None:
    found: list[Found] = []
    growth = Growth()
    for name in names:
        code = _decoded(name, directory.read(name, MOST_READ))
        found.extend(Found(name, reach) for reach in reaches(judge_code(name, code)))
        growth.add(name[len("code/") :].removesuffix(".py").replace("/", "."), code)
    if not found:
        growth.judge()
    return found[0] if found else None


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        foreign(f"its record {quoted(name)} is no text")
