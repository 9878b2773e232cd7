from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

import whygrad
from whygrad.settings import Settings
from whygrad.web import spec
from whygrad.web.app import bare_app, create_app
from whygrad.web.service import Service

Problem = Callable[..., str]


def test_living_is_not_being_ready(tmp_path: Path, problem: Callable[..., str]) -> None:
    client = create_app(Settings(data=tmp_path)).test_client()  # never migrated: no table is there
    assert client.get("/healthz").get_json() == {"status": "ok"}
    problem(client.get("/readyz"), 503)


def test_without_a_worker_jobs_wait_and_it_says_so(client: FlaskClient, service: Service, problem: Problem) -> None:
    assert "No worker is ready" in problem(client.get("/readyz"), 503)
    service.presence.sign("host:1")
    assert client.get("/readyz").get_json() == {"status": "ok"}
    service.presence.leave("host:1")
    problem(client.get("/readyz"), 503)


def test_ready(client: FlaskClient, service: Service) -> None:
    service.presence.sign("host:1")
    assert client.get("/readyz").get_json() == {"status": "ok"}


def test_the_limits_in_force(client: FlaskClient) -> None:
    limits = client.get("/limits").get_json()
    assert (limits["upload_bytes"], limits["max_wait_seconds"], limits["job_seconds"]) == (1_000_000, 3, 120)


def test_the_front_door_says_where_to_go(client: FlaskClient) -> None:
    greeting = client.get("/").get_json()
    assert greeting["version"] == whygrad.__version__
    assert client.get(greeting["documentation"]).text == spec.text(bare_app())
