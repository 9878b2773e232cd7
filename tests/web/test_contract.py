"""The application against its own specification: what may be sent is taken, what may not is refused, as it says."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as bounded
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    positive_data_acceptance,
    unsupported_method,
)

from whygrad.settings import Settings
from whygrad.storage.database import Database
from whygrad.web.app import bare_app, create_app
from whygrad.web.service import EXTENSION

# That sizes multiply out to no tensor, or that a body has not the sha256 of the path, is said by no JSON schema.
BEYOND = ("/diagnose", "/models/{sha256}", "/upload-links", "/upload/{token}")
# The form of the first page is sent to its own address: a page is no part of the interface.
BEYOND_SCHEMAS = {path: [positive_data_acceptance] for path in BEYOND} | {
    "/": [unsupported_method, allow_header_conformance]
}

# A body may be wrong and too large as well: 413 refuses it like any other of its kind.
REFUSING = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}})

app = bare_app()
specification = schemathesis.openapi.from_wsgi("/openapi.yaml", app, config=REFUSING)


@pytest.fixture(scope="module", autouse=True)
def service(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Behind the application a store that no worker looks at."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), default_wait_seconds=0, max_wait_seconds=0)
    Database(settings.database_url).migrate()
    app.extensions[EXTENSION] = create_app(settings).extensions[EXTENSION]


@pytest.fixture(autouse=True)
def worker(service: None) -> None:  # noqa: ARG001 - it comes first
    """One that seems to live, or nothing is ready."""
    app.extensions[EXTENSION].presence.sign("host:1")


@specification.parametrize()
@bounded(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_word(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=BEYOND_SCHEMAS.get(case.path, []))
