"""`python -m whygrad.web` writes the specification to `openapi.yaml` in the current folder."""

from __future__ import annotations

from pathlib import Path

from whygrad.web import spec
from whygrad.web.app import bare_app

if __name__ == "__main__":
    Path("openapi.yaml").write_text(spec.text(bare_app()), encoding="utf-8")
