"""What goes wrong between a service and Slack, and that the answer comes all the same, once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from tests.client.slack.conftest import serving
from tests.client.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.client.slack.requesting import SECRET, Http
from tests.client.slack.test_flows import DETACHED, answered, finished, sent
from tests.client.slack.test_payloads import pressed
from tests.client.slack.workspace import CHANNEL, PRIVATE
from tests.processes import arguments_of, descendants

from whygrad.storage.database import Database
from whygrad.storage.tables import outbox

Until = Callable[..., None]
Make = Callable[[str], bytes]


def sender_of(pid: int) -> int:
    (sender,) = (child for child in descendants(pid) if b"whygrad_client.slack.process" in arguments_of(child))
    return sender


def noted(data: Path) -> bool:
    """Whether the outbox knows of a message that was said."""
    tasks = select(outbox.c.task)
    rows = Database(f"sqlite:///{data / 'whygrad.db'}").read(
        lambda connection: connection.execute(tasks).scalars().all()
    )
    return any(task and task["conversation"]["message"] for task in rows)


def submitted(http: Http, slack: FakeSlack, name: str, program: bytes, channel: str = CHANNEL) -> None:
    """A program sent by the form."""
    http.send(slack.command("", channel))
    file = {"files": [slack.upload(name, program)]}
    http.send(slack.submission(slack.views[-1], file=file, shapes={"value": "2x4"}))


def diagnoses(address: str) -> int:
    return len(requests.get(f"{address}/diagnoses?limit=100", timeout=5).json()["diagnoses"])


@pytest.mark.timeout(300)
def test_thirty_at_once_are_acknowledged_and_answered(
    http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
) -> None:
    id = sent(address, healthy)
    threads = [threading.Thread(target=http.send, args=(slack.command(f"{id} 2x4"),)) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: len(slack.said()) == 30 and all(map(finished, slack.said())), seconds=200)
    assert {message.text[:7] for message in slack.said()} == {"healthy"}


def test_a_slow_job_is_one_message_that_changes(http: Http, slack: FakeSlack, until: Until, endless: bytes) -> None:
    submitted(http, slack, "slow.pt", endless)
    until(lambda: slack.said())
    (message,) = slack.said()
    assert not finished(message)
    assert not message.has("rerun")
    assert answered(slack, until) is message
    assert "RUN001" in message.text
    assert message.updates < 10


def test_a_slow_job_by_the_address_of_a_command_is_told_at_its_end(
    http: Http, slack: FakeSlack, until: Until, endless: bytes
) -> None:
    submitted(http, slack, "slow.pt", endless, PRIVATE)
    message = answered(slack, until, PRIVATE)
    assert ("RUN001" in message.text, message.updates) == (True, 0)
    assert slack.said(PRIVATE) == [message]


def test_a_second_delivery_is_no_second_job(
    http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
) -> None:
    id = sent(address, healthy)
    before, payload = diagnoses(address), slack.command(f"{id} 2x4")
    http.send(payload)
    http.send(payload, **{"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})
    answered(slack, until)
    http.send(payload, **{"X-Slack-Retry-Num": "2"})
    http.send(slack.command("0" * 32))  # whatever came of the retry has come once this is answered
    until(lambda: len(slack.said()) > 1)
    assert (len(slack.said()), diagnoses(address)) == (2, before + 1)


def test_a_form_that_is_sent_twice_is_one_job(
    http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
) -> None:
    before = diagnoses(address)
    http.send(slack.command(""))
    file = {"files": [slack.upload("net.pt", healthy)]}
    payload = slack.submission(slack.views[0], file=file, shapes={"value": "2x4"})
    http.send(payload)
    http.send(payload)
    answered(slack, until)
    assert diagnoses(address) == before + 1


def test_hostile_names_are_names(http: Http, slack: FakeSlack, until: Until, program: Make) -> None:
    body = "h = self.linear(x)  # <!channel> ```<@U1> <http://evil|x>\nh = h.detach()  # <!here> ```\nreturn h.sum()"
    submitted(http, slack, "<!channel> *x* `y` <@U1>.pt", program(body))
    message = answered(slack, until)
    assert "&lt;!channel&gt; *x*" in message.text
    assert "h.detach()" in message.shown


def test_a_form_that_comes_too_late_is_told(http: Http, slack: FakeSlack) -> None:
    payload = slack.command("")
    slack.ahead = 4
    answer = http.send(payload)
    assert answer["response_type"] == "ephemeral"
    assert "expired_trigger_id" in answer["text"]


@pytest.mark.parametrize("kind", ["shortcut", "rerun", "mute"])
def test_a_form_that_does_not_open_is_told_to_who_asked(http: Http, slack: FakeSlack, until: Until, kind: str) -> None:
    payload = slack.shortcut([]) if kind == "shortcut" else pressed(slack, kind)
    slack.ahead = 4
    assert http.send(payload) is None
    until(lambda: any("expired_trigger_id" in message.text for message in slack.said()))
    (told,) = slack.said()
    assert told.ephemeral


def test_what_slack_refuses_for_a_while_comes_later(
    http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
) -> None:
    id = sent(address, healthy)
    slack.refuse("chat.postMessage", (429, "1"), (500, ""), (200, "internal_error"))
    http.send(slack.command(id))
    answered(slack, until)
    assert slack.calls.count("chat.postMessage") == 4


def test_many_at_once_wait_for_their_turn(
    http: Http, slack: FakeSlack, until: Until, address: str, healthy: bytes
) -> None:
    id = sent(address, healthy)
    slack.posts_a_second = 2
    for _ in range(8):
        http.send(slack.command(id))
    until(lambda: len(slack.said()) == 8)
    assert slack.calls.count("chat.postMessage") < 4 * 8


def test_a_revoked_token_leaves_the_address(
    http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
) -> None:
    id = sent(address, healthy)
    slack.revoked = True
    http.send(slack.command(id))
    assert answered(slack, until).text.startswith("healthy")
    slack.messages.clear()
    http.send(slack.command(""))
    assert "token_revoked" in slack.said()[0].text


def test_a_file_that_cannot_be_had_is_told(http: Http, slack: FakeSlack, until: Until) -> None:
    http.send(slack.command(""))
    gone = slack.upload("net.pt", b"PK")
    slack.files.clear()
    http.send(slack.submission(slack.views[0], file={"files": [gone]}))
    assert "gone from Slack" in answered(slack, until).text


def test_what_is_no_program_is_diagnosed_as_that(http: Http, slack: FakeSlack, until: Until) -> None:
    submitted(http, slack, "weights.pt", b"\x80\x02}q\x00.")
    assert "FMT903" in answered(slack, until).text


def test_inputs_that_are_too_large_are_told(http: Http, slack: FakeSlack, until: Until, healthy: bytes) -> None:
    http.send(slack.command(""))
    file = {"files": [slack.upload("net.pt", healthy)]}
    http.send(slack.submission(slack.views[0], file=file, shapes={"value": "999999x999999"}))
    assert "4.29 GB" in answered(slack, until).text


def test_where_nobody_can_be_told_the_log_is(slack: FakeSlack, tmp_path: Path, until: Until, healthy: bytes) -> None:
    with serving(tmp_path, slack) as (_process, address):
        id = sent(address, healthy)
        slack.addresses.clear()
        payload = slack.command(id, PRIVATE) | {"response_url": f"{slack.url}/respond/gone"}
        Http(slack, f"{address}/slack/events").send(payload)
        until(lambda: "nobody in Slack hears of it" in (tmp_path / "log").read_text())
    log = (tmp_path / "log").read_text()
    assert "channel_not_found" in log
    assert "Traceback" not in log


def test_whoever_runs_programs_knows_no_secret(slack: FakeSlack, tmp_path: Path) -> None:
    with serving(tmp_path, slack) as (process, _address):
        told = {arguments_of(child): Path(f"/proc/{child}/environ").read_bytes() for child in descendants(process.pid)}
    (worker,) = (told[arguments] for arguments in told if b"whygrad.jobs.worker" in arguments)
    (sender,) = (told[arguments] for arguments in told if b"whygrad_client.slack.process" in arguments)
    assert not any(secret.encode() in worker for secret in (BOT_TOKEN, SECRET))
    assert SECRET.encode() not in sender


def test_nothing_is_lost_with_a_sender_or_the_whole_service(
    slack: FakeSlack, tmp_path: Path, until: Until, endless: bytes, program: Make
) -> None:
    with serving(tmp_path, slack) as (process, address):
        http = Http(slack, f"{address}/slack/events")
        submitted(http, slack, "slow.pt", endless)
        until(lambda: noted(tmp_path / "data"))  # between saying a thing and noting it, it would be said again
        os.kill(sender_of(process.pid), signal.SIGKILL)
        message = answered(slack, until)
        assert "RUN001" in message.text

        os.kill(sender_of(process.pid), signal.SIGSTOP)  # what is put now is still to be done when all of it ends
        submitted(http, slack, "net.pt", program(DETACHED))
        os.kill(sender_of(process.pid), signal.SIGKILL)
        process.kill()
    with serving(tmp_path, slack):
        until(lambda: len(slack.said()) == 2 and finished(slack.said()[1]))
    assert "h = h.detach()" in slack.said()[1].shown
