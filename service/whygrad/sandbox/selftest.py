"""A zygote tries its jail before it says that it is ready: a program whose diagnosis is known, in a child like any."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from whygrad.sandbox import page, reference, wire
from whygrad.sandbox.task import Isolation, Limits

LIMITS = Limits(seconds=20, memory_bytes=2**30)
PASSES = ["structure", "numeric", "replay"]


class Failed(Exception):  # noqa: N818 - named after what is so
    """The jail does not hold what it should, or holds too much; the text says which, and what the child told."""


def try_jail(start: Callable[[list[int]], int]) -> Isolation:
    """Have `start` fork a child with the descriptors of `child.Ends`, and read its diagnosis. Raises Failed.

    What it needs to be right: a forward and a backward with and without numbers, torch's own executor, and a fix that
    is made and run.
    """
    documents, writer = os.pipe()
    descriptors = [_file(json.dumps(_task()).encode()), _file(reference.cut()), writer, page.make()]
    pid = start(descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    inbox = wire.Inbox(LIMITS.document_bytes)
    with open(documents, "rb") as sent:
        list(inbox.feed(sent.read()))
    _, status = os.waitpid(pid, 0)
    if inbox.isolation is None or inbox.graph is None or not _is_right(inbox.document):
        raise Failed(f"exit code {os.waitstatus_to_exitcode(status)}; {inbox.detail or 'a wrong diagnosis'}")
    return inbox.isolation


def _task() -> dict[str, Any]:
    return {"kind": "examine", "request": reference.CUT, "draw": True, "limits": asdict(LIMITS)}


def _is_right(document: dict[str, Any] | None) -> bool:
    told = document or {"findings": [], "passes": []}
    found = [(finding["code"], finding["fix"]["verified"]) for finding in told["findings"]]
    return found == [("CUT101", True)] and [run["name"] for run in told["passes"] if run["ran"]] == PASSES


def _file(content: bytes) -> int:
    descriptor = os.memfd_create("selftest")
    os.write(descriptor, content)
    return descriptor
