"""A diagnosis in every form that it can be asked for, each read by a reader of that form."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from junitparser import JUnitXml
from tests.documents import fingerprint
from tests.render.test_formats import HOSTILE, hostile, valid
from tests.render.test_text import DETACHED, HEADLINE

from whygrad.engine.spelling import plain
from whygrad.jobs.store import Store
from whygrad.render import html
from whygrad.web.representations import FORMS, HTML, MEDIA_TYPES

Finish = Callable[..., None]
Problem = Callable[..., str]

MODEL = {"format": "torchscript", "parameters": 81, "weights": "present"}
PARAMETER = {"shape": [2], "dtype": "float32", "requires_grad": True, "norm": None, "finding": None}
OPENING = {
    "application/json": "{",
    "text/html": "<!doctype html>",
    "text/plain": "error[CUT101]: ",
    "text/markdown": "### **error\\[CUT101\\]:**",
    "application/sarif+json": "{",
    "application/xml": "<?xml ",
}
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.suffix)


@pytest.fixture
def diagnosed(store: Store, finish: Finish) -> Callable[..., str]:
    """The address of a finished diagnosis, of a program with this name."""

    def diagnosed(document: dict[str, Any] = DETACHED, name: str = "encoder.pt") -> str:
        job = store.submit(model_sha256="0" * 64, model_name=name, model_bytes=9, request={})
        found = [f | {"fingerprint": fingerprint(f["code"])} for f in document["findings"]]
        whole = [PARAMETER | parameter for parameter in document["parameters"]]
        finish(**plain({**document, "findings": found, "parameters": whole, "model": MODEL}))
        return f"/diagnoses/{job.id}"

    return diagnosed


@each_form
def test_what_accept_prefers_is_given(client: FlaskClient, diagnosed: Callable[..., str], form: Any) -> None:
    answer = client.get(diagnosed(), headers={"Accept": f"image/png, {form.media_type};q=0.9, */*;q=0.1"})
    assert (answer.status_code, answer.mimetype) == (200, form.media_type)
    assert answer.text.startswith(OPENING[form.media_type])
    assert (answer.headers["Vary"], answer.headers["X-Content-Type-Options"]) == ("Accept", "nosniff")


@each_form
def test_the_answer_to_a_program_comes_in_every_form(client: FlaskClient, form: Any) -> None:
    upload = {"model": (io.BytesIO(b"a program"), "model.pt")}
    answer = client.post(
        "/diagnose", data=upload, headers={"Accept": form.media_type}, content_type="multipart/form-data"
    )
    assert (answer.status_code, answer.mimetype) == (202, form.media_type)
    assert answer.headers["Location"].startswith("/diagnoses/")


@each_form
def test_a_suffix_is_a_file(client: FlaskClient, diagnosed: Callable[..., str], form: Any) -> None:
    place = diagnosed()
    file = client.get(f"{place}.{form.suffix}", headers={"Accept": "image/png"})
    assert file.mimetype == form.media_type
    name = f"whygrad-encoder.pt-{place[11:19]}.{form.suffix}"
    assert file.headers["Content-Disposition"] == f"attachment; filename={name}"
    if form is not HTML:  # a browser is shown the page of the dashboard, and saves one that stands alone
        assert file.data == client.get(place, headers={"Accept": form.media_type}).data
    known = {"If-None-Match": file.headers["ETag"]}
    assert client.get(f"{place}.{form.suffix}", headers=known).status_code == 304


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ('a"; x=y\\\r\n.pt', "a-x-y-.pt"),
        ("../../etc/passwd", "etc-passwd"),
        (".bashrc", "bashrc"),
        ("модель.pt", "pt"),
        ("模型", "model"),
        ("con<script>.pt", "con-script-.pt"),
        ("n" * 200, "n" * 60),
    ],
)
def test_the_name_of_a_file_is_safe(client: FlaskClient, diagnosed: Callable[..., str], name: str, stem: str) -> None:
    place = diagnosed(name=name)
    told = client.get(f"{place}.md").headers["Content-Disposition"]
    assert told == f"attachment; filename=whygrad-{stem}-{place[11:19]}.md"


def test_the_page_is_held_by_a_policy_of_its_own(client: FlaskClient, diagnosed: Callable[..., str]) -> None:
    policy = client.get(f"{diagnosed()}.html").headers["Content-Security-Policy"]
    assert policy == f"{html.POLICY}; sandbox"
    assert "unsafe" not in policy


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_strangers_stays_text(client: FlaskClient, diagnosed: Callable[..., str], text: str) -> None:
    place = diagnosed(hostile(text))
    answers = {form.suffix: client.get(f"{place}.{form.suffix}") for form in FORMS}
    assert {answer.status_code for answer in answers.values()} == {200}
    valid(answers["sarif"].text)
    assert JUnitXml.fromstring(answers["xml"].data).failures == 1
    assert "<script" not in answers["html"].text
    assert "\x1b" not in answers["txt"].text
    assert ElementTree.fromstring(answers["xml"].data).get("name") == "whygrad"


def test_what_there_is_not_is_406_and_lists_what_there_is(
    client: FlaskClient, problem: Problem, diagnosed: Callable[..., str]
) -> None:
    detail = problem(client.get(diagnosed(), headers={"Accept": "image/png"}), 406)
    assert all(media_type in detail for media_type in MEDIA_TYPES)


def test_a_file_of_an_unfinished_one_says_how_it_stands(client: FlaskClient) -> None:
    upload = {"model": (io.BytesIO(b"a program"), "model.pt")}
    place = client.post("/diagnose", data=upload, content_type="multipart/form-data").headers["Location"]
    assert "model.pt waits for a worker" in client.get(f"{place}.txt").text
    assert json.loads(client.get(f"{place}.json").data)["status"] == "queued"


def test_an_unknown_one_is_404_under_any_suffix(client: FlaskClient, problem: Problem) -> None:
    assert "There is no diagnosis" in problem(client.get(f"/diagnoses/{'0' * 32}.html"), 404)
    for place in (f"/diagnoses/{'0' * 32}.exe", "/diagnoses/..html"):
        assert "There is nothing at" in problem(client.get(place), 404)


def test_the_headline_is_in_every_form(client: FlaskClient, diagnosed: Callable[..., str]) -> None:
    place = diagnosed()
    plain = {suffix: client.get(f"{place}.{suffix}").text for suffix in ("txt", "html", "sarif", "xml", "json")}
    assert all(HEADLINE in " ".join(text.split()) for text in plain.values())
