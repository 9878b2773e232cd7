"""The diagnoses of a service, one at a time: submitted, asked for until they are finished, cancelled."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from whygrad_client.errors import (
    Conflict,
    ConnectionFailed,
    Invalid,
    NotADiagnosis,
    NotAService,
    NotFound,
    ProblemError,
    TimedOut,
    WhygradError,
    problem,
)
from whygrad_client.report import Report
from whygrad_client.transport import Call, Transport
from whygrad_client.upload import Content, Form, Program, Progress

_PAUSE = 0.2
_HASHED_FROM = 1_000_000
"""Bytes from which on it is quicker to ask whether the service has a program than to send it."""
_AGAIN = "the diagnosis may come to its end all the same, ask again for {}"


def place(id: str) -> str:
    """Where a diagnosis is."""
    return f"/diagnoses/{quote(id, safe='')}"


class Diagnoses:
    """Those of the service that `transport` leads to."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def submit(
        self,
        program: Program,
        request: Mapping[str, Any],
        progress: Progress | None = None,
        wait: float = 0,
        key: str | None = None,
    ) -> Report:
        """The diagnosis of a program that is sent where the service does not have it, after `wait` seconds at most.

        By the same `key` it is the same diagnosis, however often it is asked for.
        """
        key = key or uuid.uuid4().hex
        if program.size >= _HASHED_FROM:
            self._provide(program, progress)
            try:
                return self.run(program.sha256, program.name, request, key, wait)
            except Invalid as error:
                if [entry.get("pointer") for entry in error.errors] != ["/model_id"]:
                    raise  # else the service had it, until its last diagnosis was deleted just now
        return self._post(Form({"request": request}, Content(program, progress)), key, wait)

    def run(self, sha256: str, name: str, request: Mapping[str, Any], key: str, wait: float = 0) -> Report:
        """The diagnosis of a program that the service has, as `submit`. Raises Invalid where it does not."""
        return self._post(Form({"request": request, "model_id": sha256, "name": name}), key, wait)

    def get(self, id: str, wait: float, *, leaving: bool = False) -> Report:
        """One as it stands, after `wait` seconds at most."""
        return self._diagnosis(Call("GET", place(id), wait, leaving=leaving))

    def ask(self, id: str, wait: float) -> Report:
        """As `get`; what goes wrong says that it is there to be asked for again."""
        try:
            return self.get(id, wait)
        except NotFound:
            raise
        except ProblemError as error:
            detail = f"{error.detail} ({_AGAIN.format(id)})"
            raise problem(error.status, detail, error.errors, error.retry_after, error.location) from error
        except (ConnectionFailed, NotAService, NotADiagnosis) as error:
            raise type(error)(f"{error}; {_AGAIN.format(id)}") from error

    def follow(self, report: Report, every: float, seconds: float | None = None) -> Iterator[Report]:
        """One as it stands: at once, then `every` so many seconds, until it is finished or `seconds` are over."""
        deadline = time.monotonic() + seconds if seconds is not None else float("inf")
        yield report
        while report.id and not report.finished and (left := deadline - time.monotonic()) > 0:
            asked = time.monotonic()
            report = self.ask(report.id, min(every, left))
            yield report
            if not report.finished:
                time.sleep(max(0.0, asked + _PAUSE - time.monotonic()))

    def cancel(self, id: str, *, leaving: bool = False) -> Report:
        """One that is cancelled where it was not finished."""
        return self._diagnosis(Call("DELETE", place(id), query={"keep": "finished"}, leaving=leaving))

    def abandon(self, report: Report) -> None:
        """Cancel one that nobody else knows of, if that can be had in a moment: who asked for it is leaving."""
        with suppress(WhygradError):
            self.cancel(report.id or "", leaving=True)

    def give_up(self, report: Report, why: str) -> Report:
        """What came to its end after all; else it is cancelled. Raises TimedOut, which says why."""
        told = f"{why}: it was {report.status}"
        try:
            ended = self.cancel(report.id or "")
        except WhygradError as error:
            raise TimedOut(f"{told}, and could not be cancelled: {error}") from error
        if ended.status != "cancelled":
            return ended
        raise TimedOut(f"{told}, and is cancelled")

    def _provide(self, program: Program, progress: Progress | None) -> None:
        """Let the service have the program."""
        stored = f"/models/{program.sha256}"
        try:
            self._transport.send(Call("HEAD", stored))
        except NotFound:
            body = Content(program, progress)
            self._transport.send(Call("PUT", stored, body=body, content_type=body.content_type))

    def _post(self, form: Form, key: str, wait: float) -> Report:
        call = Call("POST", "/diagnose", wait, body=form, content_type=form.content_type, idempotency_key=key)
        try:
            return self._taken(call)
        except KeyboardInterrupt:  # it may have been taken, and nobody else knows of it
            with suppress(WhygradError):
                self.abandon(self._taken(replace(call, wait=0, leaving=True)))
            raise

    def _taken(self, call: Call) -> Report:
        """The diagnosis that a call asks for; it is the same one each time."""
        try:
            return self._diagnosis(call)
        except Conflict as error:  # it was taken before, and the answer was lost
            if not error.location:
                raise
            return self.get(error.location.rpartition("/")[2], call.wait, leaving=call.leaving)

    def _diagnosis(self, call: Call) -> Report:
        """The diagnosis that is answered, which can be asked for again where it is not finished."""
        report = Report.read(self._transport.json(call))
        if not (report.finished or report.id):
            raise NotAService(f"the answer is not one of a whygrad service: a diagnosis, {report.status}, has no id")
        return report
