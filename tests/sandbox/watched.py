"""`python -m tests.sandbox.watched [beside] FOLDER...`: the programs of `tests/cases` in warm children, jailed.

A folder of another place is given by its path, and of `FOLDER:6` every sixth program is run. With `beside`, each runs
free as well, and whether that told the same is told.

In the jail each call that is not allowed ends the child with the stack of who made it, and each import or opening of a
file that Python is asked for is noted. One line of JSON for each program. It is a process of its own: whatever else
had been imported would hide what the warming forgets.
"""

from __future__ import annotations

import errno
import faulthandler
import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import pyseccomp
import torch
from tests.cases.case import FOLDER, Case, cases_in

from whygrad.engine import examine
from whygrad.sandbox import seccomp, warming
from whygrad.sandbox.lockdown import lockdown
from whygrad.sandbox.task import Limits

LIMITS = Limits(seconds=60, memory_bytes=2**32)
THREADS = 2
LAZY = ("import", "open", "os.", "ctypes.dlopen", "subprocess.", "socket.")

BESIDE = "beside"

Told = dict[str, Any]


def main(folders: list[str]) -> None:
    """Warm up as a zygote does, then fork a child for each program of these folders, or two."""
    torch.set_num_threads(1)
    warming.warm()
    assert "torch._dynamo.eval_frame" not in sys.modules, "torch's compiler was imported, for nothing"
    calls = loud_filter()
    examine.LEAST_SECONDS = LIMITS.seconds  # a busy machine is no reason to prove less
    for case in (case for folder in folders if folder != BESIDE for case in chosen(folder)):
        filters = [calls, None] if BESIDE in folders else [calls]
        jailed, *free = [told(*child) for child in [begun(case, filtered) for filtered in filters]]
        print(json.dumps({"id": case.id, **jailed, "same": [same(jailed, one) for one in free]}), flush=True)


def chosen(folder: str) -> list[Case]:
    """The programs of a folder, or of `FOLDER:6` every sixth."""
    name, _, step = folder.partition(":")
    return cases_in(FOLDER / name)[:: int(step or 1)]


def loud_filter() -> bytes:
    """The filter of calls, with a signal in the place of a quiet refusal."""
    fail = pyseccomp.ERRNO
    pyseccomp.ERRNO = lambda number: pyseccomp.TRAP if number == errno.EPERM else fail(number)
    return seccomp.build()


def begun(case: Case, calls: bytes | None) -> tuple[int, int]:
    """A child that examines the program, and where it will be heard."""
    assert len(os.listdir("/proc/self/task")) == 1
    upload, (reader, writer), parent = case.upload(), os.pipe(), os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            torch.set_num_threads(THREADS)
            if calls is not None:
                lockdown(LIMITS, keep=[writer], parent=parent, calls=calls)
            watched(case, upload, writer)
        finally:
            os._exit(1)
    os.close(writer)
    return pid, reader


def told(pid: int, reader: int) -> Told:
    """The diagnosis, what the child tried to load, and the stack where it made a call that it may not."""
    with open(reader, "rb") as file:
        sent = file.read()
    _, status = os.waitpid(pid, 0)
    return json.loads(sent) if status == 0 else {"document": None, "tried": [], "stack": sent.decode()}


def watched(case: Case, upload: bytes, writer: int) -> None:
    """Examine a program, and leave with the diagnosis told."""
    documents: list[Told] = []
    tried: list[str] = []
    faulthandler.register(signal.SIGSYS, file=writer, all_threads=False, chain=True)
    sys.addaudithook(lambda event, told: tried.append(f"{event} {told[0]}") if event.startswith(LAZY) else None)
    examine.examine(upload, case.request, emit=documents.append)
    os.write(writer, json.dumps({"document": documents[-1], "tried": tried, "stack": ""}, allow_nan=False).encode())
    os._exit(0)


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two children told the same, but for how long it took."""
    return one["document"] is not None and timeless(one["document"]) == timeless(other["document"])


def timeless(value: Any) -> Any:
    """A document without its times."""
    if isinstance(value, list):
        return [timeless(item) for item in value]
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in ("ms", "timing")}
    return value


if __name__ == "__main__":
    main(sys.argv[1:])
