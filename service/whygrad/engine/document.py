"""A diagnosis document, as the contract has it, from an observation and its findings."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from whygrad.engine.diagnose import Diagnosed
from whygrad.engine.finding import Link
from whygrad.engine.observation import Event, Json, Node, Observation, Parameter, Pass, Tensor
from whygrad.engine.places import Places

LONGEST = 2000
"""The most entries of a list in a document."""

UNJUDGED = frozenset({"RUN001", "RUN002", "RUN003", "RUN004", "RUN006", "FMT903"})
"""Errors that say only that the program could not be judged."""


def document(
    observation: Observation,
    findings: Sequence[Diagnosed],
    *,
    ignore: Sequence[str] = (),
    environment: Mapping[str, Json],
    timing: Mapping[str, float],
    weights: bool,
) -> dict[str, Json]:
    """The part of a diagnosis that the engine knows; ids, times and the upload's name are the service's."""
    places = Places(observation)
    kept = [d for d in findings if d.rule.code not in ignore]
    ignored = [d for d in findings if d.rule.code in ignore]
    entries = _numbered([finding(observation, places, d) for d in kept])
    owners = {name: i for i in range(len(kept) - 1, -1, -1) for name in kept[i].finding.parameters}
    parameters = [_parameter(observation, p, owners) for p in observation.parameters]
    modules = _modules(observation)
    return {
        "schema": 1,
        "verdict": verdict(kept, unexplained=bool(unexplained(observation, findings))),
        "headline": headline(observation, entries, places, unexplained(observation, findings)),
        "findings": entries[:LONGEST],
        "findings_total": len(entries),
        "ignored": _numbered([finding(observation, places, d) for d in ignored])[:LONGEST],
        "parameters": parameters[:LONGEST],
        "parameters_total": len(parameters),
        "modules": modules[:LONGEST],
        "modules_total": len(modules),
        "forward": _stage(observation, places, "forward"),
        "backward": _stage(observation, places, "backward"),
        "passes": [_pass(p) for p in observation.passes],
        "model": {
            "format": observation.format,
            "parameters": sum(_elements(p) for p in observation.parameters),
            "weights": "present" if weights else "absent",
        },
        "environment": dict(environment),
        "timing": dict(timing),
    }


def verdict(findings: Sequence[Diagnosed], *, unexplained: bool = False) -> str:
    """One word: faulty, suspect, healthy or undetermined."""
    errors = {d.rule.code for d in findings if d.severity == "error"}
    if errors:
        return "undetermined" if errors <= UNJUDGED else "faulty"
    if any(d.severity == "warning" for d in findings):
        return "suspect"
    return "undetermined" if unexplained else "healthy"


def unexplained(observation: Observation, findings: Sequence[Diagnosed]) -> str | None:
    """What went wrong without a rule that says why; None where every trouble is explained or there is none."""
    explained = {name for d in findings for name in d.finding.parameters}
    silent = [p.name for p in observation.missing if p.name not in explained]
    broken = [n for n, g in observation.first.gradients.items() if g.state == "non-finite" and n not in explained]
    if observation.error is not None and not findings:
        return f"the {observation.error.stage} raised, and no rule says why: {observation.error.message[:200]}"
    if silent:
        return f"{silent[0]} gets no gradient, and no rule says why"
    return f"the gradient of {broken[0]} is not finite, and no rule says why" if broken else None


def headline(
    observation: Observation, entries: Sequence[dict[str, Json]], places: Places, trouble: str | None = None
) -> str:
    """One line: what is wrong and where, or that nothing is."""
    told = next((e for e in entries if e["severity"] != "note"), None)
    if told is not None:
        return f"{told['title']}{places.told(told['location'])}"
    if trouble is not None:
        return f"Undetermined: {trouble}"
    wanting = len(observation.trainable)
    if not observation.judged:
        return "Nothing was run"
    return f"Healthy: all {wanting} parameters that want a gradient receive one" if wanting else "Healthy"


def finding(observation: Observation, places: Places, diagnosed: Diagnosed) -> dict[str, Json]:
    """A finding as the contract has it."""
    found, rule = diagnosed.finding, diagnosed.rule
    place = places.of(found.node) if found.node is not None else places.at(found.place)
    names = list(found.parameters)
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": diagnosed.severity,
        "title": found.title,
        "message": found.message,
        "location": place,
        "operands": _operands(observation, found.event, place),
        "parameters": names[:LONGEST],
        "parameters_total": len(names),
        "related": [{"label": r.label, "location": places.of(r.node)} for r in found.related],
        "chain": [_link(places, link) for link in found.chain],
        "fix": _fix(diagnosed, place),
        "docs": rule.docs,
        "fingerprint": _fingerprint(rule.code, place),
    }


def _numbered(entries: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Fingerprints with their ordinal: the same fault at two equal lines is two faults."""
    seen: dict[str, int] = defaultdict(int)
    for entry in entries:
        base = entry["fingerprint"]
        entry["fingerprint"] = hashlib.sha256(f"{base}#{seen[base]}".encode()).hexdigest()
        seen[base] += 1
    return entries


