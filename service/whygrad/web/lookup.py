"""A diagnosis by its id."""

from __future__ import annotations

import re

from whygrad.engine.spelling import spelt
from whygrad.jobs.diagnosis import Diagnosis
from whygrad.web.errors import Problem
from whygrad.web.service import service

_ID = re.compile("[0-9a-f]{32}")


def found(id: str) -> Diagnosis:
    """The diagnosis. Raises Problem 404 where there is none."""
    diagnosis = service().store.get(id) if _ID.fullmatch(id) else None
    if diagnosis is None or diagnosis.kind != "examine":
        raise Problem(404, f"There is no diagnosis {spelt(id, 80)}; /diagnoses lists those that there are.")
    return diagnosis
