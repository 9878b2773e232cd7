from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.documents import finding

from whygrad.jobs.store import Store
from whygrad.web.answers.standing import Standing
from whygrad.web.dashboard.operators import alarms
from whygrad.web.service import Service

PAGE = {"Accept": "text/html"}


def test_how_it_stands(client: FlaskClient, service: Service, store: Store, finish: Callable[..., None]) -> None:
    service.presence.sign("host:1", {"torch": "2.13.0", "isolation": {"seccomp": True}})
    service.blobs.put(io.BytesIO(b"a program"))
    store.submit(model_sha256="a" * 64, model_name="m.pt", model_bytes=9, request={})
    finish(verdict="undetermined", findings=[finding("RUN001")])
    told = client.get("/operators").get_json()
    assert Standing().validate(told) == {}
    assert (told["queue"]["queued"], told["pace"]["done"], told["database"]) == (0, 1, "sqlite")
    assert (told["workers"][0]["name"], told["failures"][0]["code"]) == ("host:1", "RUN001")
    assert (told["disk"]["uploads"], told["disk"]["uploads_bytes"]) == (1, 9)


def test_a_page_says_first_what_is_wrong(client: FlaskClient, service: Service) -> None:
    assert "No worker lives" in client.get("/operators", headers=PAGE).text
    service.presence.sign("<host>", {"isolation": {"seccomp": True, "landlock": False}})
    page = client.get("/operators", headers=PAGE).text
    assert "All is well: 1 worker, nothing waits." in page
    assert "landlock not in force" in page
    assert "&lt;host&gt;" in page


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"workers": []}, "No worker lives"),
        ({"queue": {"queued": 3, "running": 1, "oldest_seconds": 90.0}}, "waited for 90 s"),
        (
            {"workers": [{"name": "one", "alive": True, "facts": {"isolation": {"seccomp": False}}}]},
            "not confined on one",
        ),
        ({"disk": {"free_bytes": 10}}, "nearly full"),
    ],
)
def test_what_wants_attention(changed: dict[str, Any], says: str) -> None:
    well = {
        "workers": [{"name": "one", "alive": True, "facts": {}}],
        "queue": {"queued": 0, "running": 0, "oldest_seconds": None},
        "disk": {"free_bytes": 1000},
        "limits": {"upload_bytes": 100},
    }
    assert alarms(well) == []
    (alarm,) = alarms(well | changed)
    assert says in alarm
