from __future__ import annotations

from pathlib import Path

import openapi_spec_validator
import yaml

from whygrad.web import spec
from whygrad.web.app import bare_app

WRITTEN = Path(__file__).parents[2] / "openapi.yaml"


def test_the_file_is_what_the_code_says() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == spec.text(bare_app()), "run python -m whygrad.web.spec"


def test_the_file_is_valid_openapi() -> None:
    openapi_spec_validator.validate(yaml.safe_load(WRITTEN.read_text(encoding="utf-8")))


def test_every_route_is_told() -> None:
    app = bare_app()
    assert len(spec.document(app)["paths"]) == len({rule.rule for rule in app.url_map.iter_rules()})
