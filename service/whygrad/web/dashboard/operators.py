"""The page for those who run the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

LAYERS = {
    "nobody": "another user, who owns nothing",
    "privileges": "no capability, and none to be gained",
    "limits": "bounds of time, memory and files",
    "landlock": "no file, no port, no other process",
    "seccomp": "no system call that takes a path",
}
LONG_WAIT = 60.0
"""Seconds after which a job that waits is worth a look."""


def show(standing: Mapping[str, Any]) -> Response:
    """All of it at a glance, what wants attention first."""
    page = render_template("operators.html", told=standing, alarms=alarms(standing), layers=LAYERS)
    return Response(page, mimetype="text/html")


def alarms(standing: Mapping[str, Any]) -> list[str]:
    """What wants attention, each in a sentence; none where all is well."""
    living = [worker for worker in standing["workers"] if worker["alive"]]
    bare = [worker["name"] for worker in living if not (worker["facts"].get("isolation") or {}).get("seccomp", True)]
    oldest, disk = standing["queue"]["oldest_seconds"] or 0, standing["disk"]
    said = {
        "No worker lives: what is sent waits in the queue.": not living,
        f"A job has waited for {oldest:.0f} s.": bool(living) and oldest > LONG_WAIT,
        f"Programs are not confined on {', '.join(bare)}.": bool(bare),
        "The disk is nearly full: less is free than one upload may take.": (
            disk["free_bytes"] < standing["limits"]["upload_bytes"]
        ),
    }
    return [sentence for sentence, holds in said.items() if holds]
