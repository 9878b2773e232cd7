"""What the client asks again, what it does not, and what it makes of answers that are none."""

from __future__ import annotations

import copy
import pickle
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from tests.client.peer import CUT, Answer, answering, problem

from whygrad_client import (
    Client,
    Conflict,
    ConnectionFailed,
    Forbidden,
    Invalid,
    Misconfigured,
    NotADiagnosis,
    NotAService,
    NotFound,
    ProblemError,
    RateLimited,
    TimedOut,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unreadable,
    WhygradError,
    transport,
)
from whygrad_client.transport import Call, Transport, seconds

RULES = Answer(document={"rules": []})
DONE = Answer(document={"id": "a" * 32, "status": "done", "verdict": "healthy"})
QUEUED = Answer(202, {"id": "a" * 32, "status": "queued"})
IN_FLIGHT = problem(409, Location=f"/diagnoses/{'a' * 32}", Retry_After="1")
NAMELESS = Answer(202, {"status": "running"})


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """How long the client would have waited; here it does not."""
    waited: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", waited.append)
    return waited


@pytest.mark.parametrize("passing", [problem(429), problem(502), problem(503), problem(504), problem(408), CUT])
def test_what_passes_is_waited_for(passing: Answer, pauses: list[float]) -> None:
    with answering(RULES, passing, passing, RULES) as peer, Client(peer.address) as client:
        client.rules()
        assert client.rules() == ()
    assert peer.calls == ["GET /rules"] * 4
    assert [0.25 <= pauses[0] <= 0.5, 0.5 <= pauses[1] <= 1.0] == [True, True], pauses


def test_it_is_asked_five_times_at_most(pauses: list[float]) -> None:
    with answering(problem(503)) as peer, Client(peer.address) as client:
        with pytest.raises(Unavailable, match="It says why"):
            client.rules()
        assert len(peer.asked) == 5
    assert len(pauses) == 4


def test_what_the_service_says_is_waited_and_not_less(pauses: list[float]) -> None:
    with answering(problem(429, Retry_After="7"), RULES) as peer, Client(peer.address) as client:
        client.rules()
    assert len(pauses) == 1
    assert 7 <= pauses[0] <= 8


def test_who_is_to_come_back_much_later_is_told(pauses: list[float]) -> None:
    with answering(problem(429, Retry_After="600")) as peer, Client(peer.address) as client:
        with pytest.raises(RateLimited, match=r"Try again in 600 s\.") as caught:
            client.rules()
        assert len(peer.asked) == 1
    assert caught.value.retry_after == 600
    assert pauses == []


@pytest.mark.parametrize("status", [400, 404, 422, 500, 501])
def test_what_stays_is_not_asked_again(status: int) -> None:
    with answering(problem(status)) as peer, Client(peer.address) as client:
        with pytest.raises(ProblemError):
            client.rules()
        assert len(peer.asked) == 1


def test_nobody_at_the_address_is_told_at_once(pauses: list[float]) -> None:
    says = r"nothing listens there, or it broke off; `whygrad serve --bind 127\.0\.0\.1:1` starts a service$"
    with Client("http://127.0.0.1:1") as client, pytest.raises(ConnectionFailed, match=says) as caught:
        client.rules()
    assert pauses == []
    assert caught.value.__suppress_context__, "it says itself why, and the stacks of the library under it say no more"


def test_a_post_without_a_key_is_made_once() -> None:
    explained = Answer(document={"recognised": True, "message": "x"})
    with answering(RULES, CUT, explained) as peer, Client(peer.address) as client:
        client.rules()
        with pytest.raises(ConnectionFailed):
            client.explain("x")
        assert peer.calls == ["GET /rules", "POST /explain"]


def test_a_diagnosis_is_made_once_however_often_it_is_asked_for() -> None:
    with answering(problem(503), CUT, problem(429), DONE) as peer, Client(peer.address) as client:
        assert client.diagnose(b"program", "1").healthy
        assert client.diagnose(b"program", "1").healthy
    keys = [asked.headers["Idempotency-Key"] for asked in peer.asked]
    assert len(set(keys[:4])) == 1
    assert keys[4] != keys[0]
    assert all(b"program" in asked.body for asked in peer.asked), "each time all of it"


