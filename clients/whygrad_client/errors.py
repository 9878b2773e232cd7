"""What a client raises. Each says what to do.

WhygradError
├── ConnectionFailed    no service answered there, or it broke off
├── NotAService         something answered that is no whygrad service
├── NotADiagnosis       what should be a diagnosis is none
├── NotARequest         what was asked for makes no sense; a ValueError too
├── Misconfigured       the address, key or timeout of a service cannot be one; a ValueError too
├── Unreadable          the program's file cannot be read to its end
├── TimedOut            the time that was given is over, and the diagnosis is given up
└── ProblemError        the service refused the request, or failed on it: `status`, `detail`, `errors`, `retry_after`
    ├── Unauthorized    401: it wants a key, or another one
    ├── Forbidden       403, 421: it is not reached in this way
    ├── NotFound        404: there is no such diagnosis, rule or program
    ├── Conflict        409: the same request is still in flight
    ├── TooLarge        413: the program, or the request, is over a limit
    ├── Invalid         400, 406, 415, 422: the request is wrong; `errors` says where
    ├── RateLimited     429: too many requests; `retry_after` says for how long
    └── Unavailable     408, 5xx: it cannot answer now
"""
# ruff: noqa: N818 - they are named after what happened

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class WhygradError(Exception):
    """Anything that a client raises."""


class ConnectionFailed(WhygradError):
    """No service answered at that address, or the connection broke."""


class NotAService(WhygradError):
    """The answer is not one of a whygrad service."""


class NotADiagnosis(WhygradError):
    """What should be a diagnosis is none."""


class NotARequest(WhygradError, ValueError):
    """What was asked for makes no sense; the text says what."""


class Misconfigured(WhygradError, ValueError):
    """The address of a service is none, or its key or timeout cannot be one."""


class Unreadable(WhygradError):
    """The file of a program cannot be read to its end."""


class TimedOut(WhygradError):
    """There was no diagnosis in the time that was given; the text says whether it could be cancelled."""


class ProblemError(WhygradError):
    """The service's own words (RFC 9457): `status`, `detail`, and `errors` as a list of `pointer` and `message`.

    `retry_after` is in seconds, and None where the service names no time. Its text is the detail and what to do.
    """

    statuses: ClassVar[tuple[int, ...]] = ()

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after: float | None = None,
        location: str | None = None,
    ) -> None:
        super().__init__(status, detail, errors, retry_after, location)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.retry_after = retry_after
        self.location = location

    def __str__(self) -> str:
        more = [f"{e.get('pointer', '')}: {e.get('message', '')}" for e in self.errors]
        return "\n  ".join([" ".join(filter(None, [self.detail, self._advice()])), *(more if len(more) > 1 else [])])

    def _advice(self) -> str:
        """What to do, where the detail does not say it."""
        return "" if self.retry_after is None else f"Try again in {self.retry_after:.0f} s."


class Unauthorized(ProblemError):
    """The service wants a key, or another one."""

    statuses = (401,)


class Forbidden(ProblemError):
    """The service is not reached in this way."""

    statuses = (403, 421)


class NotFound(ProblemError):
    """There is no such diagnosis, rule or program."""

    statuses = (404,)


class Conflict(ProblemError):
    """The same request is still in flight; `location` is where its diagnosis is."""

    statuses = (409,)


class TooLarge(ProblemError):
    """The program, or the request, is over a limit of the service."""

    statuses = (413,)

    def _advice(self) -> str:
        return "Send it with smaller weights, or ask who runs the service for a higher WHYGRAD_MAX_UPLOAD_BYTES."


class Invalid(ProblemError):
    """The request is wrong; `errors` says where."""

    statuses = (400, 406, 415, 422)


class RateLimited(ProblemError):
    """Too many requests; `retry_after` says how many seconds to wait."""

    statuses = (429,)


class Unavailable(ProblemError):
    """The service cannot answer now."""

    statuses = (408, *range(500, 600))


def problem(
    status: int,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    retry_after: float | None = None,
    location: str | None = None,
) -> ProblemError:
    """The error for a status."""
    kinds: list[type[ProblemError]] = ProblemError.__subclasses__()
    kind = next((kind for kind in kinds if status in kind.statuses), ProblemError)
    return kind(status, detail, errors, retry_after, location)
