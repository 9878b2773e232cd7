"""A fault, over all diagnoses that found it, and the mutes."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.answers.diagnosis import Mute
from whygrad.web.answers.document import Document
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


class Mutes(Document):
    """What is muted."""

    mutes = fields.List(fields.Nested(Mute), required=True)
