"""One-time links for uploads."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.answers.document import Document


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
