"""Names, source and messages of strangers are text on the page of a diagnosis, whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from tests.render.test_formats import HOSTILE, hostile

from whygrad.engine.spelling import plain, spelt
from whygrad.jobs.store import Store

LONG = "n" * 300
OURS = re.compile(r'<script (?:type="module" )?src="/static/[\w./-]+"( defer)?></script>')


@pytest.mark.parametrize("text", [*HOSTILE, LONG, "\u202egnp.exe", "'\"><img src=x onerror=alert(1)>"])
def test_it_stays_text(client: FlaskClient, store: Store, finish: Callable[..., None], text: str) -> None:
    job = store.submit(model_sha256="0" * 64, model_name=spelt(text), model_bytes=9, request={})
    finish(**{**plain(hostile(text)), "model": {}})  # as it comes out of the sandbox
    answer = client.get(f"/diagnoses/{job.id}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "<script" not in OURS.sub("", answer.text)
    assert not re.search(r"<[^>\"']*\son\w+\s*=", answer.text)
    assert "<img" not in answer.text
