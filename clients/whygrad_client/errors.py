"""What a client raises.

WhygradError
├── ConnectionFailed    no service answered there, or it broke off
├── NotAService         something answered that is no whygrad service
└── ProblemError        the service refused the request, or failed on it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class WhygradError(Exception):
    """Anything that a client raises."""


class ConnectionFailed(WhygradError):  # noqa: N818 - named after what happened
    """No service answered at that address, or the connection broke."""


class NotAService(WhygradError):  # noqa: N818
    """The answer is not one of a whygrad service."""


class ProblemError(WhygradError):
    """The service's own words (RFC 9457): `status`, `detail`, and `errors` as a list of `pointer` and `message`."""

    def __init__(self, status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)

    def __str__(self) -> str:
        more = [f"{e.get('pointer', '')}: {e.get('message', '')}" for e in self.errors]
        return "\n  ".join([self.detail, *(more if len(more) > 1 else [])])
