from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

import whygrad
from whygrad.settings import Settings
from whygrad.web import spec
from whygrad.web.app import bare_app, create_app


def test_living_is_not_being_ready(tmp_path: Path, problem: Callable[..., str]) -> None:
    client = create_app(Settings(data=tmp_path)).test_client()  # never migrated: no table is there
    assert client.get("/healthz").get_json() == {"status": "ok"}
    problem(client.get("/readyz"), 503)


def test_ready(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json() == {"status": "ok"}


def test_the_limits_in_force(client: FlaskClient) -> None:
    limits = client.get("/limits").get_json()
    assert (limits["upload_bytes"], limits["max_wait_seconds"], limits["job_seconds"]) == (1_000_000, 3, 120)


def test_the_front_door_says_where_to_go(client: FlaskClient) -> None:
    greeting = client.get("/").get_json()
    assert greeting["version"] == whygrad.__version__
    assert client.get(greeting["documentation"]).text == spec.text(bare_app())
