"""What Slack calls: each listener opens a form or puts a task into the outbox, and acknowledges, in a moment."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from whygrad.engine import catalogue
from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes
from whygrad_client.slack import answer, commands, explaining, forms
from whygrad_client.slack.blocks import Message
from whygrad_client.slack.tasks import Conversation, Outbox, Source, Task

SHORTCUT = "diagnose_message"
MODELS = (".pt", ".pth", ".pt2", ".ts", ".ptl", ".jit", ".torchscript", ".zip")
OPEN_SECONDS = 2
"""How long a listener waits for Slack: it is to acknowledge in three seconds itself."""

log = logging.getLogger(__name__)

Body = Mapping[str, Any]


def build(outbox: Outbox, *, token: str, api_url: str) -> App:
    """The app for the one workspace that the bot token is of. Whoever mounts it checks that it is Slack that calls.

    A listener runs in the thread that serves its request, so that no slow one keeps another from its turn.
    """
    catalogue.rules()  # it takes a moment to read them, which the first to ask would have to wait
    app = App(
        client=WebClient(token=token, base_url=api_url, timeout=OPEN_SECONDS),
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=token
        ),
        request_verification_enabled=False,
        process_before_response=True,
    )
    listeners = Listeners(outbox)
    app.command(explaining.COMMAND)(listeners.command)
    app.message_shortcut(SHORTCUT)(listeners.shortcut)
    app.view(forms.DIAGNOSE)(listeners.diagnose)
    app.view(forms.MUTE)(listeners.mute)
    app.action(answer.OPEN)(listeners.opened)
    app.action(answer.RERUN)(listeners.rerun)
    app.action(answer.MUTE)(listeners.ask_why)
    app.action(answer.UNMUTE)(listeners.unmute)
    app.error(_failed)
    return app


class Listeners:
    """One method for each thing that somebody can do."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    def command(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """`/diagnose …`: explained at once, shown, run, or asked for in a form."""
        try:
            asked = commands.read(body.get("text") or "")
        except ShapeSyntaxError as error:
            _whisper(ack, explaining.usage(f"Those are no shapes: {error.message}."))
            return
        conversation = Conversation(body["channel_id"], body["user_id"], response_url=body.get("response_url"))
        match asked.kind:
            case "form":
                _open(client, body, forms.diagnose(conversation), lambda text: _whisper(ack, Message.of(text)))
            case "help":
                _whisper(ack, explaining.usage())
            case "text":
                message, known = explaining.explained(asked.text)
                ack(**message.payload(), response_type="in_channel" if known else "ephemeral")
            case _:
                self._put(body["trigger_id"], _asked(asked, conversation))
        if ack.response is None:
            ack()

    def shortcut(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """ "Diagnose this model" on a message: the answer comes into its thread."""
        message = body["message"]
        conversation = replace(_place(body), thread=message.get("thread_ts") or message.get("ts"))
        sources = [forms.source(file) for file in message.get("files") or [] if _is_model(file)]
        form = forms.diagnose(conversation, sources) if sources else forms.nothing(_no_model(message))
        _open(client, body, form, log.warning)
        ack()

    def diagnose(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """A form was sent: what is wrong with it is said at its field, else it is run."""
        try:
            request, source = forms.read_request(view), forms.read_source(view)
        except forms.FormError as error:
            ack(response_action="errors", errors=error.errors)
            return
        conversation = forms.about(view)["conversation"]
        task = Task("run" if source else "link", conversation, source or Source(), request)
        self._put(view["id"], task, by=_name(body))
        ack()

    def mute(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Somebody said why a finding is muted."""
        about, reason = forms.about(view), forms.read_reason(view)
        task = Task("mute", about["conversation"], diagnosis=about["id"], fingerprint=about["fingerprint"])
        self._put(view["id"], task.now(reason=reason), by=_name(body))
        ack()

    def opened(self, ack: Ack) -> None:
        """A button that is a link: there is nothing to do, but Slack wants to be answered."""
        ack()

    def rerun(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """The form for the same program with other shapes; its answer comes below the first."""
        known = _pressed(body)
        source = Source(name="the same program", diagnosis=known["id"])
        _open(client, body, forms.diagnose(_below(body), [source], known), log.warning)
        ack()

    def ask_why(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """The form that asks why a finding is to be muted."""
        _open(client, body, forms.mute(_same(body), _pressed(body)), log.warning)
        ack()

    def unmute(self, ack: Ack, body: dict[str, Any]) -> None:
        """A finding is to be told again."""
        pressed = _pressed(body)
        task = Task("unmute", _same(body), diagnosis=pressed["id"], fingerprint=pressed["fingerprint"])
        self._put(body["trigger_id"], task, by=_name(body))
        ack()

    def _put(self, key: str, task: Task, *, by: str = "") -> None:
        """Keep a task; Slack may deliver what it is about twice, and each is one task by its key."""
        self.outbox.put(f"slack:{key}", task.now(by=by).json())


def _asked(command: commands.Command, conversation: Conversation) -> Task:
    request = {"inputs": parse_shapes(command.shapes)} if command.shapes else {}
    if command.kind == "upload":
        return Task("link", conversation, request=request)
    is_program = len(command.text) == 64
    source = Source(sha256=command.text) if is_program else Source(diagnosis=command.text)
    return Task("run" if request else "show", conversation, source, request)


def _whisper(ack: Ack, message: Message) -> None:
    ack(**message.payload(), response_type="ephemeral")


def _open(client: WebClient, body: Body, view: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Open a form, which Slack allows for three seconds; where it does not come to that, `tell` why."""
    try:
        client.views_open(trigger_id=body["trigger_id"], view=view)
    except SlackApiError as error:
        tell(f"Slack did not open the form ({error.response.get('error', 'no reason given')}). Try again.")
    except OSError as error:
        tell(f"Slack did not open the form in time ({error}). Try again.")


def _pressed(body: Body) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(body["actions"][0]["value"])
    return known


def _same(body: Body) -> Conversation:
    """The message that a button stands on, to be changed; what only one person sees is changed by its address alone."""
    here, hidden = _place(body), _is_hidden(body)
    return replace(here, message=None if hidden else _pressed_on(body), responded=hidden, replaces=True)


def _below(body: Body) -> Conversation:
    """The thread below the message that a button stands on."""
    thread = (body.get("message") or {}).get("thread_ts") or _pressed_on(body)
    return replace(_place(body), thread=None if _is_hidden(body) else thread)


def _place(body: Body) -> Conversation:
    """Where something was done, and the address for an answer to it."""
    channel = (body.get("channel") or {}).get("id") or (body.get("container") or {})["channel_id"]
    return Conversation(channel, body["user"]["id"], response_url=body.get("response_url"))


def _pressed_on(body: Body) -> str | None:
    told = (body.get("container") or {}).get("message_ts") or (body.get("message") or {}).get("ts")
    return None if told is None else str(told)


def _is_hidden(body: Body) -> bool:
    return bool((body.get("container") or {}).get("is_ephemeral"))


def _is_model(file: Body) -> bool:
    if file.get("mode") in ("tombstone", "hidden_by_limit"):
        return False
    return str(file.get("name") or MODELS[0]).lower().endswith(MODELS)


def _no_model(message: Body) -> str:
    if message.get("files"):
        return f"No file of this message is a model, by its name: {', '.join(MODELS)}. Or the file was deleted."
    return f"This message has no file. {explaining.COMMAND} opens a form to add one."


def _name(body: Body) -> str:
    user = body.get("user") or {}
    return str(user.get("name") or user.get("username") or user.get("id") or "")[:80]


def _failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Something of ours broke: the log says what, and Slack tells the user that it did not work."""
    log.error("a request of Slack could not be taken", exc_info=error)
    if "command" not in body:
        return BoltResponse(status=500, body="")
    told = "whygrad could not take this just now; its log says why. Try again in a moment."
    return BoltResponse(status=200, body={"response_type": "ephemeral", "text": told})
