"""Faults: what was found in one diagnosis and in others again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify

from whygrad.jobs.faults import Cursor, Fault
from whygrad.web.answers.fault import FaultPage, Faults
from whygrad.web.dashboard import faults as pages
from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, operation
from whygrad.web.paging import linked, next_page
from whygrad.web.representations import EITHER, either
from whygrad.web.schemas import FaultQuery
from whygrad.web.service import service

resource = Blueprint("faults", __name__)

SHOWN = timedelta(days=30)


@resource.get("/faults")
@operation(
    "List faults, those first that were seen last",
    query=FaultQuery,
    answers={200: Answer("A page of them", Faults, EITHER, ("Link",))},
    problems={422: "a filter is wrong; `errors` says which"},
)
def index(query: dict[str, Any]) -> Response:
    """A page of the faults that the filters leave."""
    muted = {"yes": True, "no": False}.get(query.pop("muted", ""))
    found = service().faults.page(before=query.pop("cursor", None), muted=muted, **query)
    listed, following = [fault.view() for fault in found.items], next_page(_written(found.next_cursor))
    return linked(
        either(lambda: pages.index(listed, following), lambda: jsonify(faults=listed, next=following)), following
    )


@resource.get("/faults/<sha256:fingerprint>")
@operation(
    "Tell where and when a fault was seen",
    answers={200: Answer("The fault, its programs and its days", FaultPage, EITHER)},
    problems={404: "no diagnosis has it"},
)
def show(fingerprint: str) -> Response:
    """A fault with the programs that have it, and how often each day it was found."""
    fault = _found(fingerprint).view()
    models = [carrier.view() for carrier in service().faults.carriers(fingerprint)]
    days = service().faults.days(fingerprint, since=datetime.now(UTC) - SHOWN)
    told = fault | {"models": models, "days": days}
    return either(lambda: pages.show(told), lambda: jsonify(told))


def _found(fingerprint: str) -> Fault:
    fault = service().faults.get(fingerprint)
    if fault is None:
        raise Problem(404, "No diagnosis has a finding with this fingerprint; GET /faults lists what was found.")
    return fault


def _written(cursor: Cursor | None) -> str | None:
    return None if cursor is None else f"{cursor[0]}-{cursor[1]}"
