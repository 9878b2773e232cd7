"""A run that did not end by itself: the diagnosis as it stood, with how it ended put in."""

from __future__ import annotations

from typing import Any

from whygrad.engine.diagnose import diagnose
from whygrad.engine.document import document, finding, fingerprinted, verdict
from whygrad.engine.observation import Ending, Json, Observation
from whygrad.engine.passes import PASSES
from whygrad.engine.places import Places


def diagnose_ending(unfinished: dict[str, Json] | None, ending: Ending) -> dict[str, Json]:
    """The document with the RUN finding of the ending. `unfinished` is what the child had written, if anything."""
    observation = Observation(ending=ending)
    findings = diagnose(observation)
    if unfinished is None:
        base = document(observation, findings, environment={}, timing={}, weights=False)
    else:
        entries = [finding(Places(observation), d) for d in findings]
        known = unfinished.get("findings", [])
        total = unfinished.get("findings_total", len(known)) + len(entries)
        base = {**unfinished, "findings": [*known, *entries], "findings_total": total}
    told = base["findings"][-len(findings) :] if findings else []
    for entry in told:
        entry["location"] = dict(ending.location) if ending.location else None
    fingerprinted(told)
    return _judged(base, ending)


def _judged(base: dict[str, Any], ending: Ending) -> dict[str, Any]:
    """The verdict and headline again, and the pass that did not end."""
    found = base["findings"]
    base["verdict"] = verdict((f["code"], f["severity"]) for f in found)
    base["headline"] = found[-1]["title"] if base["verdict"] == "undetermined" else base["headline"]
    if ending.pass_name in PASSES and not any(p["name"] == ending.pass_name for p in base["passes"]):
        why = f"the run was ended in it ({ending.kind})"
        base["passes"] = [*base["passes"], {"name": ending.pass_name, "ran": False, "why_not": why, "ms": 0.0}]
    return base
