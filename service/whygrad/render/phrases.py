"""The short phrases that every rendering of a diagnosis needs, safe to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from whygrad.render.terminal import safe

Json = Mapping[str, Any]
_LONG_MS = 100


def label(finding: Json) -> str:
    """`error[CUT101]`."""
    return f"{safe(finding.get('severity') or 'error', 10)}[{safe(finding.get('code') or '?', 10)}]"


def title(finding: Json) -> str:
    """The finding in one line."""
    return safe(finding.get("title") or finding.get("message") or finding.get("name") or "", 300)


def sentence(step: Any) -> str:
    """A step of a chain as text."""
    return str(step.get("text", "")) if isinstance(step, Mapping) else str(step)


def code_lines(text: Any) -> Sequence[str]:
    """The lines of a change, eight at most."""
    return str(text).splitlines()[:8] if text else []


def proof(fix: Json) -> str:
    """What is known of the fix from having run it."""
    evidence = safe(fix.get("evidence") or "", 400)
    if fix.get("verified") is True:
        return f"verified by running it: {evidence}" if evidence else "verified by running it"
    if fix.get("verified") is False:
        return f"tried, and the fault stayed: {evidence}" if evidence else "tried, and the fault stayed"
    return ""


def unfinished(document: Json) -> str:
    """A headline for a document that has none yet."""
    name = safe((document.get("model") or {}).get("name") or "the program", 80)
    return {
        "queued": f"{name} waits for a worker",
        "running": f"{name} is being examined",
        "cancelled": f"the diagnosis of {name} was cancelled",
        "lost": f"the worker that examined {name} died",
    }.get(str(document.get("status")), f"no headline for {name}")


def counts(faults: Sequence[Json], notes: Sequence[Json]) -> str:
    """`1 error, 2 notes`."""
    by_kind = {"error": 0, "warning": 0, "note": len(notes)}
    for fault in faults:
        kind = str(fault.get("severity"))
        by_kind[kind] = by_kind.get(kind, 0) + 1
    return ", ".join(f"{n} {safe(kind, 10)}{'s' if n > 1 else ''}" for kind, n in by_kind.items() if n)


def duration(document: Json) -> str:
    """The time that it took, and how long it waited where that was long; "" where it is not known."""
    timing = document.get("timing") or {}
    total, queued = timing.get("total_ms"), timing.get("queued_ms") or 0
    if not isinstance(total, (int, float)):
        return ""
    waited = f" (after {_time(queued)} in the queue)" if queued > _LONG_MS else ""
    return f"{_time(total - queued)}{waited}"


def _time(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 10_000 else f"{ms / 1000:.1f} s"


def environment(document: Json) -> str:
    """`torch 2.13.0 on cpu`, and that the program was not confined, where it was not."""
    around = document.get("environment") or {}
    device = f" on {safe(around['device'], 20)}" if around.get("device") else ""
    free = ", not confined" if (around.get("isolation") or {}).get("seccomp") is False else ""
    return f"torch {safe(around['torch'], 40)}{device}{free}" if around.get("torch") else ""
