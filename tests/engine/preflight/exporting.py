"""An archive of torch.export made by hand: a weight, a product with it, a sum without gradients, and its example."""

from __future__ import annotations

import json
import struct
from typing import Any

from tests.engine.preflight.forging import packed, storage, tensor

_STACK = "self,,m.Net;a,a,m.Scale"
_TRACE = '  File "m.py", line 7, in forward\n    return x * self.w\n           ~~^~~~~~~~\n'


def _tensor(name: str) -> dict[str, Any]:
    return {"as_tensor": {"name": name}}


def _node(target: str, gives: str, *arguments: dict[str, Any]) -> dict[str, Any]:
    inputs = [{"name": "other", "arg": argument, "kind": 1} for argument in arguments]
    metadata = {"nn_module_stack": _STACK, "stack_trace": _TRACE}
    return {"target": target, "inputs": inputs, "outputs": [_tensor(gives)], "metadata": metadata, "name": gives}


def _graph(inputs: list[str], output: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": [_tensor(name) for name in inputs], "outputs": [_tensor(output)], "nodes": list(nodes)}


def program() -> dict[str, Any]:
    """What it computes, as torch.export describes it."""
    region = _graph(["v"], "u", _node("torch.ops.aten.add.Tensor", "u", _tensor("v"), {"as_float": 0.5}))
    graph = _graph(
        ["w", "x"],
        "z",
        _node("torch.ops.aten.mul.Tensor", "y", _tensor("x"), _tensor("w")),
        _node(
            "torch.ops.higher_order.wrap_with_set_grad_enabled",
            "z",
            {"as_bool": False},
            {"as_graph": {"name": "submod_1", "graph": region}},
            _tensor("y"),
        ),
    )
    takes = [{"parameter": {"arg": {"name": "w"}, "parameter_name": "a.w"}}, {"user_input": {"arg": _tensor("x")}}]
    signature = {"input_specs": takes, "output_specs": [{"user_output": {"arg": _tensor("z")}}]}
    returned = {"out_spec": json.dumps([1, {"type": None, "context": None, "children_spec": []}])}
    module = {"graph": graph, "signature": signature, "module_call_graph": [{"fqn": "", "signature": returned}]}
    return {"graph_module": module, "schema_version": {"major": 8, "minor": 1}, "verifiers": ["TRAINING"]}


def weights() -> dict[str, Any]:
    """Where its weight is."""
    meta = {"dtype": 7, "sizes": [{"as_int": 4}], "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}}
    entry = {"path_name": "weight_0", "use_pickle": False, "tensor_meta": meta | {"requires_grad": True}}
    return {"config": {"a.w": entry}}


def exported(told: bytes | None = None, example: bytes | None = None) -> bytes:
    """The archive; `told` is another program, as JSON, and `example` the pickle of other inputs."""
    numbers = struct.pack("<4f", 1, 2, 3, 4)
    inputs = b"\x80\x02((" + tensor(storage()) + b"t}t." if example is None else example
    return packed(
        {
            "m/archive_format": b"pt2",
            "m/models/model.json": json.dumps(program()).encode() if told is None else told,
            "m/data/weights/model_weights_config.json": json.dumps(weights()).encode(),
            "m/data/weights/weight_0": numbers,
            "m/data/constants/model_constants_config.json": b'{"config": {}}',
            "m/data/sample_inputs/model.pt": packed({"a/data.pkl": inputs, "a/data/0": numbers}),
        }
    )
