"""What every answer is made of."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields


class Document(Schema):
    """Something that is answered; it may gain fields."""

    class Meta:
        unknown = INCLUDE


class Total(fields.Integer):
    """The true length of the list beside it."""

    def __init__(self) -> None:
        super().__init__(metadata={"description": "how many there are; a long list is cut"})


class TensorFacts(Document):
    """What is told of a tensor."""

    shape = fields.List(fields.Integer(), required=True, allow_none=True)
    dtype = fields.String(required=True, allow_none=True)
