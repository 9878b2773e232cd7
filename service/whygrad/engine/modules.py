"""The modules and parameters of a document: what went in and out of each, and how its gradient is."""

from __future__ import annotations

from collections import defaultdict

from whygrad.engine.observation import Json, Observation, Parameter, Tensor
from whygrad.engine.states import worst_parameter


def gradient_of(observation: Observation, parameter: Parameter) -> tuple[str, float | None]:
    """The word for a parameter's gradient, and its norm where it has one."""
    if not parameter.requires_grad:
        return "frozen", None
    given = observation.first.gradients.get(parameter.name)
    return ("not-run", None) if given is None else (given.state, given.norm)


def describe_modules(observation: Observation) -> list[dict[str, Json]]:
    """Each submodule, what went in and came out of it first, and how its gradient is."""
    flows = _ModuleFlows(observation)
    states = _module_gradients(observation)
    return [
        {
            "path": path,
            "type": kind,
            "inputs": [_shape(t) for t in flows.inputs[path][:8]],
            "outputs": [_shape(t) for t in flows.outputs(path)[:8]],
            "gradient": states.get(path, "no-parameters"),
        }
        for path, kind in observation.modules.items()
    ]


def _shape(tensor: Tensor) -> dict[str, Json]:
    return {"shape": list(tensor.shape), "dtype": tensor.dtype}


def _prefixes(path: str) -> list[str]:
    parts = path.split(".") if path else []
    return ["", *(".".join(parts[: i + 1]) for i in range(len(parts)))]


class _ModuleFlows:
    """The tensors that enter and leave each module: read inside but made outside, made inside but read outside."""

    def __init__(self, observation: Observation) -> None:
        own = observation.stored
        self.inputs: dict[str, list[Tensor]] = defaultdict(list)
        self._made: dict[str, dict[int, Tensor]] = defaultdict(dict)
        self._left: dict[str, dict[int, Tensor]] = defaultdict(dict)
        origin: dict[int, str] = {}
        seen: set[tuple[str, int]] = set()
        for event in observation.first.events:
            path = observation.nodes[event.node].module
            for tensor in event.tensors:
                if tensor.id not in own:
                    self._enter(path, tensor, origin.get(tensor.id), seen)
            for tensor in event.outputs:
                if tensor.id not in own:
                    origin[tensor.id] = path  # also what a module wrote into, and gives on
        for tensor in observation.first.outputs:
            self._leave(tensor, origin.get(tensor.id, ""), "")
            self._left[""][tensor.id] = tensor

    def outputs(self, path: str) -> list[Tensor]:
        """The tensors that left a module."""
        return list(self._left[path].values())

    def _enter(self, path: str, tensor: Tensor, origin: str | None, seen: set[tuple[str, int]]) -> None:
        inside = set(_prefixes(origin)) if origin is not None else set()
        for prefix in _prefixes(path):
            if prefix not in inside and (prefix, tensor.id) not in seen:
                seen.add((prefix, tensor.id))
                self.inputs[prefix].append(tensor)
        if origin is not None:
            self._leave(tensor, origin, path)

    def _leave(self, tensor: Tensor, origin: str, reader: str) -> None:
        around = set(_prefixes(reader))
        for prefix in _prefixes(origin):
            if prefix not in around:
                self._left[prefix][tensor.id] = tensor


def _module_gradients(observation: Observation) -> dict[str, str]:
    """For each module the state of its parameters' gradients; `cut` where all that want one get none."""
    states: dict[str, set[str]] = defaultdict(set)
    for parameter in observation.parameters:
        for prefix in _prefixes(parameter.name.rpartition(".")[0]):
            states[prefix].add(gradient_of(observation, parameter)[0])
    return {path: _together(found) for path, found in states.items()}


def _together(states: set[str]) -> str:
    wanting = states - {"frozen"}
    if wanting == {"none"}:
        return "cut"
    if "none" in wanting:
        return "partly-cut"
    return worst_parameter(states)
