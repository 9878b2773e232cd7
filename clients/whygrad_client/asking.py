"""The request document that the options of `whygrad check` make, checked before a program is sent or run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import click
from marshmallow import ValidationError

from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes
from whygrad.request import strict_json
from whygrad.request.document import DiagnosisRequest
from whygrad.request.faults import faults
from whygrad.request.sizes import refuse_larger

Request = dict[str, Any]


def asked(
    file: BinaryIO | None,
    shapes: Sequence[str],
    loss: str | None,
    target: str | None,
    evaluate: bool,
    ignored: Sequence[str],
) -> Request:
    """What the options ask for, on top of what the file says. Raises click.UsageError, which names the option."""
    request = {} if file is None else _document(file)
    if shapes:
        request["inputs"] = _inputs(shapes)
    if loss is not None:
        request["loss"] = _loss(loss)
    if target is not None:
        request["loss"] = _with_target(request.get("loss"), target)
    if evaluate:
        request["mode"] = "eval"
    given = request.get("ignore", [])
    if ignored and isinstance(given, list):
        request["ignore"] = given + [code.strip().upper() for some in ignored for code in some.split(",")]
    return request


def complete(request: Request, limit: int | None) -> Request:
    """The request with every default filled in; its tensors take at most `limit` bytes, where it is this side's to say.

    Raises click.UsageError, which names every place that is wrong.
    """
    try:
        loaded = dict(DiagnosisRequest().load(request))
        if limit is not None:
            refuse_larger(loaded, limit)
        return loaded
    except ValidationError as error:
        lines = [f"{fault['pointer'].lstrip('/') or 'the request'}: {fault['message']}" for fault in faults(error)]
        raise click.UsageError("\n".join(lines)) from error


def _inputs(shapes: Sequence[str], option: str = "--input") -> list[Request]:
    try:
        return [entry for shape in shapes for entry in parse_shapes(shape)]
    except ShapeSyntaxError as error:
        raise click.BadParameter(error.message, param_hint=option) from error


def _with_target(loss: Any, target: str) -> Request:
    """A loss of torch.nn.functional with its target."""
    kind = loss.get("kind") if isinstance(loss, dict) else loss
    if not kind:
        raise click.UsageError("--target goes with a loss: --loss cross_entropy --target 8:int64[0,10)")
    entries = _inputs([target], "--target")
    if len(entries) != 1:
        raise click.BadParameter("a loss takes one target", param_hint="--target")
    return (loss if isinstance(loss, dict) else {"kind": kind}) | {"target": entries[0]}


def _loss(loss: str) -> Any:
    try:
        return strict_json.parse(loss) if loss.lstrip().startswith("{") else loss
    except strict_json.JsonError as error:
        raise click.BadParameter(str(error), param_hint="--loss") from error


def _document(file: BinaryIO) -> Request:
    try:
        document = strict_json.parse(file.read())
    except strict_json.JsonError as error:
        raise click.BadParameter(f"{file.name}: {error}", param_hint="--request") from error
    if not isinstance(document, dict):
        raise click.BadParameter(f"{file.name} holds no JSON object", param_hint="--request")
    return document
