"""What becomes of a diagnosis, told as it happens: server-sent events.

A `progress` comes at the beginning and whenever the diagnosis has changed, an `end` when nothing more will; the data of
both is its status, its verdict, its headline and the passes so far. Each stream is a connection that stays open, so
there are only so many of them, and each for so long: a browser then asks again by itself. `Prefer: wait` always works.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response

from whygrad.jobs.diagnosis import UNFINISHED
from whygrad.web.answers.diagnosis import Diagnosis
from whygrad.web.errors import Problem
from whygrad.web.lookup import found
from whygrad.web.operation import Answer, operation
from whygrad.web.server import stopping
from whygrad.web.service import service

resource = Blueprint("events", __name__)

MEDIA_TYPE = "text/event-stream"
MOST_STREAMS = 50
"""Of one process."""
LONGEST_SECONDS = 600.0
HEARTBEAT_SECONDS = 10.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.03, 1.0

_open: set[Iterator[str]] = set()


@resource.get("/diagnoses/<id:id>/events")
@operation(
    "Follow a diagnosis",
    answers={200: Answer("Server-sent events: `progress`, and `end`", Diagnosis, (MEDIA_TYPE,))},
    problems={404: "no such diagnosis", 503: "as many follow one already as the server allows"},
)
def follow(id: str) -> Response:
    """The events of a diagnosis, until it is finished."""
    found(id)
    if len(_open) >= MOST_STREAMS:
        detail = "As many follow a diagnosis as the service allows. Ask for it with Prefer: wait=10 instead."
        raise Problem(503, detail, headers={"Retry-After": "5"})
    told = _told(id, service().store.progress)
    _open.add(told)
    answer = Response(told, mimetype=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
    answer.call_on_close(lambda: _open.discard(told))
    return answer


def _told(id: str, progress: Callable[[str], dict[str, Any] | None]) -> Iterator[str]:
    """The stream's text. What changes is told late by a tenth of the time since the last change, at most."""
    end = time.monotonic() + LONGEST_SECONDS
    known, changed, spoken = None, time.monotonic(), time.monotonic()
    while not stopping() and time.monotonic() < end:
        now = progress(id)
        if now is None or now["status"] not in UNFINISHED:
            yield _event("end", now or {"status": None})
            return
        if now != known:
            known, changed, spoken = now, time.monotonic(), time.monotonic()
            yield _event("progress", now)
        elif time.monotonic() - spoken > HEARTBEAT_SECONDS:
            spoken = time.monotonic()
            yield ":\n\n"
        time.sleep(min(max(SHORTEST_PAUSE, (time.monotonic() - changed) / 10), LONGEST_PAUSE))


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
