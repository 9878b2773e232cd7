"""A saved program judged by a service that a live module would be sent to."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.client.peer import Answer, answering

from whygrad_client import TimedOut, defaults, diagnose


def test_a_service_is_not_waited_for_for_ever(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defaults, "SERVER_SECONDS", 0.1)
    queued, cancelled = Answer(202, {"id": "a" * 32, "status": "queued"}), Answer(202, {"status": "cancelled"})
    with answering(queued, queued, cancelled) as peer, pytest.raises(TimedOut, match=r"no diagnosis after 0\.1 s"):
        diagnose(sound, "2x4", server=peer.address)
    assert [call.split()[0] for call in peer.calls] == ["POST", "GET", "DELETE"]
