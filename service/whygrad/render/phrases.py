"""The short phrases that every rendering of a diagnosis needs, safe to print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whygrad.render.terminal import safe

Json = Mapping[str, Any]
_LONG_MS = 100
_FAULTS = ("faulty", "suspect")
_LAYER = re.compile(r"([\w.]+ = )?nn\.[A-Z]\w*\(")
PASSES = {
    "structure": "the step on shapes alone",
    "numeric": "the step with its numbers",
    "replay": "the check that gradients stay the same once torch optimises the program, from its second call on",
}
KNOWN = "known: it stands in the baseline, and does not count"


def parted(document: Json) -> tuple[list[Json], list[Json]]:
    """The findings that are faults, and those that are notes."""
    found = document.get("findings") or []
    return [f for f in found if f.get("severity") != "note"], [f for f in found if f.get("severity") == "note"]


def opening(document: Json) -> tuple[str, str]:
    """What the first line begins with, `error[CUT101]` or how the diagnosis stands, and what it says."""
    faults, _notes = parted(document)
    kind = label(faults[0]) if faults else standing(document)
    told = re.sub(rf"^{re.escape(kind)}: ", "", headline(document), flags=re.IGNORECASE)
    return heading(faults[0]) if faults else kind, told


def headline(document: Json) -> str:
    """What a diagnosis says in a line, also where it is one of a list: before its end only a fault is a last word."""
    last = standing(document) not in ("queued", "running", "cancelled") or document.get("verdict") in _FAULTS
    return safe((document.get("headline") if last else None) or unfinished(document), 300)


def verdict(document: Json) -> str:
    """`faulty · 1 error · 49 ms · torch 2.13.0 on cpu`."""
    facts = [counts(*parted(document)), duration(document), environment(document)]
    return " · ".join([standing(document), *filter(None, facts)])


def not_run(document: Json) -> Iterator[str]:
    """The passes that did not run, and why; the codes that were ignored; what was lost in capturing the program."""
    for done in document.get("passes") or []:
        if not done.get("ran"):
            why = safe(done.get("why_not") or "not asked for", 300)
            name = safe(done.get("name"), 40)
            yield f"not run: {PASSES.get(name, name)}: {why}"
    if document.get("ignored"):
        codes = sorted({safe(f.get("code") if isinstance(f, dict) else f, 10) for f in document["ignored"]})
        yield f"ignored as asked: {', '.join(codes)}"
    yield from (safe(sentence, 600) for sentence in document.get("capture") or [])


def known(finding: Json) -> bool:
    """Whether a client found it in its baseline."""
    return finding.get("known") is True


def muted(finding: Json) -> str:
    """`muted by ada on 2026-01-31: the teacher is frozen`, or "" for a finding that nobody muted."""
    mute = finding.get("muted")
    if not isinstance(mute, Mapping):
        return ""
    by = f" by {safe(mute['by'], 80)}" if mute.get("by") else ""
    day = f" on {safe(str(mute['at'])[:10], 10)}" if mute.get("at") else ""
    why = f": {safe(mute['reason'], 300)}" if mute.get("reason") else ""
    return f"muted{by}{day}{why}"


def news(finding: Json) -> bool:
    """Whether nobody has said yet that a finding is known."""
    return not (known(finding) or muted(finding))


def remarks(finding: Json) -> Iterator[str]:
    """Why a finding is no news, where somebody has said so."""
    yield from filter(None, (KNOWN if known(finding) else "", muted(finding)))


def more(rest: int, what: str) -> Iterator[str]:
    """`… and 3 more findings`, where there is a rest."""
    if rest > 0:
        yield f"… and {rest} {what}"


def label(finding: Json) -> str:
    """`error[CUT101]`."""
    return f"{safe(finding.get('severity') or 'error', 10)}[{safe(finding.get('code') or '?', 10)}]"


def heading(finding: Json) -> str:
    """`error[CUT101]`, or `error[CUT101], muted`: what stands before a finding."""
    said = "muted" if muted(finding) else "known" if known(finding) else ""
    return ", ".join(filter(None, [label(finding), said]))


def title(finding: Json) -> str:
    """The finding in one line."""
    return safe(finding.get("title") or finding.get("message") or finding.get("name") or "", 300)


def sentence(step: Any) -> str:
    """A step of a chain as text."""
    return str(step.get("text", "")) if isinstance(step, Mapping) else str(step)


def code_lines(text: Any) -> Sequence[str]:
    """The lines of a change, eight at most."""
    return str(text).splitlines()[:8] if text else []


def change(fix: Json) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """The lines that go, those that come, and what is said of layers and weights: a program does not hold their making.

    A fix writes each out with the sizes that it has, in a line of its own.
    """
    if fix.get("after") is None:
        return (), (), ()
    gone, come = code_lines(fix.get("before")), code_lines(fix.get("after"))
    old, new = ([line for line in lines if _LAYER.match(line)] for lines in (gone, come))
    if len(old) != len(new):
        return gone, come, ()
    told = [f"where it is made: {was} -> {now}" for was, now in zip(old, new, strict=True)]
    return [line for line in gone if line not in old], [line for line in come if line not in new], told


def proof(fix: Json) -> str:
    """What is known of the fix from having run it."""
    evidence = safe(fix.get("evidence") or "", 400)
    if fix.get("verified") is True:
        return f"verified by running it: {evidence}" if evidence else "verified by running it"
    if fix.get("verified") is False:
        return f"tried, and it does not heal: {evidence}" if evidence else "tried, and it does not heal"
    return ""


def program(document: Json) -> str:
    """What a program is called: its path in the repository, where that is known."""
    model = document.get("model") or {}
    return str(model.get("path") or model.get("name") or "the program")


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
    waited = f" (after {took(queued)} in the queue)" if queued > _LONG_MS else ""
    return f"{took(total - queued)}{waited}"


def took(ms: float) -> str:
    """`49 ms`, and from a second on `9.8 s`."""
    return f"{ms:.0f} ms" if ms < 999.5 else f"{ms / 1000:.1f} s"


def environment(document: Json) -> str:
    """`torch 2.13.0 on cpu`, and that the program was not confined, where it was not."""
    around = document.get("environment") or {}
    device = f" on {safe(around['device'], 20)}" if around.get("device") else ""
    free = ", not confined" if (around.get("isolation") or {}).get("seccomp") is False else ""
    return f"torch {safe(around['torch'], 40)}{device}{free}" if around.get("torch") else ""


def standing(document: Json) -> str:
    """The verdict, or how far it has come: one that was cancelled has none, whatever its first passes saw."""
    status = document.get("status") or "done"
    return safe((document.get("verdict") or "unknown") if status == "done" else status, 20)
