"""The rules, and their documentation."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.web.answers.document import Document
from whygrad.web.schemas import SEVERITIES


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
