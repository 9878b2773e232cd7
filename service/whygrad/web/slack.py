"""The door for Slack: a request that Slack signed just now is handed to the app that is mounted here."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, Response, current_app, request

from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, Body, operation
from whygrad.web.service import service

if TYPE_CHECKING:
    from slack_bolt import App

resource = Blueprint("slack", __name__)

MOUNTED = "whygrad.slack"
LARGEST_BODY = 1_000_000
FRESH_SECONDS = 5 * 60

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class Signed(Body):
    """A body as Slack signed it, to the byte."""

    media_type: ClassVar[str] = "application/x-www-form-urlencoded"

    def read(self) -> dict[str, Any]:
        """What it says, once it is known to be Slack's. Raises Problem."""
        if MOUNTED not in current_app.extensions:
            raise Problem(404, "Slack is not set up here: WHYGRAD_SLACK_SIGNING_SECRET and _BOT_TOKEN do that.")
        request.max_content_length = LARGEST_BODY
        body = request.get_data()
        _require_signature(body)
        return _payload(_text(body))


def mount(app: Flask, chat: App) -> None:
    """Let `chat` answer what Slack sends to `app`."""
    app.extensions[MOUNTED] = chat


@resource.post("/slack/events")
@operation(
    "Take what Slack sends: commands, buttons, forms",
    body=Signed(),
    answers={200: Answer("Acknowledged, as Slack wants to be answered")},
    problems={
        400: "the body broke off; or it is signed, and yet nothing that Slack sends",
        401: "not signed by Slack, or more than five minutes ago",
        404: "Slack is not set up here",
        413: "larger than the limit",
    },
)
def events(body: dict[str, Any]) -> Response:
    """Hand it on; the app acknowledges in a moment, and what takes longer stands in its outbox."""
    # only here: a service without Slack has none of it installed
    from slack_bolt.adapter.flask.handler import to_flask_response
    from slack_bolt.request import BoltRequest

    chat: App = current_app.extensions[MOUNTED]
    try:
        answer = chat.dispatch(BoltRequest(body=body, mode="socket_mode"))  # the mode in which a body comes parsed
    except (LookupError, TypeError, AttributeError) as error:  # of its own reading: what a listener raises it answers
        raise Problem(400, "The payload is nothing that Slack sends.") from error
    if answer.status >= 400:
        raise Problem(answer.status, answer.body)
    return to_flask_response(answer)


def _require_signature(body: bytes) -> None:
    """The signature is what Slack has in place of a key; an old one may have been overheard, and is sent again."""
    from slack_sdk.signature import SignatureVerifier  # only here, as above

    stamp = request.headers.get("X-Slack-Request-Timestamp", "")
    given = request.headers.get("X-Slack-Signature", "")
    if not (_TIMESTAMP.fullmatch(stamp) and _SIGNATURE.fullmatch(given)):
        raise Problem(
            401, "This is for Slack: its X-Slack-Request-Timestamp or X-Slack-Signature is missing or malformed."
        )
    if abs(time.time() - int(stamp)) > FRESH_SECONDS:
        raise Problem(401, "This was signed more than five minutes ago; is the clock of this machine right?")
    if not SignatureVerifier(service().settings.slack_signing_secret).is_valid(_text(body), stamp, given):
        raise Problem(401, "This is not signed with the secret that WHYGRAD_SLACK_SIGNING_SECRET names.")


def _payload(text: str) -> dict[str, Any]:
    """A command is a form; what is pressed or filled in is JSON in a field of one, and an event is JSON."""
    form = {} if request.is_json else dict(parse_qsl(text, keep_blank_values=True))
    if form and "payload" not in form:
        return form
    try:
        payload = json.loads(form.get("payload", text))
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The payload is no JSON.") from error
    if not isinstance(payload, dict):
        raise Problem(400, "The payload is no JSON object.")
    _require_names(payload.get("actions", []))
    return payload


def _require_names(actions: Any) -> None:
    """The app takes for granted that what was pressed has a name."""
    if not (isinstance(actions, list) and all(isinstance(one, dict) and "action_id" in one for one in actions)):
        raise Problem(400, "The payload has an action without an action_id.")


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Problem(401, "Slack signs text, and this is none.") from error
