"""What people do with it in Slack, through the real service."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from tests.client.slack.conftest import PUBLIC
from tests.client.slack.fake_slack import FakeSlack
from tests.client.slack.requesting import Http
from tests.client.slack.workspace import CHANNEL, PRIVATE, USER, Message

Until = Callable[[Callable[[], object]], None]
Make = Callable[[str], bytes]

DETACHED = "h = self.linear(x)\nh = h.detach()\nreturn h.sum()"


def finished(message: Message) -> bool:
    begun = "waits for a worker" in message.text or "is being examined" in message.text
    return not begun and " · running" not in message.shown


def answered(slack: FakeSlack, until: Until, channel: str = CHANNEL) -> Message:
    """The one message that the app said there, once nothing is left to come."""
    until(lambda: slack.said(channel) and finished(slack.said(channel)[-1]))
    (message,) = slack.said(channel)
    return message


def sent(address: str, program: bytes, shapes: str = "2x4") -> str:
    form = {"files": {"model": ("net.pt", program)}, "data": {"shapes": shapes}}
    answer = requests.post(f"{address}/diagnose", headers={"Prefer": "wait=30"}, timeout=60, **form)  # type: ignore[arg-type]
    return str(answer.json()["id"])


class TestCommand:
    def test_an_error_text_is_explained_at_once_to_everybody(self, http: Http, slack: FakeSlack) -> None:
        text = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x5 and 6x1)"
        answer = http.send(slack.command(text))
        assert answer["response_type"] == "in_channel"
        assert answer["text"].startswith("SHP701 matmul-mismatch: ")
        assert "nn.Linear(5, 1) in place of nn.Linear(6, 1)" in answer["text"]
        assert slack.calls == []

    def test_a_traceback_as_slack_writes_it_is_one(self, http: Http, slack: FakeSlack) -> None:
        text = (
            "```Traceback (most recent call last):\n  File “<http://train.py|train.py>”, line 3, in &lt;module&gt;\n"
            "    loss.backward()\nRuntimeError: element 0 of tensors does not require grad```"
        )
        answer = http.send(slack.command(text))
        assert re.match(r"(CUT|PAR|BWD)\d", answer["text"])
        assert "train.py" in str(answer["blocks"])

    def test_what_is_no_error_is_told_how_to_ask_alone(self, http: Http, slack: FakeSlack) -> None:
        answer = http.send(slack.command("why does nothing learn"))
        assert answer["response_type"] == "ephemeral"
        assert "/diagnose alone" in str(answer["blocks"])

    def test_help(self, http: Http, slack: FakeSlack) -> None:
        answer = http.send(slack.command(" Help "))
        assert answer["response_type"] == "ephemeral"
        assert "/diagnose upload 1x3x224x224" in str(answer["blocks"])

    def test_a_diagnosis_is_shown(
        self, http: Http, slack: FakeSlack, address: str, until: Until, program: Make
    ) -> None:
        id = sent(address, program(DETACHED))
        assert http.send(slack.command(id)) is None
        message = answered(slack, until)
        assert re.match(r"error\[[A-Z]{3}\d+\] in net.pt: ", message.text)
        assert "h = h.detach()" in message.shown
        assert "verified by running it" in message.shown
        assert message.button("open")["url"] == f"{PUBLIC}/diagnoses/{id}"
        assert USER in str(message.content)

    def test_a_program_is_run_with_other_shapes(
        self, http: Http, slack: FakeSlack, address: str, until: Until, program: Make
    ) -> None:
        archive = program("return self.linear(x)")
        sent(address, archive)
        http.send(slack.command(f"{hashlib.sha256(archive).hexdigest()} 2×5"))
        message = answered(slack, until)
        assert message.text.startswith("error[SHP701] in net.pt: ")
        assert "5 and 4 do not fit" in message.shown
        assert "2x5" in message.button("rerun")["value"]

    def test_the_newest_diagnosis_of_a_program_is_shown(
        self, http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
    ) -> None:
        id = sent(address, healthy)
        http.send(slack.command(hashlib.sha256(healthy).hexdigest().upper()))
        assert id in answered(slack, until).button("open")["url"]

    def test_what_is_not_there_is_told(self, http: Http, slack: FakeSlack, until: Until) -> None:
        http.send(slack.command("0" * 32))
        until(lambda: slack.said())
        assert "There is no diagnosis 000" in slack.said()[0].text
        http.send(slack.command("0" * 64))
        until(lambda: len(slack.said()) == 2)
        assert "No upload has this sha256" in slack.said()[1].text

    def test_bad_shapes_are_told_at_once(self, http: Http, slack: FakeSlack) -> None:
        answer = http.send(slack.command(f"{'0' * 64} 2xfour"))
        assert answer["response_type"] == "ephemeral"
        assert "'four' is not a size" in answer["text"]


class TestForm:
    def test_a_file_is_diagnosed(self, http: Http, slack: FakeSlack, until: Until, program: Make) -> None:
        http.send(slack.command(""))
        (view,) = slack.views
        file = slack.upload("net.pt", program(DETACHED))
        assert http.send(slack.submission(view, file={"files": [file]}, shapes={"value": "2x4"})) is None
        message = answered(slack, until)
        assert "net.pt" in message.text
        assert "h = h.detach()" in message.shown
        assert message.thread is None

    def test_what_is_wrong_is_told_at_its_field(self, http: Http, slack: FakeSlack) -> None:
        http.send(slack.command(""))
        (view,) = slack.views
        file = slack.upload("net.pt", b"PK")
        filled = {"file": {"files": [file]}, "shapes": {"value": "2xfour"}, "loss": {"value": "cross_entropy"}}
        errors = http.send(slack.submission(view, **filled))["errors"]
        assert errors.keys() == {"shapes", "loss"}
        assert "'four' is not a size" in errors["shapes"]
        assert "cross_entropy 8:int64[0,10)" in errors["loss"]
        unknown = {"file": {"files": [file]}, "shapes": {"value": "2x4"}, "loss": {"value": "crossentropy"}}
        assert "did you mean" in http.send(slack.submission(view, **unknown))["errors"]["loss"].lower()
        large = {"file": {"files": [file | {"size": 10_000_001}]}}
        assert "one-time" in str(view["blocks"])
        assert http.send(slack.submission(view, **large))["errors"].keys() == {"file"}

    def test_a_loss_with_its_target_is_run(
        self, http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
    ) -> None:
        http.send(slack.command(""))
        filled = {"shapes": {"value": "8x4"}, "loss": {"value": "cross_entropy 8:int64[0,3)"}}
        chosen = {"mode": {"selected_option": {"value": "eval"}}}
        file = {"file": {"files": [slack.upload("net.pt", healthy)]}}
        http.send(slack.submission(slack.views[0], **filled, **chosen, **file))
        message = answered(slack, until)
        id = message.button("open")["url"].rpartition("/")[2]
        request = requests.get(f"{address}/diagnoses/{id}", timeout=5).json()["request"]
        assert (request["loss"]["kind"], request["mode"]) == ("cross_entropy", "eval")
        http.send(slack.press(message, "rerun"))
        fields = {block["block_id"]: block for block in slack.views[1]["blocks"] if "element" in block}
        assert fields["loss"]["element"]["initial_value"] == "cross_entropy 8:int64[0,3)"
        assert all("in the run before" in fields[name]["hint"]["text"] for name in ("shapes", "loss"))
        http.send(slack.submission(slack.views[1], shapes={"value": ""}, loss={"value": ""}))
        until(lambda: len(slack.said()) == 2 and finished(slack.said()[1]))
        again = slack.said()[1].button("open")["url"].rpartition("/")[2]
        assert requests.get(f"{address}/diagnoses/{again}", timeout=5).json()["request"] == request

    def test_without_a_file_the_answer_is_a_link(
        self, http: Http, slack: FakeSlack, address: str, until: Until, program: Make
    ) -> None:
        http.send(slack.command(""))
        asked = {"shapes": {"value": "2x4"}, "loss": {"value": "mse_loss 2x3"}}
        chosen = {"mode": {"selected_option": {"value": "eval"}}}
        http.send(slack.submission(slack.views[0], **asked, **chosen))
        until(lambda: slack.said())
        (message,) = slack.said()
        options = "--input 2x4 --loss mse_loss --target 2x3 --eval"
        assert f"whygrad check model.pt {options} --server https://grad.example" in message.shown
        (curl,) = re.findall(rf"curl -F model=@model.pt ({PUBLIC}/upload/\S+)", message.shown)
        page = f"{address}{urlsplit(curl).path}"
        assert requests.get(page, timeout=5).status_code == 200
        files = {"model": ("big.pt", program(DETACHED))}
        assert requests.post(page, files=files, timeout=30).status_code == 202
        until(lambda: "big.pt" in message.text and finished(message))
        assert slack.said() == [message]
        assert "h = h.detach()" in message.shown

    def test_a_link_by_command(self, http: Http, slack: FakeSlack, until: Until) -> None:
        http.send(slack.command("upload 2x4"))
        until(lambda: slack.said())
        assert "/upload/" in slack.said()[0].shown


class TestShortcut:
    def test_the_answer_comes_into_the_thread(self, http: Http, slack: FakeSlack, until: Until, program: Make) -> None:
        payload = slack.shortcut([slack.upload("notes.txt", b"x"), slack.upload("net.pt", program(DETACHED))])
        http.send(payload)
        (view,) = slack.views
        assert "net.pt" in str(view["blocks"])
        http.send(slack.submission(view, shapes={"value": "2x4"}))
        message = answered(slack, until)
        assert message.thread == payload["message"]["ts"]
        assert "h = h.detach()" in message.shown

    def test_where_nothing_was_recorded_the_shapes_are_asked_for(
        self, http: Http, slack: FakeSlack, until: Until, healthy: bytes
    ) -> None:
        http.send(slack.shortcut([slack.upload("net.pt", healthy)]))
        http.send(slack.submission(slack.views[0]))
        message = answered(slack, until)
        assert message.text.startswith("error[TYP804]")
        assert message.button("rerun")["text"]["text"] == "Give the shapes"
        http.send(slack.press(message, "rerun"))
        http.send(slack.submission(slack.views[1], shapes={"value": "2x4"}))
        until(lambda: len(slack.said()) == 2 and finished(slack.said()[1]))
        assert slack.said()[1].text.startswith("healthy in net.pt")
        assert slack.said()[1].thread == message.thread

    def test_one_of_several_is_chosen(self, http: Http, slack: FakeSlack, until: Until, program: Make) -> None:
        files = [slack.upload(f"net{n}.pt", program("return self.linear(x)")) for n in range(2)]
        http.send(slack.shortcut(files))
        chosen = {"choice": {"selected_option": {"value": "1"}}}
        http.send(slack.submission(slack.views[0], shapes={"value": "2x4"}, **chosen))
        assert "net1.pt" in answered(slack, until).text

    def test_a_message_without_a_model_says_so(self, http: Http, slack: FakeSlack) -> None:
        http.send(slack.shortcut([]))
        http.send(slack.shortcut([slack.upload("notes.txt", b"x")]))
        http.send(slack.shortcut([slack.upload("net.pt", b"x") | {"mode": "tombstone"}]))
        assert ["no file" in str(view["blocks"]) for view in slack.views] == [True, False, False]
        assert all("submit" not in view for view in slack.views)


class TestButtons:
    def test_other_shapes_are_run_below_the_answer(
        self, http: Http, slack: FakeSlack, address: str, until: Until, healthy: bytes
    ) -> None:
        http.send(slack.command(sent(address, healthy)))
        message = answered(slack, until)
        http.send(slack.press(message, "rerun"))
        fields = {block["block_id"]: block["element"] for block in slack.views[0]["blocks"] if "element" in block}
        assert fields["shapes"]["initial_value"] == "2x4"
        http.send(slack.submission(slack.views[0], shapes={"value": "2x9"}))
        until(lambda: len(slack.said()) == 2 and finished(slack.said()[1]))
        assert slack.said()[1].thread == message.ts
        assert slack.said()[1].text.startswith("error[SHP701] in net.pt")

    def test_a_finding_is_muted_with_a_reason_and_told_again(
        self, http: Http, slack: FakeSlack, address: str, until: Until, program: Make
    ) -> None:
        id = sent(address, program(DETACHED))
        http.send(slack.command(id))
        message = answered(slack, until)
        http.send(slack.press(message, "open"))
        http.send(slack.press(message, "mute"))
        http.send(slack.submission(slack.views[0], reason={"value": "<!channel> knows"}))
        until(lambda: message.text.startswith("nothing new"))
        assert "muted by ada on 20" in message.shown
        assert "asked by" not in message.shown, "who mutes it has not asked for it"
        (finding, *_) = requests.get(f"{address}/diagnoses/{id}", timeout=5).json()["findings"]
        assert (finding["muted"]["by"], finding["muted"]["reason"]) == ("ada", "<!channel> knows")
        http.send(slack.press(message, "unmute"))
        until(lambda: message.text.startswith("error["))
        assert requests.get(f"{address}/mutes/{finding['fingerprint']}", timeout=5).status_code == 404
        assert slack.said() == [message]


def test_where_the_bot_is_no_member_the_answer_comes_by_the_address(
    http: Http, slack: FakeSlack, address: str, until: Until, program: Make
) -> None:
    http.send(slack.command(sent(address, program(DETACHED)), PRIVATE))
    message = answered(slack, until, PRIVATE)
    assert "h = h.detach()" in message.shown
    http.send(slack.press(message, "mute"))
    http.send(slack.submission(slack.views[0]))
    until(lambda: message.text.startswith("nothing new"))
    http.send(slack.press(message, "unmute"))
    until(lambda: message.text.startswith("error["))
    assert slack.said(PRIVATE) == [message]


def test_a_shortcut_where_the_bot_is_no_member_is_answered_in_the_thread(
    http: Http, slack: FakeSlack, until: Until, healthy: bytes
) -> None:
    payload = slack.shortcut([slack.upload("net.pt", healthy)], PRIVATE)
    http.send(payload)
    http.send(slack.submission(slack.views[0], shapes={"value": "2x4"}))
    until(lambda: slack.said(PRIVATE))
    (said,) = slack.said(PRIVATE)
    assert said.thread == payload["message"]["ts"]
    assert said.text.startswith("healthy")
