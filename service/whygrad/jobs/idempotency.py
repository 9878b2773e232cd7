"""The same request, sent twice under one key, is one job."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from whygrad.jobs import rows
from whygrad.jobs.diagnosis import Diagnosis
from whygrad.storage.tables import idempotency_keys, jobs


class IdempotencyConflict(Exception):  # noqa: N818 (named as HTTP names it)
    """The key was used before, with another request."""


class InFlight(Exception):  # noqa: N818 (it names what happened)
    """The job that this key made is not finished."""

    def __init__(self, earlier: Diagnosis) -> None:
        super().__init__(earlier.id)
        self.earlier = earlier


@dataclass(frozen=True)
class Idempotency:
    """A client's `key`, and a `fingerprint` (sha256 in hex) of all that the request asks for."""

    key: str
    fingerprint: str


def replay(connection: Connection, idempotency: Idempotency) -> Diagnosis | None:
    """The finished job that this key made, None where it is new. Raises IdempotencyConflict or InFlight."""
    keys = idempotency_keys.c
    known = connection.execute(select(keys.fingerprint, keys.job).where(keys.key == idempotency.key)).first()
    if known is None:
        return None
    if known.fingerprint != idempotency.fingerprint:
        raise IdempotencyConflict(idempotency.key)
    earlier = rows.find(connection, jobs.c.number == known.job)
    if earlier is not None and not earlier.finished:
        raise InFlight(earlier)
    return earlier


def remember(connection: Connection, idempotency: Idempotency, number: int) -> None:
    """The key has made the job with this number."""
    connection.execute(
        insert(idempotency_keys).values(key=idempotency.key, fingerprint=idempotency.fingerprint, job=number)
    )
