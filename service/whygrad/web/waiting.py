"""Waiting for a job, as long as the client would: `Prefer: wait=N`."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from flask import request

from whygrad.jobs.diagnosis import UNFINISHED
from whygrad.web.server import stopping
from whygrad.web.service import service

SHORTEST_PAUSE = 0.01
LONGEST_PAUSE = 0.25

_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d+)', re.IGNORECASE)


@dataclass(frozen=True)
class Patience:
    """How many seconds a request waits, and the header that says so where it was asked for."""

    seconds: float
    headers: dict[str, str]


def patience(default: float) -> Patience:
    """What the request prefers, else `default`; never more than the server allows."""
    most = service().settings.max_wait_seconds
    preferred = _WAIT.search(",".join(request.headers.getlist("Prefer")))
    if preferred is None:
        return Patience(min(default, most), {})
    seconds = min(float(preferred[1]), most)
    return Patience(seconds, {"Preference-Applied": f"wait={seconds:.0f}"})


def wait_for(job: str, seconds: float) -> None:
    """Return when the job is finished, or gone, or `seconds` are over, or this process is to end.

    It looks again after a tenth of the time it has waited, so that an answer is late by a tenth at most.
    """
    start = time.monotonic()
    while service().store.status(job) in UNFINISHED and not stopping():
        waited = time.monotonic() - start
        if waited >= seconds:
            return
        time.sleep(min(max(SHORTEST_PAUSE, waited / 10), LONGEST_PAUSE, seconds - waited))
