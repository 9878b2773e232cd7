"""What gunicorn serves: the service's own application and, where it is set up, the app for Slack mounted on it.

The one place that knows both: the service knows no client, and a client nothing of the web.
"""

from __future__ import annotations

from flask import Flask

from whygrad.jobs.courier_local import Courier
from whygrad.jobs.outbox import Outbox
from whygrad.settings import Settings
from whygrad.web import app as web
from whygrad.web import slack
from whygrad.web.service import EXTENSION, Service


def create_app(settings: Settings | None = None) -> Flask:
    """The application; without `settings`, that of the environment."""
    settings = settings or Settings.from_environment()
    app = web.create_app(settings)
    if settings.slack_signing_secret:
        from whygrad_client.slack import listeners  # only here: it needs the extra

        service: Service = app.extensions[EXTENSION]
        outbox = Outbox(service.store.database, Courier(settings.data / "slack"))
        slack.mount(app, listeners.build(outbox, token=settings.slack_bot_token, api_url=settings.slack_api_url))
    return app
