"""What the other answers say, for the specification."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.documents import GRADIENTS, STATUSES, Document, Finding, Identity, Mute
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


class Fault(Document):
    """What was found in one diagnosis and in others again."""

    fingerprint = fields.String(required=True)
    code = fields.String(required=True)
    severity = fields.String(required=True, validate=OneOf(SEVERITIES))
    title = fields.String(required=True, metadata={"description": "as the latest diagnosis tells it"})
    times = fields.Integer(required=True, metadata={"description": "how many diagnoses found it"})
    first_seen = fields.DateTime(required=True)
    last_seen = fields.DateTime(required=True)
    first = fields.String(required=True, metadata={"description": "the id of the first diagnosis that found it"})
    latest = fields.String(required=True, metadata={"description": "the id of the latest"})
    model_name = fields.String(required=True, metadata={"description": "the program of the latest"})
    elsewhere = fields.Boolean(required=True, metadata={"description": "whether other programs have it too"})
    muted = fields.Boolean(required=True)


class Faults(Document):
    """Some faults, those first that were seen last."""

    faults = fields.List(fields.Nested(Fault), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "the next page; also in `Link`"})


class Carrier(Document):
    """A program that has a fault."""

    sha256 = fields.String(required=True)
    name = fields.String(required=True)
    times = fields.Integer(required=True)
    latest = fields.String(required=True, metadata={"description": "the id of the latest that found it there"})


class FaultPage(Fault):
    """A fault, and where and when it was seen."""

    models = fields.List(fields.Nested(Carrier), required=True)
    days = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "of the last 30 days, in UTC, those with diagnoses that found it, and how many"},
    )


class Kept(Document):
    """A fault that both have."""

    before = fields.Nested(Finding, required=True)
    after = fields.Nested(Finding, required=True)
    ignored = fields.Boolean(required=True, metadata={"description": "one of the two was told to ignore its code"})


class ChangedGradient(Document):
    """A parameter whose gradient is another; null where there is no such parameter."""

    parameter = fields.String(required=True)
    before = fields.String(required=True, allow_none=True, validate=OneOf(GRADIENTS))
    after = fields.String(required=True, allow_none=True, validate=OneOf(GRADIENTS))


class Shapes(Document):
    """What a module took and gave."""

    inputs = fields.List(fields.List(fields.Integer(), allow_none=True), required=True)
    outputs = fields.List(fields.List(fields.Integer(), allow_none=True), required=True)


class ChangedShapes(Document):
    """A module that takes or gives other shapes."""

    module = fields.String(required=True)
    before = fields.Nested(Shapes, required=True)
    after = fields.Nested(Shapes, required=True)


class ChangedRequest(Document):
    """A field of the request that is another."""

    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class Side(Identity):
    """One of the two."""

    model = fields.Dict(required=True)
    finished_at = fields.DateTime(allow_none=True)


class Comparison(Document):
    """Two diagnoses held against each other; a finding is the same where its fingerprint is."""

    before = fields.Nested(Side, required=True)
    after = fields.Nested(Side, required=True)
    judged = fields.Boolean(required=True, metadata={"description": "whether both programs could be judged"})
    fixed = fields.List(fields.Nested(Finding), required=True)
    unseen = fields.List(
        fields.Nested(Finding),
        required=True,
        metadata={"description": "gone, but the later run did not see as much: they may still be there"},
    )
    new = fields.List(fields.Nested(Finding), required=True)
    kept = fields.List(fields.Nested(Kept), required=True)
    gradients = fields.List(fields.Nested(ChangedGradient), required=True)
    shapes = fields.List(fields.Nested(ChangedShapes), required=True)
    asked = fields.List(fields.Nested(ChangedRequest), required=True)


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
