"""The application: its settings, its resources, its one shape of error."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.routing import BaseConverter

from whygrad.jobs.courier_local import Courier
from whygrad.jobs.faults import Faults
from whygrad.jobs.links import Links
from whygrad.jobs.mutes import Mutes
from whygrad.jobs.presence import Presence
from whygrad.jobs.standing import Standing
from whygrad.jobs.store import Store
from whygrad.settings import Settings
from whygrad.storage.blobs import Blobs
from whygrad.storage.database import Database
from whygrad.web import (
    comparison,
    dashboard,
    diagnoses,
    door,
    errors,
    events,
    explain,
    faults,
    graphs,
    headers,
    health,
    links,
    models,
    mutes,
    operators,
    rules,
    slack,
    trace,
)
from whygrad.web.representations import BY_SUFFIX
from whygrad.web.server import giving_way
from whygrad.web.service import EXTENSION, Service

RESOURCES = (
    diagnoses.resource,
    comparison.resource,
    graphs.resource,
    events.resource,
    models.resource,
    faults.resource,
    explain.resource,
    rules.resource,
    health.resource,
    operators.resource,
    mutes.resource,
    links.resource,
    slack.resource,
)
MOST_FIELDS = 100
LARGEST_FIELD = 500_000


class Sha256(BaseConverter):
    """64 lower-case hexadecimal digits in a path."""

    regex = "[0-9a-f]{64}"


class Id(BaseConverter):
    """What a diagnosis is called: a suffix begins behind the first dot."""

    regex = "[^/.]+"


class Suffix(BaseConverter):
    """The suffix of a file that a diagnosis can be had as."""

    regex = f"(?:{'|'.join(BY_SUFFIX)})"


def create_app(settings: Settings | None = None) -> Flask:
    """The application for gunicorn and for tests; without `settings`, those of the environment.

    It connects to the database when it is first asked something; whoever starts it migrates before.
    """
    app = bare_app()
    settings = settings or Settings.from_environment()
    door.register(app)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    database = Database(settings.database_url)
    app.extensions[EXTENSION] = Service(
        settings=settings,
        store=Store(database, attempts=settings.attempts),
        faults=Faults(database),
        presence=Presence(database),
        standing=Standing(database),
        mutes=Mutes(database),
        links=Links(database),
        blobs=Blobs(settings.uploads),
        courier=Courier(settings.data),
    )
    return app


def bare_app() -> Flask:
    """The routes and the errors alone: enough to write the specification."""
    app = Flask(__name__, static_folder=None, template_folder="dashboard/templates")
    app.config.update(MAX_FORM_PARTS=MOST_FIELDS, MAX_FORM_MEMORY_SIZE=LARGEST_FIELD)
    app.url_map.merge_slashes = False
    app.url_map.converters.update(sha256=Sha256, id=Id, suffix=Suffix)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.wsgi_app = giving_way(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.after_request(_without_type_where_empty)
    app.after_request(headers.protect)
    trace.register(app)
    errors.register(app)
    dashboard.register(app)
    for resource in RESOURCES:
        app.register_blueprint(resource)
    return app


def _without_type_where_empty(answer: Response) -> Response:
    if not answer.is_streamed and answer.calculate_content_length() == 0:
        answer.headers.pop("Content-Type", None)
    return answer
