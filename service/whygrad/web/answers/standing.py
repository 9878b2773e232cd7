"""How the service stands, for whoever runs it and for whoever asks whether it lives."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.answers.document import Document


class Health(Document):
    """A sign of life."""

    status = fields.String(required=True)


class Greeting(Document):
    """What this is, and where to go from here."""

    service = fields.String(required=True)
    version = fields.String(required=True)


class Limits(Document):
    """What a request and a program may take: sizes in bytes, times in seconds."""

    upload_bytes = fields.Integer(required=True)
    request_bytes = fields.Integer(required=True)
    default_wait_seconds = fields.Float(required=True)
    max_wait_seconds = fields.Float(required=True)
    job_seconds = fields.Float(required=True)
    job_memory_bytes = fields.Integer(required=True)
    job_cpu_seconds = fields.Float(required=True)
    job_result_bytes = fields.Integer(required=True)
    attempts = fields.Integer(required=True, metadata={"description": "workers that a job may lose"})
    request_depth = fields.Integer(required=True)
    inputs = fields.Integer(required=True)
    steps = fields.Integer(required=True)
    explain_characters = fields.Integer(required=True)


class Queue(Document):
    """What waits and what runs."""

    queued = fields.Integer(required=True)
    running = fields.Integer(required=True)
    oldest_seconds = fields.Float(
        required=True, allow_none=True, metadata={"description": "how long the oldest of those that wait has waited"}
    )


class Pace(Document):
    """Of the last hour: how many diagnoses were done, and the medians of how long they waited and ran."""

    done = fields.Integer(required=True)
    queued_ms = fields.Float(required=True, allow_none=True)
    run_ms = fields.Float(required=True, allow_none=True)


class Running(Document):
    """What a worker runs."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=OneOf(("examine", "describe")))
    model_name = fields.String(required=True)
    seconds = fields.Float(required=True)


class Worker(Document):
    """A worker, as it signed last."""

    name = fields.String(required=True)
    alive = fields.Boolean(required=True, metadata={"description": "false for one that fell silent"})
    seen_at = fields.DateTime(required=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    facts = fields.Dict(required=True, metadata={"description": "its versions, and the layers that hold programs"})
    job = fields.Nested(Running, required=True, allow_none=True)


class Failure(Document):
    """A program that could not be judged, and why."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    model_name = fields.String(required=True)
    finished_at = fields.DateTime(required=True)


class Disk(Document):
    """What uploads take, and what is left."""

    uploads = fields.Integer(required=True)
    uploads_bytes = fields.Integer(required=True)
    free_bytes = fields.Integer(required=True)


class Standing(Document):
    """How the service stands."""

    version = fields.String(required=True)
    database = fields.String(required=True)
    queue = fields.Nested(Queue, required=True)
    pace = fields.Nested(Pace, required=True)
    workers = fields.List(fields.Nested(Worker), required=True)
    failures = fields.List(fields.Nested(Failure), required=True, metadata={"description": "the last ten"})
    disk = fields.Nested(Disk, required=True)
    limits = fields.Dict(required=True, metadata={"description": "of a program and of an upload"})
