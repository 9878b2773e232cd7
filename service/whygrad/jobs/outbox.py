"""The outbox of a chat: what was asked there and is still to be answered, kept until it is.

Whoever listens puts a task under a key of its own, so that one delivered twice is one task. A sender claims a task for
the length of a lease, does its next step and puts it back with what it has done, or ends it; one that dies loses
nothing but the step that it was in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from whygrad.jobs.courier_local import Courier
from whygrad.storage.database import Database
from whygrad.storage.tables import outbox

KEPT = timedelta(days=1)
"""How long the key of a task that is over is remembered, so that a late second delivery is known."""

rows = outbox.c


@dataclass(frozen=True)
class Claim:
    """A sender's right to a task, for as long as nobody raised the fence. `attempts` counts steps that failed."""

    number: int
    fence: int
    key: str
    task: dict[str, Any]
    attempts: int


class Outbox:
    """The tasks in a database. Every method but `wait` is one transaction."""

    def __init__(self, database: Database, courier: Courier) -> None:
        """Connects to nothing yet. The courier wakes a sender on this machine; others look now and then."""
        self.database = database
        self.courier = courier

    def put(self, key: str, task: dict[str, Any]) -> bool:
        """Keep a task, due at once; False where one with this key came before."""
        now = datetime.now(UTC)

        def work(connection: Connection) -> bool:
            self.database.alone(connection, key)
            if connection.execute(select(exists().where(rows.key == key))).scalar():
                return False
            connection.execute(delete(outbox).where(rows.due_at.is_(None), rows.created_at < now - KEPT))
            connection.execute(insert(outbox).values(key=key, task=task, created_at=now, due_at=now))
            return True

        new = self.database.write(work)
        self.courier.wake()
        return new

    def wait(self, seconds: float) -> None:
        """Sleep until a task was put, at most so long."""
        self.courier.wait(seconds)

    def claim(self, lease_seconds: float) -> Claim | None:
        """The task that has been due longest and that nobody holds, or None."""
        now = datetime.now(UTC)
        free = and_(rows.due_at <= now, or_(rows.lease_until.is_(None), rows.lease_until <= now))
        if not self.database.read(lambda connection: connection.execute(select(exists().where(free))).scalar()):
            return None  # asked many times a minute: nobody is kept from writing meanwhile
        oldest = select(rows.number).where(free).order_by(rows.due_at).limit(1).with_for_update(skip_locked=True)
        statement = (
            update(outbox)
            .where(rows.number == oldest.scalar_subquery())
            .values(lease_until=now + timedelta(seconds=lease_seconds), fence=rows.fence + 1)
            .returning(*(rows[name] for name in Claim.__dataclass_fields__))
        )
        row = self.database.write(lambda connection: connection.execute(statement).first())
        return None if row is None else Claim(**row._mapping)

    def postpone(self, claim: Claim, task: dict[str, Any], seconds: float, *, attempts: int = 0) -> bool:
        """Put it back for so many seconds; False where another sender has it by now."""
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        return self._change(claim, {"task": task, "due_at": due, "lease_until": None, "attempts": attempts})

    def renew(self, claim: Claim, lease_seconds: float) -> bool:
        """Hold it for another lease; False as for `postpone`."""
        return self._change(claim, {"lease_until": datetime.now(UTC) + timedelta(seconds=lease_seconds)})

    def keep(self, claim: Claim, task: dict[str, Any]) -> bool:
        """Write down what has been done and hold on to it; False as for `postpone`."""
        return self._change(claim, {"task": task})

    def end(self, claim: Claim) -> bool:
        """It is over; only its key is remembered. False as for `postpone`."""
        return self._change(claim, {"task": {}, "due_at": None, "lease_until": None})

    def _change(self, claim: Claim, values: dict[str, Any]) -> bool:
        held = and_(rows.number == claim.number, rows.fence == claim.fence)
        statement = update(outbox).where(held).values(**values)
        return self.database.write(lambda connection: connection.execute(statement).rowcount) > 0
