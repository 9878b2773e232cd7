"""What the other answers say, for the specification."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.documents import STATUSES, Document, Mute
from whygrad.web.schemas import SEVERITIES


class Place(Document):
    """One thing that is wrong, and where."""

    pointer = fields.String(required=True, metadata={"description": "a JSON pointer; a form's field is its first step"})
    message = fields.String(required=True)


class Problem(Document):
    """What is wrong with a request, as RFC 9457 has it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(Place), required=True)


class Argument(Document):
    """What a method takes."""

    name = fields.String(required=True)
    type = fields.String(required=True, metadata={"description": "as TorchScript writes it"})
    required = fields.Boolean(required=True)


class Method(Document):
    """A method that can be run, and what tracing recorded it with."""

    name = fields.String(required=True)
    arguments = fields.List(fields.Nested(Argument), required=True)
    recorded_inputs = fields.Raw(allow_none=True)


class Description(Document):
    """What a program says of itself; `refused` or `problem` say why it could not be read."""

    sha256 = fields.String(required=True)
    bytes = fields.Integer(required=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    format = fields.String()
    refused = fields.Dict(allow_none=True)
    problem = fields.String()
    parameters = fields.Integer()
    weights = fields.String()
    methods = fields.List(fields.Nested(Method))


class Rule(Document):
    """A rule in one line."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    family = fields.String(required=True)
    severity = fields.String(required=True, validate=OneOf(SEVERITIES))
    summary = fields.String(required=True)
    docs = fields.String(required=True)


class Rules(Document):
    """The catalogue."""

    rules = fields.List(fields.Nested(Rule), required=True)


class Example(Document):
    """Two programs the smallest edit apart, and what both are sent with."""

    request = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    bad = fields.String(required=True)
    good = fields.String(required=True)


class RulePage(Rule):
    """The documentation of a rule."""

    what_happened = fields.String(required=True)
    why_it_matters = fields.String(required=True)
    how_to_fix = fields.String(required=True)
    not_to_be_confused_with = fields.String(required=True)
    example = fields.Nested(Example, required=True)


class Candidate(Document):
    """A code that an error text can mean."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    meaning = fields.String(required=True)
    why = fields.String(required=True)
    tell_apart = fields.String(required=True)
    fix = fields.String(required=True)
    docs = fields.String(required=True, allow_none=True)


class Question(Document):
    """A question that a yes to speaks for a code."""

    code = fields.String(required=True)
    question = fields.String(required=True)


class Explanation(Document):
    """What an error text can mean, the likeliest first."""

    recognised = fields.Boolean(required=True)
    message = fields.String(required=True, metadata={"description": "the line that was looked at"})
    candidates = fields.List(fields.Nested(Candidate), required=True)
    ask = fields.List(
        fields.Nested(Question), required=True, metadata={"description": "what decides between the candidates"}
    )
    numbers = fields.String(required=True, allow_none=True, metadata={"description": "what its sizes say, in words"})
    place = fields.String(
        required=True, allow_none=True, metadata={"description": "the last line of one's own code in a traceback"}
    )
    hint = fields.String(required=True)
    remark = fields.String(required=True, allow_none=True)


class Mutes(Document):
    """What is muted."""

    mutes = fields.List(fields.Nested(Mute), required=True)


class Link(Document):
    """A one-time link for an upload."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=OneOf(("open", "used", "expired")))
    expires_at = fields.String(required=True)
    diagnosis = fields.String(required=True, allow_none=True, metadata={"description": "the id of what it became"})
    request = fields.Dict(required=True, metadata={"description": "how the program will be run"})


class NewLink(Link):
    """A link that was just made."""

    url = fields.String(required=True, metadata={"description": "for a browser, or curl -F model=@model.pt URL"})


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
