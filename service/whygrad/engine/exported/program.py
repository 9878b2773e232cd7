"""An exported program as TorchScript will have it: what it takes, does and returns, and what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.engine.exported.expressions import expression, names_in, text
from whygrad.engine.exported.methods import Methods, Output, reached
from whygrad.engine.exported.package import Json, refuse
from whygrad.engine.exported.scopes import program_kind
from whygrad.engine.exported.steps import TYPES, Step, Steps, Value, assignment
from whygrad.engine.spelling import quoted

_HELD = {"parameter": "parameter_name", "buffer": "buffer_name", "tensor_constant": "tensor_constant_name"}
"""The kinds of inputs that a module holds, and what names them."""
_WRITTEN = {"buffer_mutation": "buffer_name", "parameter_mutation": "parameter_name"}
_TYPES = TYPES | {"as_int": "int", "as_float": "float", "as_bool": "bool", "as_string": "str", "as_none": "NoneType"}
"""The types of what is returned: values, and constants."""


@dataclass(frozen=True)
class Held:
    """A tensor of a module: its dotted path, and whether it is a parameter."""

    path: str
    is_parameter: bool


class Exported:
    """The program of a package. Raises RefusedError where it holds what TorchScript has no place for."""

    def __init__(self, module: Json) -> None:
        steps = Steps(module["graph"])
        self.held: dict[str, Held] = {}
        self.takes: list[Value] = []
        for spec, (_, value) in zip(module["signature"]["input_specs"], steps.inputs, strict=True):
            self._take(spec, value)
        self._paths = {name: held.path for name, held in self.held.items()}
        self._names = steps.names
        every = [*steps.all, *self._updates(module["signature"]["output_specs"])]
        self.methods = Methods(every, self._paths, self.takes, self._output(module))
        stacks = [node["metadata"].get("nn_module_stack", "") for node in module["graph"]["nodes"]]
        self.kinds = {"": program_kind(stacks)} | self.methods.kinds

    def _take(self, spec: Json, value: Value) -> None:
        """One input of the graph: a tensor of a module, or what a caller gives; a constant is in the graph itself."""
        ((kind, told),) = spec.items()
        if kind in _HELD:
            self.held[value.name] = Held(told[_HELD[kind]], kind == "parameter")
        elif kind == "user_input" and value.type:
            self.takes.append(value)
        elif kind not in ("constant_input", "user_input"):
            refuse(f"it takes an input of the kind {quoted(kind)}")

    def _updates(self, specs: Sequence[Json]) -> Iterator[Step]:
        """What an export without writes gives back of a buffer or of an input is what that becomes at the end."""
        owners = {path: name for name, path in self._paths.items()}
        for spec in specs:
            ((kind, told),) = spec.items()
            value = self._names.get(told["arg"]["name"], "") if kind.endswith("mutation") else ""
            if kind in _WRITTEN:
                yield assignment(owners[told[_WRITTEN[kind]]], value)
            elif kind == "user_input_mutation":
                yield _copy(self._names[told["user_input_name"]], value)

    def _output(self, module: Json) -> Output:
        given = [spec["user_output"]["arg"] for spec in module["signature"]["output_specs"] if "user_output" in spec]
        leaves = [self._leaf(argument) for argument in given]
        whole = next(entry for entry in module["module_call_graph"] if entry["fqn"] == "")
        value, kind = _structured(json.loads(whole["signature"]["out_spec"])[1], iter(leaves))
        return Output(value, kind, tuple(name for leaf in leaves for name in leaf.reads))

    def _leaf(self, argument: Json) -> Output:
        """One of the values that are returned."""
        ((kind, _),) = argument.items()
        return Output(
            expression(argument, lambda name: self._known(self._names[name])),
            _TYPES[kind],
            tuple(self._names[name] for name in names_in(argument)),
        )

    def _known(self, name: str) -> str:
        return reached("", self._paths[name]) if name in self._paths else name


def _copy(into: str, value: str) -> Step:
    return Step(
        (Value(f"_written_{into}"),),
        lambda named: f"torch.copy_({named(into)}, {named(value)})",
        (into, value),
        (),
        None,
    )


def _structured(shape: Json, leaves: Iterator[Output]) -> tuple[str, str]:
    """The values as the original returned them, and their type: lists and objects become tuples."""
    if shape["type"] is None:
        leaf = next(leaves)
        return leaf.text, leaf.type
    parts = [_structured(below, leaves) for below in shape["children_spec"]]
    keys = _keys(shape)
    if keys and all(kind == "Tensor" for _, kind in parts):
        pairs = (f"{text(key)}: {value}" for key, (value, _) in zip(keys, parts, strict=True))
        return f"{{{', '.join(pairs)}}}", "Dict[str, Tensor]"
    if not parts:
        return "None", "NoneType"
    return f"({', '.join(value for value, _ in parts)}, )", f"Tuple[{', '.join(kind for _, kind in parts)}]"


def _keys(shape: Json) -> Sequence[str]:
    """Those of a dict, where all of them are texts."""
    keys = json.loads(shape["context"]) if shape["type"] == "builtins.dict" else []
    return keys if all(isinstance(key, str) for key in keys) else []
