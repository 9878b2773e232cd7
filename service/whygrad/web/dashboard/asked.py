"""What the form of the first page asks for: a program, and a field or two for each argument of its method.

It is read from what was typed, from what a program says of itself, or from what was asked of a diagnosis before; it
becomes the request document, whose schema says what is wrong with it, each fault at the field that it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import ValidationError

from whygrad.engine.shapes import INTEGER_DTYPES, ShapeSyntaxError, parse_shapes
from whygrad.render.inputs import one
from whygrad.request import strict_json
from whygrad.request.document import DiagnosisRequest
from whygrad.request.faults import Fault
from whygrad.request.losses import LOSSES, needs_target
from whygrad.storage.blobs import SHA256

BOUNDS = ("dtype", "low", "high")
TENSORS = ("Tensor", "Optional[Tensor]")
PLAIN = {"mode": "train", "loss": "auto", "steps": "2", "seed": "0", "target": "", "method": "forward", "shapes": ""}

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Argument:
    """An argument of the method as the form has it: a tensor in four fields, anything else as JSON in one."""

    name: str
    type: str
    required: bool = True
    shape: str = ""
    dtype: str = "float32"
    low: str = ""
    high: str = ""
    value: str = ""

    @property
    def is_tensor(self) -> bool:
        """Whether it is said by shape and type."""
        return self.type in TENSORS

    def filled(self, given: Any) -> Argument:
        """The argument with an input of a request document in its fields."""
        if self.is_tensor and isinstance(given, Mapping) and "shape" in given:
            bounds = {name: str(given[name]) if name in given else "" for name in ("low", "high")}
            sizes, dtype = "x".join(map(str, given["shape"])), str(given.get("dtype", "float32"))
            return replace(self, shape=sizes, dtype=dtype, low=bounds["low"], high=bounds["high"])
        return self if given is None else replace(self, value="" if self.is_tensor else one(given))

    def typed(self, form: Mapping[str, str], number: int) -> Argument:
        """The argument with what was typed into its fields."""
        shape, low, high, value = (
            form.get(f"{name}-{number}", "").strip() for name in ("shape", "low", "high", "value")
        )
        dtype = form.get(f"dtype-{number}", self.dtype)
        return replace(self, shape=shape, dtype=dtype, low=low, high=high, value=value)

    def input(self) -> Any:
        """Its place in the request document, None where nothing was typed. Raises ValidationError."""
        if not self.is_tensor:
            return _json(self.value) if self.value else self._nothing("A value is missing, as JSON: 0.5, true, [1, 2].")
        if not self.shape and self.dtype == "float32":
            return self._nothing("A shape is missing, such as 1x3x224x224.")
        return {**_tensor(self.shape if ":" in self.shape else f"{self.shape}:{self.dtype}"), **self._bounds()}

    def _nothing(self, missing: str) -> None:
        if self.required:
            raise ValidationError({"shape" if self.is_tensor else "value": [missing]})

    def _bounds(self) -> dict[str, int]:
        if self.dtype not in INTEGER_DTYPES:
            return {}
        return {name: _whole(name, text) for name, text in (("low", self.low), ("high", self.high)) if text}


@dataclass(frozen=True)
class Asked:
    """A form as it is shown: the program that it is about, what stands in its fields, and what is wrong where."""

    model_id: str = ""
    name: str = ""
    arguments: tuple[Argument, ...] = ()
    methods: tuple[str, ...] = ()
    ready: bool = False
    """Whether it can be run as it stands: the inputs are recorded or known from before, or it takes none."""
    unread: bool = False
    """Whether no worker has read the program yet."""
    fields: Mapping[str, str] = field(default_factory=lambda: dict(PLAIN))
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def about(cls, model_id: str, name: str, method: str = "") -> Asked:
        """The form for a program that is stored; for none, with why, where it has no such name."""
        if model_id and not SHA256.fullmatch(model_id):
            return cls().wrong([{"pointer": "/model", "message": "No program has such a name. Choose a file."}])
        return cls(model_id=model_id, name=name, fields={**PLAIN, "method": method or PLAIN["method"]})

    def described(self, description: Json) -> Asked:
        """The form for a program that says this of itself."""
        methods = {method["name"]: method for method in description.get("methods") or []}
        asked = self.fields["method"] if self.fields["method"] in methods else next(iter(methods), "forward")
        method = methods.get(asked, {"arguments": [], "recorded_inputs": None})
        recorded = method["recorded_inputs"]
        arguments = [Argument(told["name"], told["type"], told["required"]) for told in method["arguments"]]
        return replace(
            self,
            arguments=tuple(_filled(arguments, recorded or [])),
            methods=tuple(methods),
            ready=bool(recorded) or not any(argument.required for argument in arguments),
            fields={**self.fields, "method": asked},
        )

    def with_shapes(self, shapes: str) -> Asked:
        """The form with the short form of the inputs in its fields; one that cannot be read is left out."""
        try:
            inputs = parse_shapes(shapes)
        except ShapeSyntaxError:
            return self
        return replace(self, arguments=tuple(_filled(self.arguments, inputs)), ready=len(inputs) == len(self.arguments))

    def again(self, request: Json) -> Asked:
        """The form as it was when this was asked."""
        loss = request["loss"]
        fields = {name: str(request[name]) for name in ("mode", "steps", "seed", "method")}
        targeted = isinstance(loss, Mapping)
        fields |= {"loss": loss["kind"], "target": one(loss["target"])} if targeted else {"loss": loss}
        arguments = tuple(_filled(self.arguments, request["inputs"] or []))
        return replace(self, arguments=arguments, ready=True, fields={**self.fields, **fields})

    def wrong(self, found: Sequence[Fault]) -> Asked:
        """The form with each fault at its field; of several at one the first. A file is chosen anew."""
        told = {self._field(fault["pointer"]): fault["message"] for fault in reversed(found)}
        return replace(Asked(fields=self.fields) if "model" in told else self, faults=told)

    def _field(self, pointer: str) -> str:
        """The field that a pointer into the request means: `/inputs/0/shape` is `shape-0`."""
        first, *rest = pointer.removeprefix("/request").strip("/").split("/")
        if first == "model_id":
            return "model"
        if first != "inputs":
            return rest[-1] if rest else first
        if not rest or not self.arguments or not rest[0].isdecimal():
            return "shapes"
        argument = self.arguments[min(int(rest[0]), len(self.arguments) - 1)]
        if not argument.is_tensor:
            return f"value-{rest[0]}"
        return f"{rest[1] if rest[1:] and rest[1] in BOUNDS else 'shape'}-{rest[0]}"

    def typed(self, form: Mapping[str, str]) -> Asked:
        """The form with what was typed."""
        fields = {name: form.get(name, plain).strip() for name, plain in PLAIN.items()}
        arguments = tuple(argument.typed(form, number) for number, argument in enumerate(self.arguments))
        return replace(self, arguments=arguments, fields=fields)

    def request(self) -> dict[str, Any]:
        """The request document. Raises ValidationError with every fault, those of an argument under its number."""
        errors: dict[str, Any] = {}
        document: dict[str, Any] = {name: self.fields[name] for name in ("mode", "method")}
        reading: Mapping[str, Callable[[], Any]] = {
            "inputs": self._inputs,
            "loss": lambda: _loss(self.fields["loss"], self.fields["target"]),
            "steps": lambda: _whole("steps", self.fields["steps"]),
            "seed": lambda: _whole("seed", self.fields["seed"]),
        }
        for name, read in reading.items():
            try:
                document[name] = read()
            except ValidationError as error:
                errors[name] = error.messages
        try:
            loaded: dict[str, Any] = DiagnosisRequest().load(document)
        except ValidationError as error:
            errors = {**_by_field(error), **errors}
        if errors:
            raise ValidationError(errors)
        return loaded

    def _inputs(self) -> list[Any] | None:
        if not self.arguments:
            return _short(self.fields["shapes"]) if self.fields["shapes"] else None
        inputs, errors = [], {}
        for number, argument in enumerate(self.arguments):
            try:
                inputs.append(argument.input())
            except ValidationError as error:
                errors[number] = error.messages
        if errors:
            raise ValidationError(errors)
        while inputs and inputs[-1] is None:
            inputs.pop()
        return inputs


def _by_field(error: ValidationError) -> dict[str, Any]:
    return error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}


def _filled(arguments: Sequence[Argument], inputs: Sequence[Any]) -> list[Argument]:
    given = [*inputs, *[None] * len(arguments)]
    return [argument.filled(value) for argument, value in zip(arguments, given, strict=False)]


def _short(shapes: str, field: str = "_schema") -> list[dict[str, Any]]:
    try:
        return parse_shapes(shapes)
    except ShapeSyntaxError as error:
        raise ValidationError({field: [error.message]}) from error


def _tensor(text: str) -> dict[str, Any]:
    entries = _short(text, "shape")
    if len(entries) > 1:
        raise ValidationError({"shape": ["One shape: every argument has fields of its own."]})
    return entries[0]


def _json(text: str) -> Any:
    try:
        return strict_json.parse(text)
    except strict_json.JsonError as error:
        raise ValidationError({"value": [str(error)]}) from error


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValidationError({name: ["Not a whole number."]}) from None


def _loss(kind: str, target: str) -> Any:
    if kind not in LOSSES:
        return kind
    if not target:
        raise ValidationError({"target": [needs_target(kind)]})
    return {"kind": kind, "target": _short(target, "target")[0]}
