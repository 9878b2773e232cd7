"""An uploaded file as the archive of a program: every door to torch leads through `judge`."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

from whygrad.engine import exported
from whygrad.engine.observation import EXPORTED, Frame, Refusal
from whygrad.engine.observe.callsites import frame_at
from whygrad.engine.observe.lines import debug_records
from whygrad.engine.outreach import reach
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.inspection import MOST_READ, RECORDED, Found, inspect
from whygrad.engine.preflight.kinds import other_file
from whygrad.engine.preflight.refusal import EXPORT, RefusedError, damaged, foreign
from whygrad.engine.preflight.zips import other_zip
from whygrad.engine.skeleton import skeleton, without


@dataclass(frozen=True)
class Archive:
    """A TorchScript archive: its bytes, whether it was traced, and whether its weights are there.

    An `exported` one was written from an archive of torch.export.
    """

    data: bytes
    weights: bool
    recorded_inputs: bool
    exported: bool = False

    @property
    def format(self) -> str:
        """That of the upload, as a diagnosis names it."""
        return EXPORTED if self.exported else "torchscript"

    @cached_property
    def skeleton(self) -> bytes:
        """The same archive without its floating numbers. Raises RefusedError where one of its records is damaged."""
        return _remade(partial(skeleton, self.data))


def judge(data: bytes) -> Archive:
    """The archive that the bytes are. Raises RefusedError where they are no program, or none that torch may load."""
    if not data.startswith(b"PK\x03\x04"):
        raise RefusedError(other_file(data))
    directory = Directory(data)
    if exported.is_exported(directory):
        return replace(judge(exported.rewritten(directory)), exported=True)
    names = set(directory.names())
    if not {"data.pkl", "constants.pkl"} <= names:
        raise RefusedError(other_zip(directory))
    inspection = inspect(directory)
    if inspection.found is not None:
        raise RefusedError(_reaching(directory, inspection.found))
    if inspection.broken:
        data = _remade(partial(without, data, [f"{directory.top}/{name}" for name in inspection.broken]))
    return Archive(data, inspection.weights, RECORDED in names)


def _remade(make: Callable[[], bytes]) -> bytes:
    """What is made of the records of an archive. Raises RefusedError where one of them is damaged."""
    try:
        return make()
    except (zipfile.BadZipFile, zlib.error, EOFError):
        damaged("one of its records is not what was once written")
    except (ArithmeticError, LookupError, TypeError, ValueError):
        foreign("its storages are not described as torch describes them")


def _reaching(directory: Directory, found: Found) -> Refusal:
    """Why a program is not loaded that holds an operation which reaches beyond it."""
    operation = found.reach.operation
    why = f"its code in {found.record} holds {operation}, which {reach(operation)}"
    what = "a program that reaches beyond itself"
    return Refusal(what, why, EXPORT, operation=operation, place=_place(directory, found))


def _place(directory: Directory, found: Found) -> Frame | None:
    """The line in the original source, None where the archive does not tell."""
    lines = f"{found.record}.debug_pkl"
    if directory.size(lines) is None:
        return None
    records = debug_records(directory.read(lines, MOST_READ))
    return frame_at(directory.read(found.record, MOST_READ).decode(), records, found.reach.at)
