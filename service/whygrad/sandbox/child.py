"""The child: one task, run by the engine behind the limits, then gone."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from whygrad.engine import describe, examine, locate
from whygrad.engine.memory import is_out_of_memory
from whygrad.sandbox import limits, wire
from whygrad.sandbox.page import Progress
from whygrad.sandbox.task import Limits

MOST_THREADS = 8  # each takes address space for its stack and its heap, out of the budget of the program


@dataclass(frozen=True)
class Ends:
    """The descriptors that a child keeps: its task (JSON), the upload, the pipe for documents, the progress page."""

    task: int
    upload: int
    documents: int
    page: int


def run(ends: Ends, *, zygote: int, set_threads: Callable[[int], None]) -> NoReturn:
    """Do the task that lies in `ends.task`; the exit status says how it went."""
    status = wire.FAILED
    try:
        os.setsid()
        limits.keep_only([ends.task, ends.upload, ends.documents, ends.page])
        status = _work(ends, zygote, set_threads)
    finally:
        os._exit(status)


def _work(ends: Ends, zygote: int, set_threads: Callable[[int], None]) -> int:
    task = json.loads(_content(ends.task))
    bounds = Limits(**task["limits"])
    progress = Progress(ends.page)
    threads = min(len(os.sched_getaffinity(0)), MOST_THREADS)
    set_threads(threads)
    limits.apply(bounds, parent=zygote, threads=threads)
    try:
        _engine(task, _content(ends.upload), lambda document: _send(ends, "document", document), progress)
    except BaseException as error:
        if is_out_of_memory(error):
            return wire.OUT_OF_MEMORY
        _send(ends, "detail", "".join(traceback.format_exception(error))[-wire.MAX_DETAIL :])
        return wire.FAILED
    return wire.FINISHED


def _engine(task: dict[str, Any], upload: bytes, emit: Callable[[dict[str, Any]], None], progress: Progress) -> None:
    request = task["request"]
    match task["kind"]:
        case "examine":
            examine.examine(upload, request, emit=emit, progress=progress)
        case "describe":
            emit(describe.describe(upload))
        case "locate":
            emit(locate.locate(upload, request, request["node"]))


def _send(ends: Ends, kind: Any, value: Any) -> None:
    data = memoryview(wire.line(kind, value))
    while data:
        data = data[os.write(ends.documents, data) :]


def _content(descriptor: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        return file.read()
