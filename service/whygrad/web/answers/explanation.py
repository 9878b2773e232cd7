"""What an error text can mean."""

from __future__ import annotations

from marshmallow import fields

from whygrad.web.answers.document import Document


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
