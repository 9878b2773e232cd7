"""The real application on a real database and folder, without a worker; `finish` does a worker's part."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from whygrad.jobs.diagnosis import empty_document
from whygrad.jobs.store import Store
from whygrad.settings import Settings
from whygrad.web.app import create_app
from whygrad.web.service import EXTENSION, Service

Finish = Callable[..., None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, default_wait_seconds=0, max_wait_seconds=3, max_upload_bytes=1_000_000)


@pytest.fixture
def app(settings: Settings, migrated: Path) -> Flask:
    shutil.copyfile(migrated, settings.data / migrated.name)
    return create_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def service(app: Flask) -> Service:
    parts: Service = app.extensions[EXTENSION]
    return parts


@pytest.fixture
def store(service: Service) -> Store:
    return service.store


@pytest.fixture
def finish(store: Store) -> Finish:
    """Finish the oldest queued job with this document."""

    def finish(**document: Any) -> None:
        claim = store.claim("tests", 30)
        assert claim is not None
        assert store.finish(claim, empty_document() | {"verdict": "healthy", "headline": "nothing is wrong"} | document)

    return finish


@pytest.fixture
def problem() -> Callable[..., str]:
    """The text of a problem, after a look at what all have in common."""

    def problem(answer: TestResponse, status: int, pointer: str | None = None) -> str:
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
        document = json.loads(answer.data)
        assert document.keys() == {"type", "title", "status", "detail", "errors"}
        assert document["status"] == status
        if pointer is not None:
            assert pointer in [error["pointer"] for error in document["errors"]], document
        return str(document["detail"])

    return problem
