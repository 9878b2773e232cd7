"""What Slack calls: each listener opens a form or puts a task into the outbox, and acknowledges, in a moment."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from whygrad.engine import catalogue
from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes
from whygrad_client.reading import MisreadError, read
from whygrad_client.slack import answer, commands, explaining, forms
from whygrad_client.slack.blocks import Message
from whygrad_client.slack.methods import NO_ANSWER, web_client
from whygrad_client.slack.payloads import (
    File,
    Interaction,
    Known,
    KnownFinding,
    Posted,
    Press,
    Shortcut,
    Submission,
    Typed,
)
from whygrad_client.slack.tasks import Conversation, Outbox, Source, Task

SHORTCUT = "diagnose_message"
MODELS = (".pt", ".pth", ".pt2", ".ts", ".ptl", ".jit", ".torchscript", ".zip")
OPEN_SECONDS = 2
"""How long a listener waits for Slack: it is to acknowledge in three seconds itself."""

log = logging.getLogger(__name__)

Body = dict[str, Any]


def build(outbox: Outbox, *, token: str, api_url: str) -> App:
    """The app for the one workspace that the bot token is of. Whoever mounts it checks that it is Slack that calls.

    A listener runs in the thread that serves its request, so that no slow one keeps another from its turn.
    """
    catalogue.rules()  # it takes a moment to read them, which the first to ask would have to wait
    app = App(
        client=web_client(token, api_url, OPEN_SECONDS),
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=token
        ),
        request_verification_enabled=False,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
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

    def command(self, ack: Ack, body: Body, client: WebClient) -> None:
        """`/diagnose …`: explained at once, shown, run, or asked for in a form."""
        typed = read(Typed, body)
        try:
            asked = commands.read(typed.text)
        except ShapeSyntaxError as error:
            _whisper(ack, explaining.usage(f"Those are no shapes: {error.message}."))
            return
        conversation = Conversation(typed.channel_id, typed.user_id, response_url=typed.response_url)
        match asked.kind:
            case "form":
                form = forms.diagnose(conversation)
                _open(client, typed.trigger_id, form, lambda text: _whisper(ack, Message.of(text)))
            case "help":
                _whisper(ack, explaining.usage())
            case "text":
                message, known = explaining.explained(asked.text)
                ack(**message.payload(), response_type="in_channel" if known else "ephemeral")
            case _:
                self._put(typed.trigger_id, _asked(asked, conversation))
        if ack.response is None:
            ack()

    def shortcut(self, ack: Ack, body: Body, client: WebClient) -> None:
        """ "Diagnose this model" on a message: the answer comes into its thread."""
        taken = read(Shortcut, body)
        message = taken.message
        conversation = replace(_place(taken), thread=message.thread_ts or message.ts)
        sources = [forms.source(file) for file in message.files if _is_model(file)]
        form = forms.diagnose(conversation, sources) if sources else forms.nothing(_no_model(message))
        _open(client, taken.trigger_id, form, self._telling(taken))
        ack()

    def diagnose(self, ack: Ack, body: Body) -> None:
        """A form was sent: what is wrong with it is said at its field, else it is run."""
        sent = read(Submission, body)
        try:
            request, source = forms.read_request(sent.view), forms.read_source(sent.view)
        except forms.FormError as error:
            ack(response_action="errors", errors=error.errors)
            return
        conversation = forms.about(sent.view)["conversation"]
        task = Task("run" if source else "link", conversation, source or Source(), request)
        self._put(sent.view.id, task, by=sent.user.called)
        ack()

    def mute(self, ack: Ack, body: Body) -> None:
        """Somebody said why a finding is muted."""
        sent = read(Submission, body)
        about, reason = forms.about(sent.view), forms.read_reason(sent.view)
        finding = read(KnownFinding, about)
        task = Task("mute", about["conversation"], diagnosis=finding.id, fingerprint=finding.fingerprint)
        self._put(sent.view.id, task.now(reason=reason), by=sent.user.called)
        ack()

    def opened(self, ack: Ack) -> None:
        """A button that is a link: there is nothing to do, but Slack wants to be answered."""
        ack()

    def rerun(self, ack: Ack, body: Body, client: WebClient) -> None:
        """The form for the same program with other shapes; its answer comes below the first."""
        press = read(Press, body)
        known = read(Known, press.held)
        source = Source(name="the same program", diagnosis=known.id)
        _open(client, press.trigger_id, forms.diagnose(_below(press), [source], known), self._telling(press))
        ack()

    def ask_why(self, ack: Ack, body: Body, client: WebClient) -> None:
        """The form that asks why a finding is to be muted."""
        press = read(Press, body)
        form = forms.mute(_same(press), read(KnownFinding, press.held))
        _open(client, press.trigger_id, form, self._telling(press))
        ack()

    def unmute(self, ack: Ack, body: Body) -> None:
        """A finding is to be told again."""
        press = read(Press, body)
        finding = read(KnownFinding, press.held)
        task = Task("unmute", _same(press), diagnosis=finding.id, fingerprint=finding.fingerprint)
        self._put(press.trigger_id, task, by=press.user.called)
        ack()

    def _telling(self, done: Interaction) -> Callable[[str], None]:
        """How to tell something to who did this, and to nobody else: an acknowledgement shows nothing."""
        task = Task("tell", replace(_place(done), whispered=True))
        return lambda text: self._put(done.trigger_id, task.now(reason=text))

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


def _open(client: WebClient, trigger: str, view: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Open a form, which Slack allows for three seconds; where it does not come to that, `tell` why.

    A timeout of the client is one of each address and each read; in a thread it is one of all together.
    """
    pool = ThreadPoolExecutor(1)
    opening = pool.submit(client.views_open, trigger_id=trigger, view=view)
    pool.shutdown(wait=False)
    try:
        opening.result(OPEN_SECONDS)
    except SlackApiError as error:
        tell(f"Slack did not open the form ({error.response.get('error', 'no reason given')}). Try again.")
    except NO_ANSWER as error:
        tell(f"Slack did not open the form in time{f' ({error})' if str(error) else ''}. Try again.")


