"""Is it what the engine tells? A program that took over its child sends any JSON: only these shapes go on from here."""

from __future__ import annotations

import re
from types import NoneType
from typing import Any

Shape = type | tuple[Any, ...] | dict[str, Any] | list[Any]
"""A type, several shapes of which it is one, the fields of an object, or in brackets that of every item of a list."""

CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
SEVERITIES = ("error", "warning", "note")
VERDICTS = (None, "healthy", "suspect", "faulty", "undetermined")

TEXT = (str, NoneType)
COUNT = (int, NoneType)
NUMBER = (int, float, NoneType)
TRUTH = (bool, NoneType)
SIZES = ([int], NoneType)
LINE: dict[str, Shape] = {"file": TEXT, "line": COUNT, "source": TEXT}
LOCATION: Shape = LINE | {
    "module": TEXT,
    "module_type": TEXT,
    "op": TEXT,
    "column": COUNT,
    "offset": COUNT,
    "context": [{"line": int, "source": str}],
    "stack": [LINE | {"function": TEXT, "library": bool}],
}
PLACE = (LOCATION, NoneType)
TENSOR: dict[str, Shape] = {"shape": SIZES, "dtype": TEXT}
OPERAND: Shape = TENSOR | {"role": str, "name": TEXT, "device": TEXT, "requires_grad": TRUTH, "grad_fn": TEXT}
FIX: Shape = {"summary": str, "before": TEXT, "after": TEXT, "verified": TRUTH, "evidence": TEXT}
FINDING: Shape = {
    "code": str,
    "name": str,
    "severity": str,
    "title": str,
    "message": str,
    "location": PLACE,
    "operands": [OPERAND],
    "parameters": [str],
    "parameters_total": int,
    "related": [{"label": str, "location": PLACE}],
    "chain": [str],
    "fix": (FIX, NoneType),
    "docs": str,
    "fingerprint": str,
}
PARAMETER: Shape = {
    "name": str,
    "shape": [int],
    "dtype": str,
    "requires_grad": bool,
    "gradient": str,
    "norm": NUMBER,
    "finding": COUNT,
    "aliases": [str],
}
MODULE: Shape = {"path": str, "type": TEXT, "inputs": [TENSOR], "outputs": [TENSOR], "gradient": str}
PHASE: Shape = {"completed": bool, "error": ({"type": str, "message": str, "location": PLACE}, NoneType)}
DIAGNOSIS: Shape = {
    "schema": int,
    "verdict": TEXT,
    "headline": TEXT,
    "findings": [FINDING],
    "findings_total": int,
    "parameters": [PARAMETER],
    "parameters_total": int,
    "modules": [MODULE],
    "modules_total": int,
    "forward": PHASE,
    "backward": PHASE,
    "passes": [{"name": str, "ran": bool, "why_not": TEXT, "ms": NUMBER}],
    "model": {"format": TEXT, "parameters": COUNT, "weights": TEXT},
    "environment": dict,
    "timing": dict,
    "ignored": [FINDING],
}
METHOD: Shape = {
    "name": str,
    "arguments": [{"name": str, "type": str, "required": bool}],
    "recorded_inputs": ([{"shape": [int], "dtype": str}], NoneType),
}
PROGRAM: Shape = {"format": str, "refused": NoneType, "methods": [METHOD], "parameters": int, "weights": str}
NO_PROGRAM: Shape = {"format": str, "refused": {"what": str, "why": str, "instead": str}, "methods": [METHOD]}


def is_diagnosis(document: Any) -> bool:
    """True where every field of the contract is there and of its type."""
    return (
        fits(document, DIAGNOSIS)
        and document["verdict"] in VERDICTS
        and fits(list(document["timing"].values()), [NUMBER])
        and all(map(_is_named, [*document["findings"], *document["ignored"]]))
    )


def is_description(document: Any) -> bool:
    """True for what a program says of itself: its methods with their arguments, or why it is none."""
    return fits(document, (PROGRAM, NO_PROGRAM))


def is_location(location: Any) -> bool:
    """True for a location of the contract."""
    return fits(location, LOCATION)


def _is_named(finding: dict[str, Any]) -> bool:
    return (
        CODE.fullmatch(finding["code"]) is not None
        and FINGERPRINT.fullmatch(finding["fingerprint"]) is not None
        and finding["severity"] in SEVERITIES
    )


def fits(value: Any, shape: Shape) -> bool:
    """True where a value has a shape; an object may have more fields, and a truth value is no number."""
    match shape:
        case tuple():
            return any(fits(value, one) for one in shape)
        case dict():
            return type(value) is dict and all(name in value and fits(value[name], shape[name]) for name in shape)
        case list():
            return type(value) is list and all(fits(item, shape[0]) for item in value)
    return type(value) is shape
