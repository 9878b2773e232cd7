"""The service from Python."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar, Unpack
from urllib.parse import parse_qs, quote, urlsplit

from whygrad_client import reading
from whygrad_client.answers import Explanation, Mutes, Rule, RulePage, Rules, Summaries, Summary, UploadLink
from whygrad_client.diagnoses import Diagnoses, place
from whygrad_client.errors import NotAService
from whygrad_client.options import Inputs, Options, request
from whygrad_client.report import Mute, Report
from whygrad_client.transport import Call, Transport
from whygrad_client.upload import Program, Progress, Sendable

_FIRST_WAIT = 1.0
_ONE_WAIT = 30.0
_WATCHED = 1.0

T = TypeVar("T")


class Client:
    """A whygrad service at `base_url`. Close it, or use it in a `with`.

    `key` is sent where the service asks for one; by default that of the environment, WHYGRAD_KEY. `timeout` is how many
    seconds the service may be silent, beyond what it is asked to wait. Whatever goes wrong is a WhygradError:
    ConnectionFailed, NotAService, or a ProblemError, which holds the service's own words. What fails only for a moment
    is asked again, five times at most; a diagnosis is never made twice by that.
    """

    def __init__(self, base_url: str, key: str | None = None, timeout: float = 30.0) -> None:
        """Raises Misconfigured where `base_url` is no http address, or `key` or `timeout` cannot be one."""
        self._transport = Transport(base_url, key or os.environ.get("WHYGRAD_KEY"), timeout)
        self._diagnoses = Diagnoses(self._transport)

    @property
    def base_url(self) -> str:
        """The address of the service."""
        return self._transport.base_url

    def diagnose(
        self,
        model: Sendable,
        inputs: Inputs = None,
        *,
        target: Any = None,
        name: str | None = None,
        progress: Progress | None = None,
        watch: Callable[[Report], None] | None = None,
        seconds: float | None = None,
        **options: Unpack[Options],
    ) -> Report:
        """The finished diagnosis of a program: a path, or its bytes.

        `inputs` is the short form (`"1x3x224x224; 2:int64[0,10)"`), or a list with a short form, a tensor, a
        description of the request document or a plain value for each argument; None takes what the file recorded.
        `target` is that of a loss of torch.nn.functional, in the same words. `progress` is called with how many bytes
        of how many have left, `watch` about once a second with the report as it stands; a large program that the
        service has is not sent again. What has no end within `seconds`, counted from the first answer on, is cancelled.
        Raises also TimedOut then, Unreadable where the file cannot be read, NotARequest where a short form is none,
        NotAnInput where no request can say a value, and TypeError where `model` is neither path nor bytes.
        """
        wait, every = _FIRST_WAIT if seconds is None else 0, _WATCHED if watch else _ONE_WAIT
        asked, lost = request(inputs, options, target)
        report = self._diagnoses.submit(Program.of(model, name), asked, progress, wait)
        try:
            for report in self._diagnoses.follow(report, every, seconds):  # noqa: B020 - it goes on
                if watch:
                    watch(report)
        except KeyboardInterrupt:
            self._diagnoses.abandon(report)
            raise
        if not report.finished:
            report = self._diagnoses.give_up(report, f"no diagnosis after {seconds:g} s")
        return _noted(report, lost)

    def submit(
        self,
        model: Sendable,
        inputs: Inputs = None,
        *,
        target: Any = None,
        name: str | None = None,
        progress: Progress | None = None,
        **options: Unpack[Options],
    ) -> Report:
        """As `diagnose`, but without waiting: the report names its `id`."""
        asked, lost = request(inputs, options, target)
        return _noted(self._diagnoses.submit(Program.of(model, name), asked, progress, wait=0), lost)

    def get(self, id: str, *, wait: float = 0) -> Report:
        """A diagnosis as it stands, after at most `wait` seconds of waiting for its end (the service caps them)."""
        return self._diagnoses.get(id, wait)

    def wait(self, id: str, *, seconds: float | None = None) -> Report:
        """The finished diagnosis; after `seconds`, as it stands then (see `Report.finished`)."""
        *_, report = self.follow(id, seconds=seconds)
        return report

    def follow(self, id: str, *, every: float = _ONE_WAIT, seconds: float | None = None) -> Iterator[Report]:
        """The diagnosis as it stands: at once, then `every` so many seconds at the latest, until it is finished.

        After `seconds`, as it stands then, and no more.
        """
        return self._diagnoses.follow(self._diagnoses.ask(id, 0), every, seconds)

    def page(self, id: str) -> str:
        """The address of a diagnosis, which a browser shows as a page."""
        return self.base_url + place(id)

    def cancel(self, id: str) -> Report:
        """The diagnosis, cancelled where it was not finished; a finished one stays as it is."""
        return self._diagnoses.cancel(id)

    def delete(self, id: str) -> None:
        """Delete a diagnosis, and its program with the last of them; one that is not finished is cancelled first."""
        self.cancel(id)
        self._transport.send(Call("DELETE", place(id)))

    def list(
        self,
        *,
        verdict: str | None = None,
        code: str | None = None,
        model: str | None = None,
        since: datetime | str | None = None,
    ) -> Iterator[Summary]:
        """The diagnoses, newest first, asked for page by page as they are needed.

        `verdict` and `code` narrow them, `model` is the sha256 of a program, `since` a moment.
        """
        moment = since.astimezone().isoformat() if isinstance(since, datetime) else since
        given = {"verdict": verdict, "code": code, "model": model, "since": moment, "limit": "100"}
        query = {name: value for name, value in given.items() if value is not None}
        while True:
            page = _typed(Summaries, self._transport.json(Call("GET", "/diagnoses", query=query)))
            yield from page.diagnoses
            if not page.next:
                return
            query["cursor"] = _cursor(page.next)

    def explain(self, text: str) -> Explanation:
        """What an error message or a traceback can mean, the likeliest first."""
        return _typed(Explanation, self._told("POST", "/explain", {"text": text}))

    def rules(self) -> tuple[Rule, ...]:
        """Every rule in short."""
        return _typed(Rules, self._transport.json(Call("GET", "/rules"))).rules

    def rule(self, code: str) -> RulePage:
        """A rule with its documentation."""
        return _typed(RulePage, self._transport.json(Call("GET", f"/rules/{quote(code, safe='')}")))

    def mute(self, fingerprint: str, *, by: str = "", reason: str = "") -> Mute:
        """Mark a finding as known in every diagnosis, and say who says so and why.

        The verdict stays as it is; `whygrad check` and the assertion of pytest no longer count it.
        """
        return _typed(Mute, self._told("PUT", _mute(fingerprint), {"by": by, "reason": reason}))

    def unmute(self, fingerprint: str) -> None:
        """Let a finding be told as news again. Raises NotFound where it is not muted."""
        self._transport.send(Call("DELETE", _mute(fingerprint)))

    def mutes(self) -> tuple[Mute, ...]:
        """What is muted, newest first."""
        return _typed(Mutes, self._transport.json(Call("GET", "/mutes"))).mutes

    def upload_link(
        self, inputs: Inputs = None, *, target: Any = None, seconds: int = 3600, **options: Unpack[Options]
    ) -> UploadLink:
        """A new address that takes one program, without a key, within so many seconds, and runs it as is said here.

        Its `url` is for a browser or curl, and is told only now; `link` tells what became of it.
        """
        asked = {"request": request(inputs, options, target)[0], "seconds": seconds}
        return _typed(UploadLink, self._told("POST", "/upload-links", asked))

    def link(self, id: str) -> UploadLink:
        """What became of an upload link; once it is used, the id of its `diagnosis`."""
        return _typed(UploadLink, self._transport.json(Call("GET", f"/upload-links/{quote(id, safe='')}")))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    def _told(self, method: str, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """What the service answers to a document."""
        body = json.dumps(document).encode()
        return self._transport.json(Call(method, path, body=body, content_type="application/json"))


def _noted(report: Report, lost: Sequence[str]) -> Report:
    """The report, with what the request did not keep of the inputs."""
    return Report.read(report.document | {"capture": lost}) if lost else report


def _mute(fingerprint: str) -> str:
    return f"/mutes/{quote(fingerprint, safe='')}"


def _cursor(address: str) -> str:
    """Where in the list the page at an address begins."""
    try:
        return parse_qs(urlsplit(address).query)["cursor"][0]
    except (ValueError, KeyError):
        raise NotAService(f"the answer is not one of a whygrad service: {address!r} is no next page") from None


def _typed(kind: type[T], document: Any) -> T:
    try:
        return reading.read(kind, document)
    except reading.MisreadError as error:
        raise NotAService(f"the answer is not one of a whygrad service: {error}") from error