def test_where_the_answer_was_lost_the_diagnosis_is_not() -> None:
    with answering(CUT, IN_FLIGHT, QUEUED, DONE) as peer, Client(peer.address) as client:
        client._transport._answered = True
        assert client.diagnose(b"program", "1").healthy
    assert peer.calls == ["POST /diagnose"] * 2 + [f"GET /diagnoses/{'a' * 32}"] * 2


def test_a_service_that_goes_away_while_it_is_waited_for() -> None:
    with answering(QUEUED, CUT) as peer, Client(peer.address) as client:
        with pytest.raises(ConnectionFailed, match=f"ask again for {'a' * 32}"):
            client.diagnose(b"program", "1")
        assert peer.calls == ["POST /diagnose"] + [f"GET /diagnoses/{'a' * 32}"] * 5


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(503, Retry_After="60"), Unavailable),
        (problem(401), Unauthorized),
        (Answer(body=b"<h1>nginx</h1>"), NotAService),
        (Answer(document={"status": 3}), NotADiagnosis),
    ],
)
def test_what_was_taken_is_named_whatever_goes_wrong_then(answer: Answer, kind: type[WhygradError]) -> None:
    told = pytest.raises(kind, match=f"ask again for {'a' * 32}")
    with answering(QUEUED, answer) as peer, Client(peer.address) as client, told as caught:
        client.diagnose(b"program", "1")
    assert type(caught.value) is kind


