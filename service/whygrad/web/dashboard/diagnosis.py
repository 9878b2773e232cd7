"""The page of a diagnosis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from whygrad.jobs.diagnosis import UNFINISHED
from whygrad.web.dashboard.norms import strip
from whygrad.web.representations import FORMS


def show(document: Mapping[str, Any]) -> Response:
    """The page for a document, finished or not."""
    numbered = list(enumerate(document["findings"]))
    page = render_template(
        "diagnosis.html",
        document=document,
        faults=[(number, finding) for number, finding in numbered if finding["severity"] != "note"],
        notes=[(number, finding) for number, finding in numbered if finding["severity"] == "note"],
        live=document["status"] in UNFINISHED,
        strip=strip(document["parameters"]),
        states=Counter(parameter["gradient"] for parameter in document["parameters"]).most_common(),
        forms=FORMS,
    )
    return Response(page, mimetype="text/html")
