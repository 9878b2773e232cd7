"""The Python client against the real service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from whygrad_client import (
    Client,
    ConnectionFailed,
    Invalid,
    Misconfigured,
    NotARequest,
    NotAService,
    NotFound,
    ProblemError,
    TimedOut,
    Unreadable,
    WhygradError,
)


def test_a_faulty_program_comes_back_with_its_cause(client: Client, detached: Path) -> None:
    report = client.diagnose(detached, "2x4")
    assert report.finished
    assert report.faulty
    assert report.verdict == "faulty"
    assert [finding.code for finding in report.findings] == ["CUT101"]
    assert "model.py line 11" in report.headline
    assert report.document["model"]["name"] == "detached.pt"
    assert str(report).startswith("error[CUT101]: ")


def test_bytes_and_listed_inputs_do_as_well(client: Client, sound: Path) -> None:
    report = client.diagnose(sound.read_bytes(), [{"shape": [2, 4]}], loss="sum", mode="eval")
    assert (report.verdict, report.faulty) == ("healthy", False)
    assert report.document["request"]["loss"] == "sum"
    assert report.document["request"]["mode"] == "eval"


def test_a_list_of_shapes_and_a_target_are_taken_as_by_diagnose(client: Client, sound: Path) -> None:
    report = client.diagnose(sound, ["2x4"], loss="cross_entropy", target="2:int64[0,3)")
    assert report.document["request"]["inputs"][0]["shape"] == [2, 4]
    assert report.document["request"]["loss"]["target"]["high"] == 3
    assert report.verdict == "healthy"


def test_submitting_does_not_wait_and_waiting_does(client: Client, endless: bytes) -> None:
    submitted = client.submit(endless, "2x4")
    assert submitted.id
    assert not submitted.finished
    assert not client.wait(submitted.id, seconds=0.3).finished
    report = client.wait(submitted.id)
    assert report.finished
    assert report.verdict == "undetermined"
    assert report.findings[0].code == "RUN001"


def test_a_finding_is_muted_and_told_again(client: Client, detached: Path) -> None:
    (finding,) = client.diagnose(detached, "2x4").findings
    assert finding.fingerprint
    mute = client.mute(finding.fingerprint, by="Ada", reason="the teacher is frozen")
    assert mute in client.mutes()
    (marked,) = client.diagnose(detached, "2x4").findings
    assert marked.muted == mute
    assert (mute.by, mute.reason) == ("Ada", "the teacher is frozen")
    client.unmute(finding.fingerprint)
    assert mute not in client.mutes()
    with pytest.raises(NotFound, match="No finding with this fingerprint is muted"):
        client.unmute(finding.fingerprint)


def test_whoever_has_an_upload_link_sends_one_program_by_it(client: Client, detached: Path) -> None:
    made = client.upload_link("2x4", seconds=600, loss="sum")
    assert (made.status, made.diagnosis, made.request["loss"]) == ("open", None, "sum")
    assert made.url
    with detached.open("rb") as file:
        assert requests.post(made.url, files={"model": file}, timeout=30).status_code == 202
    link = client.link(made.id)
    assert (link.status, link.url) == ("used", None)
    assert link.diagnosis
    assert client.wait(link.diagnosis).faulty
    with pytest.raises(Invalid, match="seconds"):
        client.upload_link("2x4", seconds=1)


def test_messages_and_rules_are_explained(client: Client) -> None:
    explained = client.explain("RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x5 and 6x1)")
    assert explained.candidates[0].code == "SHP701"
    assert "CUT101" in [rule.code for rule in client.rules()]
    assert "history" in client.rule("CUT101").what_happened


def test_a_refusal_is_told_in_the_words_of_the_service(client: Client, sound: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        client.diagnose(sound, [{"shape": [2, 4], "dtype": "float31"}], loss="median")
    assert caught.value.status == 422
    assert len(caught.value.errors) == 2
    assert "float31" in str(caught.value) or "dtype" in str(caught.value)


def test_what_is_not_there_is_a_problem_of_its_own(client: Client) -> None:
    with pytest.raises(ProblemError, match="nothing") as caught:
        client.get("nothing/at all")
    assert caught.value.status == 404


def test_a_program_over_the_limit_is_refused_as_such(client: Client) -> None:
    with pytest.raises(ProblemError, match="limit") as caught:
        client.diagnose(b"\0" * 20_000_000, "2x4")
    assert caught.value.status == 413


def test_a_short_form_that_is_none_never_leaves_the_client(client: Client, sound: Path) -> None:
    with pytest.raises(NotARequest, match="at character 3"):
        client.diagnose(sound, "2xfour")


def test_whatever_goes_wrong_is_of_one_kind(client: Client, sound: Path) -> None:
    assert {NotARequest, Misconfigured, Unreadable, TimedOut} <= set(WhygradError.__subclasses__())
    with pytest.raises(Unreadable, match=r"gone\.pt cannot be read: No such file"):
        client.diagnose(sound.parent / "gone.pt", "2x4")
    with pytest.raises(Unreadable, match="cannot be read: embedded null byte"):
        client.diagnose("a\0b.pt", "2x4")


def test_what_has_no_end_in_the_time_that_was_given_is_cancelled(client: Client, endless: bytes) -> None:
    with pytest.raises(TimedOut, match=r"no diagnosis after 0\.7 s: it was (running|queued), and is cancelled"):
        client.diagnose(endless, "2x4", seconds=0.7)
    newest = next(client.list())
    assert newest.status == "cancelled"


def test_a_request_as_deep_as_it_may_be_is_answered(client: Client, sound: Path) -> None:
    nested: object = {"shape": [2, 4], "dtype": "float32", "fill": "normal", "requires_grad": False}
    for _ in range(28):
        nested = [nested]
    assert client.diagnose(sound, [nested]).document["request"]["inputs"] == [nested]


def test_an_address_is_checked_at_once() -> None:
    with pytest.raises(Misconfigured, match=r"the address of a service is a text such as .*, not 5"):
        Client(5)  # type: ignore[arg-type]
    with pytest.raises(Misconfigured, match=r"http://127\.0\.0\.1:8000"):
        Client("127.0.0.1:8000")


def test_nobody_at_the_address_is_said_so(sound: Path) -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(ConnectionFailed, match="nothing listens there"):
        client.diagnose(sound, "2x4")


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that is no whygrad service."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<h1>It works!</h1>")

        def log_message(self, *_arguments: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_another_server_is_recognised_as_such(stranger: str) -> None:
    with Client(stranger) as client, pytest.raises(NotAService, match="answers 200"):
        client.rules()


def test_a_module_is_to_be_saved_first(client: Client) -> None:
    with pytest.raises(TypeError, match=r"not object: torch\.jit\.script\(model\)\.save"):
        client.diagnose(object())  # type: ignore[arg-type]
