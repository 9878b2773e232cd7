"""The pages of faults, and muting one from its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whygrad.web.dashboard.filters import CHOICES
from whygrad.web.dashboard.onward import onward
from whygrad.web.schemas import MuteRequest
from whygrad.web.service import service

resource = Blueprint("muting", __name__)

RECENT = 10


def index(faults: Sequence[Mapping[str, Any]], following: str | None) -> Response:
    """Those that the filters leave, and the way to the next of them."""
    page = render_template("faults.html", faults=faults, following=following, asked=request.args, choices=CHOICES)
    return Response(page, mimetype="text/html")


def show(fault: Mapping[str, Any]) -> Response:
    """One fault: its latest diagnosis in short, its days, its programs, and whether it is muted."""
    newest = service().store.page(fingerprint=fault["fingerprint"], limit=RECENT)
    latest = service().store.get(fault["latest"])
    findings = ((latest and latest.document) or {}).get("findings", [])
    page = render_template(
        "fault.html",
        fault=fault,
        finding=next((one for one in findings if one["fingerprint"] == fault["fingerprint"]), None),
        recent=[item.view() for item in newest.items],
        mute=service().mutes.get(fault["fingerprint"]),
    )
    return Response(page, mimetype="text/html")


@resource.post("/faults/<sha256:fingerprint>/mute")
def mute(fingerprint: str) -> ResponseReturnValue:
    """Mute it as the form says, and go back to where that stands."""
    said = {name: text for name, text in request.form.items() if name != "next"}
    service().mutes.put(fingerprint, **MuteRequest().load(said))
    return _back(fingerprint)


@resource.post("/faults/<sha256:fingerprint>/unmute")
def unmute(fingerprint: str) -> ResponseReturnValue:
    """Let it be told again, and go back to where the form stands."""
    service().mutes.delete(fingerprint)
    return _back(fingerprint)


def _back(fingerprint: str) -> ResponseReturnValue:
    page = url_for("faults.show", fingerprint=fingerprint)
    return redirect(onward(request.form.get("next", ""), otherwise=page), 303)
