"""What a program says of itself."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.answers.diagnosis import STATUSES
from whygrad.web.answers.document import Document


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
