"""Everything that is looked at in an archive before torch is given a single byte of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from whygrad.engine.preflight.code import Reach, judge_code, reaches
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.growth import Growth
from whygrad.engine.preflight.operations import OF_LINES
from whygrad.engine.preflight.pickles import Name, PickleError, Reader, StrangeError, Value
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


class LineReader(Reader):
    """Reads the records that lead from the code back to the lines of the original source."""

    operations = OF_LINES

    def named(self, module: str, name: str) -> Value:
        """The one name that stands in such a record. Raises StrangeError for every other."""
        if (module, name) != ("torch.jit._pickle", "build_intlist"):
            raise StrangeError(f"it names {quoted(f'{module}.{name}')}")
        return Name(module, name)


@dataclass(frozen=True)
class Inspection:
    """A program that torch may read: whether its weights are there, and what reaches beyond it, for which it is not."""

    weights: bool
    found: Found | None


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
        _judge_aside(name, ProgramReader(directory.read(name, MOST_READ), directory, ""))
    for name in lines:
        _judge_aside(name, LineReader(directory.read(name, MOST_READ)))
    return Inspection(weights, _judge_code(directory, code))


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


def _judge_aside(name: str, reader: Reader) -> None:
    """Judge what torch can do without: where it is only broken, it costs the lines and nothing else."""
    try:
        reader.read()
    except StrangeError as error:
        _refuse(name, error)
    except PickleError:
        return


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
