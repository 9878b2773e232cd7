"""The graph of a diagnosis."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.engine.states import STATES
from whygrad.web.answers.document import Document, TensorFacts


class Column(fields.List[Any]):
    """One value for each row of a table of columns."""

    def __init__(self, told: str, name: str | None = None) -> None:
        described = {"description": told}
        super().__init__(fields.Integer(allow_none=True), required=True, data_key=name, metadata=described)


class Operations(Document):
    """A row for each operation that ran, or stands behind the one that stopped, and for each end of the program."""

    node = Column("its number in the program; null for an input, an output and the loss")
    name = Column("the text: `aten::linear`, or `input`, `output`, `loss`")
    label = Column("the text: what the program calls its result")
    scope = Column("the module whose code it is in")
    gradient = Column("the state: what becomes of the gradient there")
    times = Column("how often it ran")


class Edges(Document):
    """A row for each tensor that an operation gives and another reads."""

    source = Column("the operation that gives it", "from")
    target = Column("the operation that reads it", "to")
    role = Column("the text: as what it is read")
    tensor = Column("its shape and type; null where neither is known, and for a number taken out of a tensor")
    gradient = Column("the state: what becomes of the gradient on the way back")


class Scopes(Document):
    """A row for each call of a module; the first is the program itself."""

    name = Column("the text: its name in the module around it")
    type = Column("the text: its type")
    parent = Column("the scope around it, an earlier one")
    call = Column("the number of the call among those of that module")


class Sizes(Document):
    """The two numbers that differ where a shape stops fitting."""

    given = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    of = fields.String(required=True, metadata={"description": "what they count: features, channels, elements …"})
    role = fields.String(required=True, metadata={"description": "the operand that gives"})
    against = fields.String(required=True, allow_none=True, metadata={"description": "the one that takes"})


class OtherPlace(Document):
    """Another place that belongs to a fault."""

    label = fields.Integer(required=True, metadata={"description": "the text: saved here, changed here …"})
    op = fields.Integer(required=True)


class Mark(Document):
    """Where a finding of the diagnosis stands, in the order of its findings."""

    op = fields.Integer(required=True, allow_none=True)
    scope = fields.Integer(required=True, allow_none=True)
    related = fields.List(fields.Nested(OtherPlace), required=True)
    sizes = fields.Nested(Sizes, required=True, allow_none=True)


class Graph(Document):
    """Columns of numbers that point into tables: operation 5 is the sixth entry of each column of `ops`."""

    schema = fields.Integer(required=True, validate=OneOf([1]))
    observed_in = fields.String(
        required=True, allow_none=True, data_key="pass", metadata={"description": "the pass that it shows"}
    )
    ops = fields.Nested(Operations, required=True)
    ops_total = fields.Integer(required=True, metadata={"description": "how many there are; a large graph is cut"})
    edges = fields.Nested(Edges, required=True)
    findings = fields.List(fields.Nested(Mark), required=True)
    stopped = fields.Integer(required=True, allow_none=True, metadata={"description": "the operation that raised"})
    scopes = fields.Nested(Scopes, required=True)
    tensors = fields.List(fields.Nested(TensorFacts), required=True)
    texts = fields.List(fields.String(), required=True)
    states = fields.List(fields.String(validate=OneOf(STATES)), required=True)