@pytest.mark.parametrize("lost", [(QUEUED, IN_FLIGHT), (QUEUED,)])
def test_who_breaks_off_cancels(lost: tuple[Answer, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else knows of the diagnosis, also where its id was not heard any more."""
    cancelled, place = Answer(202, {"status": "cancelled"}), f"/diagnoses/{'a' * 32}"
    once, meant = Transport._once, "POST" if IN_FLIGHT in lost else "GET"

    def interrupted(transport: Transport, call: Call) -> requests.Response:
        answer = once(transport, call)
        if call.method == meant:
            monkeypatch.undo()
            raise KeyboardInterrupt
        return answer

    with answering(*lost, QUEUED, cancelled) as peer, Client(peer.address) as client:
        monkeypatch.setattr(Transport, "_once", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.diagnose(b"program", "1")
    posts = [asked.headers["Idempotency-Key"] for asked in peer.asked if asked.method == "POST"]
    assert len(set(posts)) == 1
    assert peer.calls == ["POST /diagnose"] * len(posts) + [f"GET {place}", f"DELETE {place}?keep=finished"]


def test_who_breaks_off_waits_no_longer_for_a_service_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    once = Transport._once

    def interrupted(*_call: object) -> requests.Response:
        monkeypatch.setattr(Transport, "_once", once)
        raise KeyboardInterrupt

    monkeypatch.setattr(transport, "_LEAVING_SECONDS", 0.2)
    monkeypatch.setattr(Transport, "_once", interrupted)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(f"http://127.0.0.1:{silent.getsockname()[1]}")
        client._transport._answered = True
        with pytest.raises(KeyboardInterrupt):
            client.diagnose(b"program", "1")
        silent.accept()[0].close()
        silent.settimeout(0.0)
        with pytest.raises(BlockingIOError):
            silent.accept()


class TestGivenUp:
    """A diagnosis that has no end in the time that was given."""

    def test_what_has_its_end_all_the_same_is_the_answer(self) -> None:
        with answering(QUEUED, DONE) as peer, Client(peer.address) as client:
            assert client.diagnose(b"program", "1", seconds=0).healthy
        assert peer.calls == ["POST /diagnose", f"DELETE /diagnoses/{'a' * 32}?keep=finished"]

    def test_what_could_not_be_cancelled_is_told_so(self) -> None:
        with answering(QUEUED, problem(404)) as peer, Client(peer.address) as client:
            told = "no diagnosis after 0 s: it was queued, and could not be cancelled: It says why"
            with pytest.raises(TimedOut, match=told):
                client.diagnose(b"program", "1", seconds=0)

    def test_sending_takes_none_of_it(self) -> None:
        with answering(QUEUED, DONE) as peer, Client(peer.address) as client:
            client.diagnose(b"program", "1", seconds=0.5, progress=lambda _sent, _all: Event().wait(0.6))
        assert [call.split()[0] for call in peer.calls] == ["POST", "GET"]

    @pytest.mark.parametrize("answers", [[NAMELESS], [QUEUED, NAMELESS]])
    def test_what_cannot_be_asked_for_again_is_told(self, answers: list[Answer]) -> None:
        told = pytest.raises(NotAService, match="a diagnosis, running, has no id")
        with answering(*answers) as peer, Client(peer.address) as client, told:
            client.diagnose(b"program", "1")


class TestHashFirst:
    PROGRAM = b"p" * 1_500_000

    def test_a_program_that_is_not_here_is_sent(self) -> None:
        with answering(problem(404), Answer(201), DONE) as peer, Client(peer.address) as client:
            client.diagnose(self.PROGRAM, "1")
        assert [call.split()[0] for call in peer.calls] == ["HEAD", "PUT", "POST"]
        assert peer.asked[1].body == self.PROGRAM
        assert len(peer.asked[2].body) < 1_000

    def test_one_that_is_here_is_not(self) -> None:
        with answering(Answer(), DONE) as peer, Client(peer.address) as client:
            client.diagnose(self.PROGRAM, "1", name="a.pt")
        assert [call.split()[0] for call in peer.calls] == ["HEAD", "POST"]
        assert b'name="name"\r\n' in peer.asked[1].body
        assert b"a.pt" in peer.asked[1].body

    def test_one_that_was_forgotten_just_now_is_sent_all_the_same(self) -> None:
        forgotten = problem(422)
        forgotten.document["errors"] = [{"pointer": "/model_id", "message": "-"}]
        with answering(Answer(), forgotten, DONE) as peer, Client(peer.address) as client:
            assert client.diagnose(self.PROGRAM, "1").healthy
        assert [call.split()[0] for call in peer.calls] == ["HEAD", "POST", "POST"]
        assert self.PROGRAM in peer.asked[2].body

    def test_an_upload_that_breaks_off_is_begun_again(self) -> None:
        broken = Answer(cut=True, read=500_000)
        told: list[tuple[int, int]] = []
        with answering(problem(404), broken, Answer(201), DONE) as peer, Client(peer.address) as client:
            client.diagnose(self.PROGRAM, "1", progress=lambda sent, total: told.append((sent, total)))
        assert [call.split()[0] for call in peer.calls] == ["HEAD", "PUT", "PUT", "POST"]
        assert peer.asked[2].body == self.PROGRAM
        assert told[-1] == (len(self.PROGRAM), len(self.PROGRAM))
        assert [sent for sent, _total in told].count(told[0][0]) == 2, "it counted from the start again"

    def test_a_small_one_goes_at_once(self) -> None:
        with answering(DONE) as peer, Client(peer.address) as client:
            client.diagnose(b"program", "1")
        assert peer.calls == ["POST /diagnose"]

    def test_a_file_that_shrinks_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "model.pt"
        path.write_bytes(self.PROGRAM)
        with answering(problem(404), Answer(201)) as peer, Client(peer.address) as client:
            shrink = lambda _sent, _total: path.write_bytes(b"")  # noqa: E731 - while it is read
            with pytest.raises(Unreadable, match="became shorter while it was sent"):
                client.diagnose(path, "1", progress=shrink)


def refused(answer: Answer, kind: type[ProblemError]) -> pytest.ExceptionInfo[ProblemError]:
    with answering(answer) as peer, Client(peer.address) as client, pytest.raises(kind) as caught:
        client.rules()
    return caught


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, TooLarge),
        (415, Invalid),
        (418, ProblemError),
        (421, Forbidden),
        (422, Invalid),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (520, Unavailable),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[ProblemError]) -> None:
    caught = refused(problem(status, "In its own words."), kind)
    assert str(caught.value).startswith("In its own words.")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.detail) == (status, "In its own words.")
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):
        assert (type(again), str(again), again.status) == (kind, str(caught.value), status)


@pytest.mark.parametrize("status", [413, 429, 502, 503])
def test_what_a_proxy_says_is_understood_all_the_same(status: int) -> None:
    page = Answer(status, headers={"Content-Type": "text/html"}, body=b"<h1>nginx</h1>")
    assert f"answers {status}" in str(refused(page, ProblemError).value)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(body=b"<h1>It works!</h1>"), "answers 200 OK, but not as a whygrad service would"),
        (Answer(404, body=b"<h1>Not here</h1>"), "is the address right?"),
        (Answer(404, document={"error": "x"}), "is the address right?"),
        (Answer(document=[1]), "not as a whygrad service would"),
        (Answer(document={"rules": [{"code": 3}]}), "not one of a whygrad service: .*code is int, not str"),
        (Answer(document={"rules": 1}), "/rules is int, not list"),
        (Answer(body=b"[" * 100_000), "not as a whygrad service would"),
        (Answer(404, document={"detail": "x", "errors": 1}), "is the address right?"),
        (Answer(308, headers={"Location": "https://grad.example/"}), "sends elsewhere: say https://grad.example/"),
    ],
)
def test_who_is_no_service_is_told(answer: Answer, says: str) -> None:
    with answering(answer) as peer, Client(peer.address) as client, pytest.raises(NotAService, match=says):
        client.rules()
    assert len(peer.asked) == 1


@pytest.mark.parametrize("page", [{"diagnoses": 1}, {"next": 7}, {"next": "/diagnoses"}, {"next": "http://[::1"}])
def test_a_list_that_is_none_is_told(page: dict[str, object]) -> None:
    told = pytest.raises(NotAService, match="not one of a whygrad service")
    with answering(Answer(document=page)) as peer, Client(peer.address) as client, told:
        list(client.list())


def test_a_key_goes_to_the_service_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHYGRAD_KEY", "from-the-environment")
    with answering(RULES) as peer:
        for key, sent in ((None, "from-the-environment"), ("given", "given")):
            with Client(peer.address, key) as client:
                client.rules()
                assert sent not in repr(client)
            assert peer.asked[-1].headers["Authorization"] == f"Bearer {sent}"


@pytest.mark.parametrize(
    "address",
    [
        *("", "127.0.0.1:8000", "ftp://x", "http://", "http://x?y", "http://me:pw@x"),
        *("http://me:pw@[::1", "http://x:99999", f"http://{'x' * 64}.example", "http://x..y"),
    ],
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(ValueError, match="address") as caught:
        Client(address)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("key", ["sécret", "secret\n", "a secret"])
def test_what_cannot_be_a_key_is_told_without_it(key: str) -> None:
    with pytest.raises(ValueError, match="WHYGRAD_KEY") as caught:
        Client("http://127.0.0.1:1", key)
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "30", None])
def test_what_is_no_timeout_is_told_at_once(timeout: Any) -> None:
    with pytest.raises(Misconfigured, match="timeout is a number of seconds above 0, not "):
        Client("http://127.0.0.1:1", timeout=timeout)


def test_the_moment_to_come_back_is_a_number_or_a_date() -> None:
    assert seconds("3") == 3
    assert 50 < (seconds(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)) or 0) <= 60
    assert seconds("Fri, 01 Jan 1999 00:00:00 GMT") == 0
    assert seconds(None) is seconds("soon") is seconds("-1") is None


def test_pages_are_asked_for_as_they_are_needed() -> None:
    entry = {"id": "a", "status": "done", "created_at": "2026-01-31T12:00:00.000Z"}
    first = Answer(document={"diagnoses": [entry, entry], "next": "http://elsewhere.example/x?cursor=7&limit=100"})
    last = Answer(document={"diagnoses": [entry], "next": None})
    with answering(first, last) as peer, Client(peer.address) as client:
        listed = client.list(verdict="faulty", since=datetime(2026, 1, 31, tzinfo=UTC))
        assert peer.asked == []
        assert next(listed).created_at == datetime(2026, 1, 31, 12, tzinfo=UTC)
        assert len(peer.asked) == 1
        assert len(list(listed)) == 2
    assert peer.calls[1].startswith("GET /diagnoses?")
    assert "cursor=7" in peer.calls[1]
    assert "verdict=faulty" in peer.calls[1]
