"""What is told of several diagnoses at once, for the specification: faults, and two held against each other."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.documents import GRADIENTS, Document, Finding, Identity
from whygrad.web.schemas import SEVERITIES


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
