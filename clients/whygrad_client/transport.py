"""Requests to one service: the key, the deadlines, what is asked again after a failure, and what the answer says."""

from __future__ import annotations

import ipaddress
import math
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.auth import AuthBase

from whygrad.request import strict_json
from whygrad_client import reading
from whygrad_client.errors import ConnectionFailed, Misconfigured, NotAService, ProblemError, problem

_CONNECT_SECONDS = 10.0
_LEAVING_SECONDS = 5.0
_ATTEMPTS = 5
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_PASSING = frozenset({408, 429, 502, 503, 504})
"""What may be gone a moment later."""
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_KEY = re.compile("[!-~]+")


@dataclass(frozen=True)
class _Problem(reading.Told):
    """What a service says of a request that it refuses (RFC 9457)."""

    detail: str | None = None
    errors: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Call:
    """One request. `wait` is how many seconds the service is asked to hold it.

    Who is `leaving` makes it once, and waits no longer than a moment for its answer.
    """

    method: str
    path: str
    wait: float = 0.0
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    content_type: str | None = None
    idempotency_key: str | None = None
    leaving: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether to do it twice is the same as to do it once."""
        return self.method in _REPEATABLE or self.idempotency_key is not None

    @property
    def headers(self) -> dict[str, str]:
        """What is told before the body."""
        told = {
            "Accept": "application/json",
            "Prefer": f"wait={self.wait:.0f}",
            "Content-Type": self.content_type,
            "Idempotency-Key": self.idempotency_key,
        }
        return {name: value for name, value in told.items() if value}


class Transport:
    """The connections to a service at `base_url`; `timeout` is how many seconds it may be silent."""

    def __init__(self, base_url: str, key: str | None, timeout: float) -> None:
        """Raises Misconfigured where `base_url` is no address of a service, or the others cannot be what they are."""
        self.base_url = _address(base_url)
        self.timeout = _seconds(timeout)
        self._answered = False
        self._session = requests.Session()
        self._session.auth = _Bearer(key)
        self._session.trust_env = not _is_loopback(urlsplit(base_url).hostname or "")

    def send(self, call: Call) -> requests.Response:
        """The answer, once there is a good one.

        What may be gone a moment later (a connection that broke, a service that is too busy) is waited for: as long as
        it says, and a moment more that doubles each time. Then the call is made again, where that is the same as to
        make it once.
        Raises ConnectionFailed, NotAService or ProblemError.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return self._once(call)
            except (ConnectionFailed, ProblemError) as error:
                pause = self._pause(error, attempt) if call.repeatable and not call.leaving else None
                if pause is None:
                    raise
                time.sleep(pause)
        raise AssertionError("the last attempt has no pause")

    def json(self, call: Call) -> dict[str, Any]:
        """The JSON object that it answers. Raises as `send` does."""
        return content(self.send(call))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _once(self, call: Call) -> requests.Response:
        try:
            answer = self._session.request(
                call.method,
                self.base_url + call.path,
                params=dict(call.query),
                data=call.body,
                headers=call.headers,
                timeout=_LEAVING_SECONDS if call.leaving else (_CONNECT_SECONDS, self.timeout + call.wait),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            hint = "" if self._answered else _starting(self.base_url)
            raise ConnectionFailed(f"no answer from {self.base_url}: {_reason(error)}{hint}") from None
        self._answered = True
        return _require_good(answer)

    def _pause(self, error: ConnectionFailed | ProblemError, attempt: int) -> float | None:
        """How many seconds to wait before the call is made again; None where it is not."""
        asked = error.retry_after if isinstance(error, ProblemError) else None
        passing = error.status in _PASSING if isinstance(error, ProblemError) else self._answered
        if not passing or attempt == _ATTEMPTS - 1 or (asked or 0) > _LONGEST_PAUSE:
            return None
        spread = random.uniform(0.5, 1.0)  # so that many clients do not come back at the same moment
        return (asked or 0) + _FIRST_PAUSE * 2.0**attempt * spread


class _Bearer(AuthBase):
    """A session that says how it authenticates takes no password of a .netrc for it."""

    def __init__(self, key: str | None) -> None:
        if key and not _KEY.fullmatch(key):
            raise Misconfigured("a key has no blanks, line ends or letters beyond ASCII; look at WHYGRAD_KEY")
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request


def content(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises NotAService."""
    document = _object(answer)
    if document is None:
        raise _stranger(answer)
    return document


def seconds(header: str | None) -> float | None:
    """What a Retry-After says, a number or a date, in seconds from now; None where it says nothing."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        left: float = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, left)


def _require_good(answer: requests.Response) -> requests.Response:
    if answer.is_redirect:
        raise NotAService(f"{answer.url} sends elsewhere: say {answer.headers['Location']} if that is the service")
    if answer.ok:
        return answer
    told, after = _refusal(answer), seconds(answer.headers.get("Retry-After"))
    if told.detail is None and answer.status_code not in (*_PASSING, 401, 413) and answer.request.method != "HEAD":
        raise _stranger(answer)
    detail = told.detail or f"{answer.url} answers {answer.status_code} {answer.reason}."
    raise problem(answer.status_code, detail, told.errors, after, answer.headers.get("Location"))


def _refusal(answer: requests.Response) -> _Problem:
    """What is said of it; nothing, where that is no service's way to say it."""
    try:
        return reading.read(_Problem, _object(answer) or {})
    except reading.MisreadError:
        return _Problem()


def _object(answer: requests.Response) -> dict[str, Any] | None:
    try:
        document = strict_json.parse(answer.content, strict_json.DEPTH_OF_ANSWERS)
    except strict_json.JsonError:
        return None
    return document if isinstance(document, dict) else None


def _stranger(answer: requests.Response) -> NotAService:
    told = f"{answer.url} answers {answer.status_code} {answer.reason}, but not as a whygrad service would"
    return NotAService(f"{told}: is the address right?")


def _address(base_url: str) -> str:
    if not isinstance(base_url, str):
        raise Misconfigured(f"the address of a service is a text such as 'http://127.0.0.1:8000', not {base_url!r}")
    parts = _parts(base_url)
    if parts is None or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        shown = base_url.rpartition("@")[2]  # without a password
        raise Misconfigured(f"{shown!r} is no address of a service; for example http://127.0.0.1:8000")
    if parts.username or parts.password:
        raise Misconfigured("the address of a service holds no password; a key is given as key, or in WHYGRAD_KEY")
    return base_url.rstrip("/")


def _seconds(timeout: float) -> float:
    if not isinstance(timeout, int | float) or not 0 < timeout < math.inf:
        raise Misconfigured(f"timeout is a number of seconds above 0, not {timeout!r}")
    return timeout


def _parts(base_url: str) -> SplitResult | None:
    """None where it names no host: also a bracket without end, a port beyond the last, a name that is too long."""
    try:
        parts = urlsplit(base_url)
        return parts if parts.port != 0 and (parts.hostname or "").encode("idna") else None
    except ValueError:
        return None


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it took too long"
    if isinstance(error, requests.exceptions.SSLError):
        return f"no secure connection ({error})"
    if isinstance(error, requests.ConnectionError):
        return "nothing listens there, or it broke off"
    return str(error) or type(error).__name__


def _starting(base_url: str) -> str:
    """How a service is started at an address of this machine; nothing for another machine."""
    parts = urlsplit(base_url)
    if parts.scheme != "http" or parts.path.strip("/") or not _is_loopback(parts.hostname or ""):
        return ""
    return f"; `whygrad serve --bind {parts.netloc if parts.port else f'{parts.netloc}:80'}` starts a service"


def _is_loopback(host: str) -> bool:
    """No proxy reaches this machine's own loopback."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
