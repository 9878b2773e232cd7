"""How something is said, against a Slack that refuses, forgets and has heard enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.client.slack.fake_slack import BOT_TOKEN, BROKE_OFF, FakeSlack
from tests.client.slack.workspace import CHANNEL, PRIVATE

from whygrad_client.slack import blocks
from whygrad_client.slack.blocks import Message
from whygrad_client.slack.methods import web_client
from whygrad_client.slack.speaking import Silenced, Speaker, Unheard, Wait
from whygrad_client.slack.tasks import Conversation


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    slack = FakeSlack()
    yield slack
    slack.close()
    assert slack.violations == []


@pytest.fixture
def speaker(fake: FakeSlack) -> Speaker:
    return Speaker(web_client(BOT_TOKEN, fake.api_url))


def message(text: str) -> Message:
    return Message.of(text, blocks.rich(blocks.line(blocks.word(text))))


def test_it_is_one_message_which_changes(fake: FakeSlack, speaker: Speaker) -> None:
    here = speaker.say(Conversation(CHANNEL), message("one"), final=False)
    here = speaker.say(here, message("two"), final=False)
    speaker.say(here, message("two"))
    (said,) = fake.said()
    assert (said.text, said.updates) == ("two", 1)
    assert fake.calls == ["chat.postMessage", "chat.update"]


def test_slack_is_left_alone_for_as_long_as_it_says(fake: FakeSlack, speaker: Speaker) -> None:
    fake.refuse("chat.postMessage", (429, "7"))
    with pytest.raises(Wait) as caught:
        speaker.say(Conversation(CHANNEL), message("one"))
    assert caught.value.seconds == 7
    with pytest.raises(Wait):
        speaker.say(Conversation(PRIVATE), message("two"))
    assert fake.calls == ["chat.postMessage"]


@pytest.mark.parametrize("failure", [(500, ""), (503, "service_unavailable"), (200, "internal_error")])
def test_what_may_pass_is_to_be_tried_again(fake: FakeSlack, speaker: Speaker, failure: tuple[int, str]) -> None:
    fake.refuse("chat.postMessage", failure)
    with pytest.raises(Unheard):
        speaker.say(Conversation(CHANNEL), message("one"))


def test_nobody_there_is_to_be_tried_again() -> None:
    with pytest.raises(Unheard):
        Speaker(web_client(BOT_TOKEN, "http://127.0.0.1:9/api/")).say(Conversation(CHANNEL), message("one"))


@pytest.mark.parametrize("channel", [CHANNEL, PRIVATE])
def test_what_broke_off_is_said_no_second_time_by_itself(fake: FakeSlack, speaker: Speaker, channel: str) -> None:
    fake.refuse("chat.postMessage" if channel == CHANNEL else "response_url", BROKE_OFF)
    with pytest.raises(Unheard):
        speaker.say(Conversation(channel, response_url=fake.address(channel)), message("one"))
    assert [said.text for said in fake.said(channel)] == ["one"]


def test_blocks_that_slack_refuses_leave_the_text(fake: FakeSlack, speaker: Speaker) -> None:
    fake.refuse("chat.postMessage", (200, "invalid_blocks"))
    speaker.say(Conversation(CHANNEL), message("a <b> & c"))
    assert [(said.text, said.content["blocks"]) for said in fake.said()] == [("a &lt;b&gt; &amp; c", [])]


def test_a_message_that_somebody_deleted_is_said_anew(fake: FakeSlack, speaker: Speaker) -> None:
    here = speaker.say(Conversation(CHANNEL), message("one"))
    fake.messages.clear()
    speaker.say(here, message("two"))
    assert [said.text for said in fake.said()] == ["two"]


@pytest.mark.parametrize("why", ["not_in_channel", "token_revoked", "is_archived", "missing_scope"])
def test_where_the_bot_may_not_speak_the_address_is_used(fake: FakeSlack, speaker: Speaker, why: str) -> None:
    fake.refuse("chat.postMessage", (200, why))
    here = speaker.say(Conversation(CHANNEL, response_url=fake.address(CHANNEL)), message("working"), final=False)
    for progress in ("a", "b", "c", "d", "e", "f"):
        here = speaker.say(here, message(progress), final=False)
    here = speaker.say(here, message("done"))
    (said,) = fake.said()
    assert (said.text, said.ephemeral, here.response_posts) == ("done", False, 1)


def test_an_address_is_used_five_times_at_most(fake: FakeSlack, speaker: Speaker) -> None:
    here = Conversation(PRIVATE, response_url=fake.address(PRIVATE))
    for text in "abcde":
        here = speaker.say(here, message(text))
    with pytest.raises(Silenced):
        speaker.say(here, message("f"))
    assert [said.text for said in fake.said(PRIVATE)] == list("abcde"), "none of them changes another"


def test_an_address_is_good_for_half_an_hour(fake: FakeSlack, speaker: Speaker) -> None:
    here = Conversation(PRIVATE, response_url=fake.address(PRIVATE))
    with pytest.raises(Silenced, match="channel_not_found"):
        speaker.say(replace(here, since=here.since - 31 * 60), message("late"))
    fake.ahead = 31 * 60
    with pytest.raises(Silenced, match="expired_url"):
        speaker.say(here, message("late"))


def test_where_there_is_no_way_that_is_said(fake: FakeSlack, speaker: Speaker) -> None:
    with pytest.raises(Silenced, match="channel_not_found"):
        speaker.say(Conversation("C0NOWHERE"), message("one"))
    assert fake.said() == []


def test_a_text_is_no_markup(fake: FakeSlack, speaker: Speaker) -> None:
    speaker.say(Conversation(CHANNEL), message("<!channel> & <@U1> https://evil.example"))
    (said,) = fake.said()
    assert said.text.startswith("&lt;!channel&gt; &amp; &lt;@U1&gt; https:")
    assert "https://" not in said.text
