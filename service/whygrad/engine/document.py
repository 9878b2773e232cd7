"""A diagnosis document, as the contract has it, from an observation and its findings."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod

from whygrad.engine.diagnose import Diagnosed
from whygrad.engine.finding import Link
from whygrad.engine.gradients.starving import nameless
from whygrad.engine.modules import describe_modules, gradient_of
from whygrad.engine.observation import Event, Json, Node, Observation, Operand, Parameter, Pass
from whygrad.engine.places import Places, where, with_place
from whygrad.engine.spelling import plain
from whygrad.engine.wording.origins import known_as

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
    places, trouble = Places(observation), unexplained(observation, findings)
    kept = [d for d in findings if d.rule.code not in ignore]
    ignored = [d for d in findings if d.rule.code in ignore]
    entries = fingerprinted([finding(places, d) for d in kept])
    owners = {name: i for i in range(len(kept) - 1, -1, -1) for name in kept[i].finding.parameters}
    parameters = [_parameter(observation, p, owners) for p in observation.parameters]
    modules = describe_modules(observation)
    written: dict[str, Json] = {
        "schema": 1,
        "verdict": verdict(((d.rule.code, d.severity) for d in kept), unexplained=trouble is not None),
        "headline": headline(observation, entries, trouble, ignored),
        "findings": entries[:LONGEST],
        "findings_total": len(entries),
        "ignored": fingerprinted([finding(places, d) for d in ignored])[:LONGEST],
        "parameters": parameters[:LONGEST],
        "parameters_total": len(parameters),
        "modules": modules[:LONGEST],
        "modules_total": len(modules),
        "forward": _stage(observation, places, "forward"),
        "backward": _stage(observation, places, "backward"),
        "passes": [_pass(p) for p in observation.passes],
        "model": {
            "format": observation.format,
            "parameters": sum(prod(p.shape) for p in observation.parameters),
            "weights": "present" if weights else "absent",
        },
        "environment": dict(environment),
        "timing": dict(timing),
    }
    return {field: plain(value, field) for field, value in written.items()}


def shortened(written: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """The document, and then with its long lists cut shorter and shorter; the true counts stay beside them."""
    yield written
    most = LONGEST
    while most := most // 2:
        cut = {name: written[name][:most] for name in ("findings", "ignored", "parameters", "modules")}
        for name in ("findings", "ignored"):
            cut[name] = [found | {"parameters": found["parameters"][:most]} for found in cut[name]]
        yield written | cut


def verdict(findings: Iterable[tuple[str, str]], *, unexplained: bool = False) -> str:
    """One word, faulty, suspect, healthy or undetermined, from the (code, severity) of each finding."""
    told = list(findings)
    errors = {code for code, severity in told if severity == "error"}
    if errors - UNJUDGED:
        return "faulty"
    if any(severity == "warning" for _, severity in told):
        return "suspect"
    return "undetermined" if errors or unexplained else "healthy"


def unexplained(observation: Observation, findings: Sequence[Diagnosed]) -> str | None:
    """What went wrong without a rule that says why; None where every trouble is explained or there is none."""
    if observation.passes and observation.judged is None and not findings:
        return f"no pass could be run: {'; '.join(p.why_not for p in observation.passes if p.why_not)}"
    explained = {name for d in findings for name in d.finding.parameters}
    silent = [p.name for p in observation.missing if p.name not in explained]
    broken = [n for n, g in observation.first.gradients.items() if g.state == "non-finite" and n not in explained]
    if observation.error is not None and not findings:
        return f"the {observation.error.stage} raised, and no rule says why: {observation.error.message[:200]}"
    if silent:
        return f"{silent[0]} gets no gradient, and no rule says why"
    if broken:
        return f"the gradient of {broken[0]} is not finite, and no rule says why"
    dead = [p.name for p in nameless(observation) if p.name not in explained]
    return f"the gradient of {dead[0]} stays zero, and no rule says why" if dead else None


def headline(
    observation: Observation,
    entries: Sequence[dict[str, Json]],
    trouble: str | None = None,
    ignored: Sequence[Diagnosed] = (),
) -> str:
    """One line: what is wrong and where, or that nothing is, but for what was to be ignored."""
    told = next((e for e in entries if e["severity"] != "note"), None)
    if told is not None:
        return with_place(told)
    if trouble is not None:
        return f"Undetermined: {trouble}"
    return _healthy(observation, ignored) if observation.judged else "Nothing was run"


def _healthy(observation: Observation, ignored: Sequence[Diagnosed]) -> str:
    """How many receive a gradient: what is expected to be frozen, or was told and is ignored, may receive none."""
    codes = ", ".join(sorted({d.rule.code for d in ignored if d.severity != "note"}))
    rest = f"; what is ignored ({codes}) does not count" if codes else ""
    wanting = [p.name for p in observation.trainable]
    states = [observation.first.gradients[n].state for n in wanting if n in observation.first.gradients]
    receiving, zeros = len(states) - states.count("none"), states.count("zero")
    if not wanting:
        return f"Healthy: no parameter wants a gradient{rest}"
    if len(wanting) == receiving == 1:
        return f"Healthy: {wanting[0]} receives a gradient{' of zero' if zeros else ''}{rest}"
    count = f"all {receiving}" if receiving == len(wanting) else f"{receiving} of {len(wanting)}"
    told = f"Healthy: {count} parameters that want a gradient receive one"
    return f"{told}, {zeros} of them zero{rest}" if zeros else f"{told}{rest}"


def finding(places: Places, diagnosed: Diagnosed) -> dict[str, Json]:
    """A finding as the contract has it."""
    found, rule = diagnosed.finding, diagnosed.rule
    observation, places = diagnosed.observation, places.within(diagnosed.observation)
    place = places.of(found.node, found.op) if found.node is not None else places.at(found.place, found.op)
    names = list(found.parameters)
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": diagnosed.severity,
        "title": found.title,
        "message": found.message,
        "location": place,
        "operands": _operands(observation, found.event),
        "parameters": names[:LONGEST],
        "parameters_total": len(names),
        "related": [{"label": r.label, "location": places.of(r.node)} for r in found.related],
        "chain": [_link(places, link) for link in found.chain],
        "fix": _fix(diagnosed, place),
        "docs": rule.docs,
    }


def fingerprinted(entries: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Findings with their fingerprints, each with its ordinal: the same fault at two equal lines is two faults."""
    seen: dict[str, int] = defaultdict(int)
    for entry in entries:
        base = _fingerprint(entry["code"], entry["location"])
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
    return {
        "summary": fix.summary,
        "before": before,
        "after": fix.after,
        "verified": fix.verified,
        "evidence": fix.evidence,
    }


def _link(places: Places, link: Link) -> str:
    place = where(places.of(link.node)) if link.node is not None else ""
    return link.text.removesuffix(" here") + place if place else link.text


def _operands(observation: Observation, event: Event | None) -> list[dict[str, Json]]:
    if event is None:
        return []
    node = observation.nodes[event.node]
    return [_operand(observation, node, operand) for operand in event.inputs[:16]]


def _operand(observation: Observation, node: Node, operand: Operand) -> dict[str, Json]:
    tensor = operand.tensor
    return {
        "role": operand.role,
        "name": known_as(observation, node, operand),
        "shape": list(tensor.shape),
        "dtype": tensor.dtype,
        "device": tensor.device,
        "requires_grad": tensor.requires_grad,
        "grad_fn": tensor.grad_fn,
    }


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