def _fingerprint(code: str, place: Mapping[str, Json] | None) -> str:
    where = place or {}
    function = (where.get("stack") or [{}])[-1].get("function", "")
    source = re.sub(r"\s+", " ", where.get("source") or "")
    name = (where.get("file") or "").rpartition("/")[2]
    return "|".join([code, where.get("module") or "", name, function, source, where.get("op") or ""])


def _fix(diagnosed: Diagnosed, place: Mapping[str, Json] | None) -> dict[str, Json] | None:
    fix = diagnosed.finding.fix
    if fix is None:
        return None
    before = fix.before if fix.before is not None else (place or {}).get("source")
    return {"summary": fix.summary, "before": before, "after": fix.after, "verified": None, "evidence": None}


def _link(places: Places, link: Link) -> str:
    return link.text + (places.told(places.of(link.node)) if link.node is not None else "")


def _operands(observation: Observation, event: Event | None, place: Mapping[str, Json] | None) -> list[dict[str, Json]]:
    if event is None:
        return []
    node = observation.nodes[event.node]
    source = (place or {}).get("source") or ""
    return [
        {"role": o.role, "name": _variable(node, o.role, source), **_tensor(o.tensor)}
        | {"requires_grad": o.tensor.requires_grad, "grad_fn": o.tensor.grad_fn}
        for o in event.inputs[:16]
    ]


def _variable(node: Node, role: str, source: str) -> str | None:
    """The name that the user gave an operand, where it stands in their line."""
    argument = node.argument(role)
    variable = argument.variable if argument else ""
    for name in (variable, variable.rstrip("0123456789")):
        if name and re.search(rf"\b{re.escape(name)}\b", source):
            return name
    return None


def _tensor(tensor: Tensor) -> dict[str, Json]:
    return {"shape": list(tensor.shape), "dtype": tensor.dtype, "device": tensor.device}


def _elements(parameter: Parameter) -> int:
    count = 1
    for size in parameter.shape:
        count *= size
    return count


def _parameter(observation: Observation, parameter: Parameter, owners: Mapping[str, int]) -> dict[str, Json]:
    state, norm = gradient_of(observation, parameter)
    described = {"name": parameter.name, "shape": list(parameter.shape), "dtype": parameter.dtype}
    return {
        **described,
        "requires_grad": parameter.requires_grad,
        "gradient": state,
        "norm": norm,
        "finding": owners.get(parameter.name),
        "aliases": list(parameter.aliases),
    }


def gradient_of(observation: Observation, parameter: Parameter) -> tuple[str, float | None]:
    """The word for a parameter's gradient, and its norm where it has one."""
    if not parameter.requires_grad:
        return "frozen", None
    given = observation.first.gradients.get(parameter.name)
    return ("not-run", None) if given is None else (given.state, given.norm)


def _stage(observation: Observation, places: Places, stage: str) -> dict[str, Json]:
    steps = observation.steps
    error = next((s.error for s in steps if s.error and (s.error.stage == "forward") == (stage == "forward")), None)
    ran = bool(steps) and (stage == "forward" or all(s.forward_completed for s in steps))
    if error is None:
        return {"completed": ran, "error": None}
    told: dict[str, Json] = {"type": error.kind, "message": error.message}
    told["location"] = places.of(error.node) if error.node is not None else None
    return {"completed": False, "error": told}


def _pass(done: Pass) -> dict[str, Json]:
    unlisted = sum(s.unlisted for s in done.steps)
    told: dict[str, Json] = {
        "name": done.name,
        "ran": done.ran,
        "why_not": done.why_not,
        "ms": round(done.ms, 3),
        "steps": len(done.steps),
    }
    return told | ({"unlisted_events": unlisted} if unlisted else {})


def _modules(observation: Observation) -> list[dict[str, Json]]:
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
        own = {p.tensor for p in (*observation.parameters, *observation.buffers)}
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
                    origin.setdefault(tensor.id, path)
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


_WORST = ("non-finite", "none", "zero", "not-run", "ok", "frozen")


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
    return next(s for s in _WORST if s in states)
