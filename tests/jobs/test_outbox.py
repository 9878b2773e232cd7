from __future__ import annotations

from pathlib import Path

import pytest

from whygrad.jobs.courier_local import Courier
from whygrad.jobs.outbox import Outbox
from whygrad.storage.database import Database


@pytest.fixture
def outbox(database: Database, tmp_path: Path) -> Outbox:
    return Outbox(database, Courier(tmp_path))


def test_a_task_is_claimed_by_one_sender_and_ends(outbox: Outbox) -> None:
    assert outbox.put("trigger", {"kind": "show"})
    claim = outbox.claim(30)
    assert claim is not None
    assert (claim.key, claim.task, claim.attempts) == ("trigger", {"kind": "show"}, 0)
    assert outbox.claim(30) is None
    assert outbox.end(claim)
    assert outbox.claim(30) is None


def test_what_is_delivered_twice_is_one_task_also_when_it_is_over(outbox: Outbox) -> None:
    assert outbox.put("trigger", {})
    assert not outbox.put("trigger", {})
    claim = outbox.claim(30)
    assert claim is not None
    outbox.end(claim)
    assert not outbox.put("trigger", {})
    assert outbox.claim(30) is None


def test_a_sender_that_died_loses_its_task_to_the_next(outbox: Outbox) -> None:
    outbox.put("trigger", {"step": 1})
    first = outbox.claim(0)
    assert first is not None
    assert outbox.keep(first, {"step": 2})
    second = outbox.claim(30)
    assert second is not None
    assert second.task == {"step": 2}
    assert not outbox.postpone(first, {"step": 3}, 0)
    assert not outbox.end(first)
    assert outbox.postpone(second, {"step": 4}, 0, attempts=1)
    third = outbox.claim(30)
    assert third is not None
    assert (third.task, third.attempts) == ({"step": 4}, 1)


def test_what_is_postponed_is_not_due(outbox: Outbox) -> None:
    outbox.put("trigger", {})
    claim = outbox.claim(30)
    assert claim is not None
    outbox.postpone(claim, {}, 60)
    assert outbox.claim(30) is None
