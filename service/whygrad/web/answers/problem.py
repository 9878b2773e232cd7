"""What is wrong with a request."""

from __future__ import annotations

from marshmallow import fields

from whygrad.web.answers.document import Document


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
