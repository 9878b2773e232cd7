"""The page of a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from whygrad.jobs.diagnosis import UNFINISHED
from whygrad.web.dashboard import tables
from whygrad.web.dashboard.norms import strip
from whygrad.web.representations import FORMS
from whygrad.web.service import service

IN_FULL = 60
"""So many findings are told in full; the least of more are a line each."""


def show(document: Mapping[str, Any]) -> Response:
    """The page for a document, finished or not."""
    numbered = list(enumerate(document["findings"]))
    faults = [(number, finding) for number, finding in numbered if finding["severity"] != "note"]
    notes = [(number, finding) for number, finding in numbered if finding["severity"] == "note"]
    in_full = [*faults, *notes][:IN_FULL]
    page = render_template(
        "diagnosis.html",
        document=document,
        root=faults[0] if faults else None,
        others=in_full[1:] if faults else in_full,
        shortly=[*faults, *notes][IN_FULL:],
        seen=service().faults.among(str(finding.get("fingerprint")) for _number, finding in in_full),
        live=document["status"] in UNFINISHED,
        strip=strip(document["parameters"]),
        parameters=tables.parameters(document),
        modules=tables.modules(document),
        forms=FORMS,
    )
    return Response(page, mimetype="text/html")
