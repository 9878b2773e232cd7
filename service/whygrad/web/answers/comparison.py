"""Two diagnoses held against each other."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.engine.states import OF_PARAMETERS
from whygrad.web.answers.diagnosis import Finding, Identity
from whygrad.web.answers.document import Document


class Kept(Document):
    """A fault that both have."""

    before = fields.Nested(Finding, required=True)
    after = fields.Nested(Finding, required=True)
    ignored = fields.Boolean(required=True, metadata={"description": "one of the two was told to ignore its code"})


class ChangedGradient(Document):
    """A parameter whose gradient is another; null where there is no such parameter."""

    parameter = fields.String(required=True)
    before = fields.String(required=True, allow_none=True, validate=OneOf(OF_PARAMETERS))
    after = fields.String(required=True, allow_none=True, validate=OneOf(OF_PARAMETERS))


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
    unreached = fields.List(
        fields.Nested(Finding),
        required=True,
        metadata={"description": "come, but the earlier run did not see as much: they may have been there before"},
    )
    kept = fields.List(fields.Nested(Kept), required=True)
    gradients = fields.List(fields.Nested(ChangedGradient), required=True)
    shapes = fields.List(fields.Nested(ChangedShapes), required=True)
    asked = fields.List(fields.Nested(ChangedRequest), required=True)
