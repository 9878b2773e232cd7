"""The request document: strict, every default filled in, an unknown field refused. It goes to the engine as loaded."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Range

from whygrad.engine.codes import CODES
from whygrad.engine.passes import PASSES
from whygrad.engine.shapes import MOST_INPUTS
from whygrad.request.fields import Boolean, Integer, OneOf, Short, Strict
from whygrad.request.inputs import Inputs, Tensor
from whygrad.request.losses import LOSSES, WAYS, needs_target

MOST_STEPS = 100
LARGEST_INTEGER = 2**63 - 1


class TargetedLoss(Strict):
    """A loss of torch.nn.functional between one output and a target."""

    kind = fields.String(required=True, validate=OneOf("loss", LOSSES))
    output = Integer(load_default=0, validate=Range(0, MOST_INPUTS), metadata={"description": "which output"})
    target = fields.Nested(Tensor, required=True)


class Loss(fields.Field[Any]):
    """The name of a way to make a loss of the outputs, or an object that describes one."""

    openapi: ClassVar = {"anyOf": [{"enum": list(WAYS)}, {"$ref": "#/components/schemas/TargetedLoss"}]}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if isinstance(value, dict):
            return TargetedLoss().load(value)
        if not isinstance(value, str):
            raise ValidationError(f"Neither one of {', '.join(WAYS)} nor an object with a kind and a target.")
        if value in LOSSES:
            raise ValidationError(
                needs_target(value, lambda _: f'{{"kind": "{value}", "target": {{"shape": …, "dtype": …}}}}')
            )
        return OneOf("loss", (*WAYS, *LOSSES))(value)


class RuleCode(fields.String):
    """The code of a rule; its name is taken for it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        named = super()._deserialize(value, *args, **kwargs)
        return _BY_NAME.get(named.lower(), named.upper() if named.upper() in CODES else named)


_BY_NAME = {name: code for code, name in CODES.items()}


class DiagnosisRequest(Strict):
    """How to run the program."""

    inputs = Inputs(
        load_default=None,
        allow_none=True,
        metadata={"description": "one for each argument of the method; left out: as recorded by tracing"},
    )
    mode = fields.String(load_default="train", validate=OneOf("mode", ("train", "eval")))
    method = fields.String(load_default="forward", validate=Length(1, 200))
    loss = Loss(load_default="auto")
    steps = Integer(load_default=2, validate=Range(1, MOST_STEPS))
    seed = Integer(load_default=0, validate=Range(0, LARGEST_INTEGER))
    passes = Short(
        fields.String(validate=OneOf("pass", PASSES)),
        least=1,
        most=len(PASSES),
        load_default=None,
        allow_none=True,
        metadata={"description": "left out: all that apply"},
    )
    device = fields.String(load_default="auto", validate=OneOf("device", ("auto", "cpu", "cuda")))
    verify = Boolean(load_default=True)
    expect_frozen = Short(
        fields.String(validate=Length(1, 500)),
        most=1_000,
        load_default=[],
        metadata={"description": "globs of parameters that are meant to get no gradient", "examples": [["encoder.*"]]},
    )
    ignore = Short(
        RuleCode(validate=OneOf("rule", (*CODES, *_BY_NAME))),
        most=1_000,
        load_default=[],
        metadata={"description": "codes, or names of rules, that do not count for the verdict"},
    )
