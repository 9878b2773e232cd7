"""What the sender asks, of a service that answers as few do."""

from __future__ import annotations

from pathlib import Path

from tests.client.peer import Answer, answering, problem

from whygrad_client.slack.backend import Backend

DONE = Answer(document={"id": "a" * 32, "status": "done", "verdict": "healthy"})


def test_a_program_that_is_deleted_just_now_is_sent_again_by_the_same_key(tmp_path: Path) -> None:
    file = tmp_path / "net.pt"
    file.write_bytes(b"PK" + bytes(1_500_000))
    gone = problem(422)
    gone.document["errors"] = [{"pointer": "/model_id", "message": "-"}]
    with answering(Answer(), gone, DONE) as peer, Backend(peer.address) as backend:
        assert backend.run(file, "net.pt", {"mode": "eval"}, "slack:1") == "a" * 32
    assert peer.calls == [f"HEAD {peer.asked[0].path}", "POST /diagnose", "POST /diagnose"]
    assert [asked.headers["Idempotency-Key"] for asked in peer.asked[1:]] == ["slack:1"] * 2
    assert file.read_bytes() in peer.asked[2].body


def test_a_diagnosis_that_is_in_flight_is_the_one() -> None:
    taken = problem(409, Location=f"/diagnoses/{'a' * 32}")
    with answering(taken, DONE) as peer, Backend(peer.address) as backend:
        assert backend.rerun("b" * 64, "net.pt", {}, "slack:1") == "a" * 32
    assert peer.calls == ["POST /diagnose", f"GET /diagnoses/{'a' * 32}"]
