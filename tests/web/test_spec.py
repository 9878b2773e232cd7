from __future__ import annotations

from pathlib import Path

import openapi_spec_validator
import yaml

from whygrad.web import spec
from whygrad.web.app import bare_app

WRITTEN = Path(__file__).parents[2] / "openapi.yaml"


def test_the_file_is_what_the_code_says() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == spec.text(bare_app()), "run python -m whygrad.web"


def test_the_file_is_valid_openapi() -> None:
    openapi_spec_validator.validate(yaml.safe_load(WRITTEN.read_text(encoding="utf-8")))


def test_a_body_that_breaks_off_is_told_of_every_route() -> None:
    told = {
        (path, method): operation["responses"]["400"]["description"]
        for path, operations in spec.document(bare_app())["paths"].items()
        for method, operation in operations.items()
        if method != "parameters"
    }
    assert [where for where, text in told.items() if "broke off" not in text] == []


def test_every_route_is_told_but_for_the_pages_of_people() -> None:
    app = bare_app()
    views = {rule.rule: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    told = {path for path, view in views.items() if "operation" in vars(view)}
    assert len(spec.document(app)["paths"]) == len(told)
    assert all(views[path].__module__.startswith("whygrad.web.dashboard") for path in views.keys() - told)
