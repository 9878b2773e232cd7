"""What the lists can be narrowed to, in the words of their forms."""

from __future__ import annotations

from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from whygrad.engine.codes import CODES
from whygrad.web.schemas import SEVERITIES, VERDICTS

SPANS = {"1h": "the last hour", "24h": "the last day", "7d": "the last week", "30d": "the last month"}
CHOICES = {"verdicts": VERDICTS, "severities": SEVERITIES, "spans": SPANS, "codes": CODES}


def without(asked: MultiDict[str, str], name: str) -> str:
    """A query with all of these fields but one."""
    return urlencode([(field, value) for field, value in asked.items() if field != name and value])


FILTERS = {"without": without, "zip": zip}
