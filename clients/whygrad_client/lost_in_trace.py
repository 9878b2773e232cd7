"""FMT902 as only a client can find it: what the module does to its gradients, and its trace does not show."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from whygrad.engine.places import with_place
from whygrad.render.parameters import shorten
from whygrad_client import cells
from whygrad_client.parting import Parting, Place

CODE, NAME = "FMT902", "lost-in-export"
_VERDICTS = ("healthy", "suspect", "faulty", "undetermined")

Document = dict[str, Any]


def told(document: Document, parting: Parting, lost: Sequence[str]) -> Document:
    """The diagnosis of the trace with one more finding, of what is `lost` in it; the first where it is the gravest."""
    finding = _finding(parting, lost)
    if CODE in (document.get("request") or {}).get("ignore", []):
        return document | {"ignored": [*(document.get("ignored") or []), finding]}
    verdict, before = "faulty" if finding["severity"] == "error" else "suspect", str(document.get("verdict"))
    first = before in _VERDICTS and _VERDICTS.index(verdict) > _VERDICTS.index(before)
    index = 0 if first else len(document["findings"])
    findings = [*document["findings"][:index], finding, *document["findings"][index:]]
    changed: Document = {"findings": findings, "findings_total": (document.get("findings_total") or 0) + 1}
    changed["parameters"] = [_moved(entry, index, parting, lost) for entry in document.get("parameters") or []]
    return document | changed | ({"verdict": verdict, "headline": _headline(finding)} if first else {})


def _headline(finding: Document) -> str:
    """As the service writes one, whose files are called by their names."""
    location = finding["location"]
    return with_place(finding | {"location": location and location | {"file": Path(location["file"]).name}})


def _moved(entry: Document, index: int, parting: Parting, lost: Sequence[str]) -> Document:
    """A parameter after a finding came in before others."""
    if entry["name"] in lost:
        return entry | {"gradient": parting.module[entry["name"]], "norm": None, "finding": index}
    after = entry.get("finding")
    return entry | {"finding": after + 1} if after is not None and after >= index else entry


def _finding(parting: Parting, lost: Sequence[str]) -> Document:
    alive = [name for name, state in parting.module.items() if state == "ok"]
    names = shorten(lost, parting.module).removesuffix(f" ({len(lost)} of {len(parting.module)} parameters)")
    gets = "get no gradient" if parting.module[lost[0]] == "none" else "get a gradient of zero"
    locations = [_location(place) for place in parting.places]
    title = f"{names} {gets} in the module itself" + (": gradient mode is off" if locations else "")
    fix = "let gradient mode be on there" if locations else "look at the hooks and functions that their values pass"
    identity = "|".join([CODE, *(f"{place['file']} {place['source']}" for place in locations), *lost])
    return {
        "code": CODE,
        "name": NAME,
        "severity": "warning" if alive else "error",
        "title": title,
        "message": "In the trace, which keeps neither gradient mode nor gradient hooks, all seems well. The module "
        f"itself was run as well, on the same inputs, and there {names} {gets}.",
        "location": locations[0] if locations else None,
        "operands": [],
        "parameters": list(lost),
        "parameters_total": len(lost),
        "related": [{"label": "gradient mode is off here too", "location": other} for other in locations[1:]],
        "chain": [
            f"the module's own backward reaches {len(alive)} of {len(parting.module)} parameters",
            f"that of its trace reaches {sum(state == 'ok' for state in parting.trace.values())} of them",
        ],
        "fix": {
            "summary": f"{fix}; or name these parameters as frozen, where it is meant",
            "before": None,
            "after": None,
            "verified": None,
            "evidence": None,
        },
        "docs": f"/rules/{CODE}",
        "fingerprint": sha256(identity.encode()).hexdigest(),
    }


def _location(place: Place) -> Document:
    text = {line: linecache.getline(place.file, line).rstrip() for line in range(place.line - 2, place.line + 3)}
    source = text[place.line]
    frame = {"file": _shortened(place.file), "line": place.line, "function": place.function, "source": source.strip()}
    indent = len(source) - len(source.lstrip())
    near = [{"line": line, "source": told} for line, told in text.items() if told and line != place.line]
    return frame | {"column": indent, "offset": 0, "context": near, "stack": [frame]}


def _shortened(file: str) -> str:
    """From the folder that one is in on; else the name alone, for no report tells of anybody's home."""
    path, here = Path(file).resolve(), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else cells.called(file)