def _same(press: Press) -> Conversation:
    """The message that a button stands on, to be changed; what only one person sees is changed by its address alone."""
    hidden = press.container.is_ephemeral
    return replace(_place(press), message=None if hidden else press.on, responded=hidden, replaces=True)


def _below(press: Press) -> Conversation:
    """The thread below the message that a button stands on."""
    thread = press.message.thread_ts or press.on
    return replace(_place(press), thread=None if press.container.is_ephemeral else thread)


def _place(interaction: Interaction) -> Conversation:
    """Where something was done, and the address for an answer to it."""
    return Conversation(interaction.where, interaction.user.id, response_url=interaction.response_url)


def _is_model(file: File) -> bool:
    if file.mode in ("tombstone", "hidden_by_limit"):
        return False
    return (file.name or MODELS[0]).lower().endswith(MODELS)


def _no_model(message: Posted) -> str:
    if message.files:
        return f"No file of this message is a model, by its name: {', '.join(MODELS)}. Or the file was deleted."
    return f"This message has no file. {explaining.COMMAND} opens a form to add one."


def _failed(error: Exception, body: Body) -> BoltResponse:
    """What nobody here can take: Slack tells the user that it did not work, the log tells why."""
    if isinstance(error, BoltUnhandledRequestError):
        return _unknown(body)
    if isinstance(error, MisreadError):
        log.warning("Slack sent what cannot be read: %s", error)
        return BoltResponse(status=400, body=f"The payload is nothing that Slack sends: {error}.")
    log.error("a request of Slack could not be taken", exc_info=error)
    if "command" not in body:
        return BoltResponse(status=500, body="whygrad could not take this; its log says why.")
    return _told("whygrad could not take this just now; its log says why. Try again in a moment.")


def _unknown(body: Body) -> BoltResponse:
    """Slack is set up for more than there is here. An event is taken all the same, else Slack sends it again."""
    if "command" in body:
        return _told(f"whygrad answers to {explaining.COMMAND}, and Slack was told of another command.")
    if body.get("type") == "event_callback":
        return BoltResponse(status=200, body="")
    return BoltResponse(status=400, body="The payload is for no command, button, form or shortcut of whygrad.")


def _told(text: str) -> BoltResponse:
    return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})
