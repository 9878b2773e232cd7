"""How something is said in Slack: one message in a conversation, changed as long as it may be."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace

from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError

from whygrad_client.slack.blocks import Message
from whygrad_client.slack.methods import NO_ANSWER, SECONDS
from whygrad_client.slack.tasks import Conversation

_PAUSE = 30.0
"""How long to wait where Slack says too much, and not for how long."""
_GONE = ("message_not_found", "cant_update_message", "edit_window_closed")
_PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "timeout")
_MALFORMED = ("invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "too_many_blocks")

log = logging.getLogger(__name__)


class Wait(Exception):  # noqa: N818 - it names what is to be done
    """Slack has heard enough for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"for {seconds} s")
        self.seconds = seconds


class Unheard(Exception):  # noqa: N818 - named after what happened
    """Slack did not answer, or not as it should; the next try may do better."""


class Silenced(Exception):  # noqa: N818 - named after what happened
    """There is no way into this conversation any more: why."""


class Speaker:
    """Says messages by the methods of one bot, and by the addresses that came with interactions."""

    def __init__(self, client: WebClient) -> None:
        self.client = client
        self._quiet: dict[str, float] = {}

    def say(self, conversation: Conversation, message: Message, *, final: bool = True) -> Conversation:
        """The conversation after this message has come, or taken the place of what was said there before.

        An address takes five answers only, and one that came with a command changes none that it gave: there only what
        is `final` is said. Raises Wait, Unheard or Silenced.
        """
        shown = _digest(message)
        if shown == conversation.shown:
            return conversation
        if not (conversation.responded or conversation.whispered):
            try:
                return replace(self._post(conversation, message), shown=shown)
            except SlackApiError as error:
                reason = _reason(error)
                log.warning("Slack takes no message in %s: %s", conversation.channel, reason)
        else:
            reason = "the address for answers is used up, or its time is over"
        if not final and (conversation.responded or not conversation.replaces):
            return replace(conversation, responded=True)
        if not conversation.may_respond:
            raise Silenced(reason)
        return replace(self._respond(conversation, message, reason), shown=shown)

    def _post(self, conversation: Conversation, message: Message) -> Conversation:
        """Say it as the bot. Raises SlackApiError where it may not here."""
        if conversation.message:
            try:
                self._call("chat.update", conversation, message, ts=conversation.message)
                return conversation
            except SlackApiError as error:
                if _reason(error) not in _GONE or conversation.may_respond:
                    raise
        thread = {"thread_ts": conversation.thread} if conversation.thread else {}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        answer = self._call("chat.postMessage", conversation, message, **thread, **quiet)
        return replace(conversation, message=answer["ts"], channel=answer.get("channel") or conversation.channel)

    def _call(self, method: str, conversation: Conversation, message: Message, **more: object) -> dict[str, str]:
        """Raises Wait, Unheard, or SlackApiError for what will not change; without blocks where Slack refuses those."""
        body = {"channel": conversation.channel, **message.payload(), **more}
        self._respect(method)
        try:
            answer = self.client.api_call(method, json=body)
        except SlackApiError as error:
            reason = _reason(error)
            if error.response.status_code == 429 or reason in ("ratelimited", "rate_limited"):
                raise self._hush(method, pause(error.response.headers)) from error
            if error.response.status_code >= 500 or reason in _PASSING:
                raise Unheard(reason) from error
            if reason in _MALFORMED and message.blocks:
                log.error("Slack refuses the blocks of a message (%s): %s", reason, json.dumps(body["blocks"]))
                return self._call(method, conversation, replace(message, blocks=()), **more)
            raise
        except NO_ANSWER as error:
            raise Unheard(str(error)) from error
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def _hush(self, method: str, seconds: float) -> Wait:
        """Nobody calls this method for so long: Slack counts the calls of all conversations together."""
        self._quiet[method] = time.monotonic() + seconds
        return Wait(seconds)

    def _respect(self, method: str) -> None:
        """Raise Wait while Slack wants to hear nothing by this method."""
        left = self._quiet.get(method, 0.0) - time.monotonic()
        if left > 0:
            raise Wait(left)

    def _respond(self, conversation: Conversation, message: Message, reason: str) -> Conversation:
        """Say it by the address that came with the interaction, which needs no token and no membership."""
        seen_by = "ephemeral" if conversation.whispered else "in_channel"
        body = message.payload() | {"response_type": seen_by, "replace_original": conversation.replaces}
        body |= {"thread_ts": conversation.thread} if conversation.thread else {}
        try:
            answer = WebhookClient(str(conversation.response_url), SECONDS, retry_handlers=[]).send_dict(body)
        except NO_ANSWER as error:
            raise Unheard(str(error)) from error
        if answer.status_code == 429:
            raise Wait(pause(answer.headers))
        if answer.status_code >= 500:
            raise Unheard(f"status {answer.status_code}")
        if answer.status_code != 200:
            raise Silenced(f"{reason}; and by its address: {answer.status_code} {answer.body[:100]}")
        return replace(conversation, responded=True, response_posts=conversation.response_posts + 1)


def _reason(error: SlackApiError) -> str:
    try:
        return str(error.response.get("error") or "no reason given")
    except (AttributeError, ValueError):
        return "an answer that is none"


def pause(headers: Mapping[str, str]) -> float:
    """How many seconds Slack wants to be left alone, as its Retry-After says."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(told) if str(told).isdecimal() else _PAUSE


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps(message.payload(), sort_keys=True).encode()).hexdigest()
