"""`whygrad slack`: the sender, and with an app token also the listeners, over Slack's Socket Mode."""

from __future__ import annotations

import logging
import os
import signal
import sys

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from whygrad import logs
from whygrad.jobs.courier_local import Courier
from whygrad.jobs.outbox import Outbox
from whygrad.settings import Settings, SettingsError
from whygrad.storage.database import Database, UnusableDatabase
from whygrad_client.errors import Misconfigured
from whygrad_client.slack import listeners
from whygrad_client.slack.backend import Backend
from whygrad_client.slack.methods import web_client
from whygrad_client.slack.sender import Sender

log = logging.getLogger(__name__)


class Unconnected(Exception):  # noqa: N818 - named after what happened
    """Slack does not let this process in: why, and what to do."""


def run(settings: Settings, server: str) -> None:
    """Work until SIGTERM or SIGINT.

    Raises Unconnected, UnusableDatabase, or Misconfigured where `server` is no address of a service.
    """
    outbox = open_outbox(settings)
    slack = web_client(settings.slack_bot_token, settings.slack_api_url)
    lease, public = settings.lease_seconds, settings.public_url
    sender = Sender(outbox, slack, Backend(server), public_url=public, lease_seconds=lease)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sender.stop())
    socket = _listen(settings, outbox) if settings.slack_app_token else None
    print(f"whygrad answers in Slack, by {server}", flush=True)
    try:
        sender.run()
    finally:
        if socket is not None:
            socket.close()


def open_outbox(settings: Settings) -> Outbox:
    """The outbox in the database of these settings, with its tables up to date."""
    database = Database(settings.database_url)
    database.migrate()
    return Outbox(database, Courier(settings.data / "slack"))


def _listen(settings: Settings, outbox: Outbox) -> SocketModeHandler:
    app = listeners.build(outbox, token=settings.slack_bot_token, api_url=settings.slack_api_url)
    client = web_client(None, settings.slack_api_url)
    handler = SocketModeHandler(app, settings.slack_app_token, web_client=client)
    try:
        handler.connect()
    except SlackApiError as error:
        handler.close()
        reason = error.response.get("error")
        raise Unconnected(
            f"Slack refuses the app token ({reason}): WHYGRAD_SLACK_APP_TOKEN is one with the scope connections:write, "
            "and Socket Mode is switched on in the app's settings"
        ) from error
    except OSError as error:
        handler.close()
        raise Unconnected(f"Slack cannot be reached at {settings.slack_api_url}: {error}") from error
    return handler


def main() -> int:
    """Run with the settings of the environment; the exit status."""
    logs.configure()
    try:
        settings = Settings.from_environment()
        if not settings.slack_bot_token:
            raise SettingsError("WHYGRAD_SLACK_BOT_TOKEN: is not set; Slack shows it where the app is installed")
        run(settings, os.environ.get("WHYGRAD_SERVER") or f"http://{settings.bind}")
    except (SettingsError, UnusableDatabase, Unconnected, Misconfigured) as error:
        print(f"whygrad slack: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
