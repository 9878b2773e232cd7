"""A diagnosis. It is the engine's own document; this describes it for the specification."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.engine.passes import PASSES
from whygrad.engine.states import OF_PARAMETERS
from whygrad.web.answers.document import Document, TensorFacts, Total
from whygrad.web.schemas import SEVERITIES, VERDICTS

STATUSES = ("queued", "running", "done", "cancelled", "lost")


class Operand(TensorFacts):
    """A tensor that an operation takes or gives."""

    role = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    device = fields.String(allow_none=True)
    requires_grad = fields.Boolean(allow_none=True)
    grad_fn = fields.String(allow_none=True)


class Frame(Document):
    """One call of the user's own stack."""

    file = fields.String(required=True, allow_none=True)
    line = fields.Integer(required=True, allow_none=True)
    function = fields.String(allow_none=True)
    source = fields.String(allow_none=True)


class SourceLine(Document):
    """A line beside the one that is meant."""

    line = fields.Integer(required=True)
    source = fields.String(required=True)


class Location(Document):
    """Where in the program, and where in the user's own source."""

    module = fields.String(required=True, allow_none=True)
    module_type = fields.String(allow_none=True)
    op = fields.String(required=True, allow_none=True)
    file = fields.String(required=True, allow_none=True)
    line = fields.Integer(required=True, allow_none=True)
    column = fields.Integer(allow_none=True)
    source = fields.String(required=True, allow_none=True)
    offset = fields.Integer(allow_none=True)
    context = fields.List(fields.Nested(SourceLine), allow_none=True)
    stack = fields.List(fields.Nested(Frame))


class Related(Document):
    """Another place that belongs to the fault."""

    label = fields.String(required=True)
    location = fields.Nested(Location, required=True, allow_none=True)


class Fix(Document):
    """What to change; `verified` only where the changed program was run."""

    summary = fields.String(required=True)
    before = fields.String(allow_none=True)
    after = fields.String(allow_none=True)
    verified = fields.Boolean(required=True, allow_none=True)
    evidence = fields.String(allow_none=True)


class Mute(Document):
    """Who muted a finding, when and why."""

    fingerprint = fields.String(required=True)
    at = fields.String(required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True)


class Finding(Document):
    """One cause."""

    code = fields.String(required=True, metadata={"pattern": "^[A-Z]{3}[0-9]{3}$"})
    name = fields.String(required=True)
    severity = fields.String(required=True, validate=OneOf(SEVERITIES))
    title = fields.String(required=True)
    message = fields.String(required=True)
    location = fields.Nested(Location, required=True, allow_none=True)
    operands = fields.List(fields.Nested(Operand), required=True)
    parameters = fields.List(fields.String(), required=True)
    parameters_total = Total()
    related = fields.List(fields.Nested(Related), required=True)
    chain = fields.List(fields.String(), required=True)
    fix = fields.Nested(Fix, required=True, allow_none=True)
    docs = fields.String(required=True)
    fingerprint = fields.String(required=True)
    muted = fields.Nested(
        Mute,
        allow_none=True,
        metadata={"description": "it is no news: the verdict counts it, a check that fails a build does not"},
    )


class Parameter(Document):
    """A parameter and what became of its gradient."""

    name = fields.String(required=True)
    shape = fields.List(fields.Integer(), required=True)
    dtype = fields.String(required=True)
    requires_grad = fields.Boolean(required=True)
    gradient = fields.String(required=True, validate=OneOf(OF_PARAMETERS))
    norm = fields.Float(required=True, allow_none=True)
    finding = fields.Integer(required=True, allow_none=True, metadata={"description": "index of the finding"})


class Module(Document):
    """A submodule: what went in, what came out."""

    path = fields.String(required=True)
    type = fields.String(required=True, allow_none=True)
    inputs = fields.List(fields.Nested(TensorFacts), required=True)
    outputs = fields.List(fields.Nested(TensorFacts), required=True)
    gradient = fields.String(required=True)


class Error(Document):
    """What the program raised, and where."""

    type = fields.String(required=True)
    message = fields.String(required=True)
    location = fields.Nested(Location, required=True, allow_none=True)


class Phase(Document):
    """How the forward or the backward ended."""

    completed = fields.Boolean(required=True)
    error = fields.Nested(Error, required=True, allow_none=True)


class Pass(Document):
    """One run of the program under observation, or why there was none."""

    name = fields.String(required=True, validate=OneOf(PASSES))
    ran = fields.Boolean(required=True)
    why_not = fields.String(required=True, allow_none=True)
    ms = fields.Float(required=True, allow_none=True)


class Model(Document):
    """The uploaded program."""

    sha256 = fields.String(required=True)
    name = fields.String(required=True)
    format = fields.String(required=True, allow_none=True)
    bytes = fields.Integer(required=True)
    parameters = fields.Integer(required=True, allow_none=True)
    weights = fields.String(required=True, allow_none=True)


class Isolation(Document):
    """Which layers held the program: each in force, or not to be had where it was run."""

    nobody = fields.Boolean(required=True, metadata={"description": "it was root, and became a user who owns nothing"})
    privileges = fields.Boolean(required=True, metadata={"description": "no capability, and none to be gained"})
    limits = fields.Boolean(required=True, metadata={"description": "of time, memory, files and descriptors"})
    landlock = fields.Boolean(required=True, metadata={"description": "no file, no port, no other process"})
    seccomp = fields.Boolean(required=True, metadata={"description": "system calls, none of which takes a path"})


class Environment(Document):
    """What the diagnosis was made with; empty before there was one."""

    torch = fields.String()
    device = fields.String()
    threads = fields.Integer()
    isolation = fields.Nested(Isolation, allow_none=True, metadata={"description": "null: it ended before it was held"})


class Identity(Document):
    """Which diagnosis, how far it is, and what it says."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    created_at = fields.DateTime(required=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    verdict = fields.String(required=True, allow_none=True, validate=OneOf(VERDICTS))
    headline = fields.String(required=True, allow_none=True)


class Diagnosis(Identity):
    """The whole answer; before the first pass is through with empty lists, and with null for the verdict until a fault
    is found or the end is reached."""

    schema = fields.Integer(required=True, validate=OneOf([1]))
    findings = fields.List(fields.Nested(Finding), required=True, metadata={"description": "the root cause first"})
    findings_total = Total()
    parameters = fields.List(fields.Nested(Parameter), required=True)
    parameters_total = Total()
    modules = fields.List(fields.Nested(Module), required=True)
    modules_total = Total()
    forward = fields.Nested(Phase, required=True)
    backward = fields.Nested(Phase, required=True)
    passes = fields.List(fields.Nested(Pass), required=True)
    model = fields.Nested(Model, required=True)
    request = fields.Dict(required=True, metadata={"description": "the request with every default filled in"})
    environment = fields.Nested(Environment, required=True)
    timing = fields.Dict(keys=fields.String(), values=fields.Float(allow_none=True), required=True)
    ignored = fields.List(fields.Dict(), required=True, metadata={"description": "findings that `ignore` names"})


class Origin(Document):
    """Which program was judged."""

    sha256 = fields.String(required=True)
    name = fields.String(required=True)
    bytes = fields.Integer(required=True)


class Summary(Identity):
    """A diagnosis in a list."""

    codes = fields.List(fields.String(), required=True)
    model = fields.Nested(Origin, required=True)


class Page(Document):
    """Some diagnoses, newest first."""

    diagnoses = fields.List(fields.Nested(Summary), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "the next page; also in `Link`"})
