from __future__ import annotations

import re
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient

from whygrad.web.dashboard import assets

VENDORED = assets.FOLDER / "vendor"


def test_a_file_is_kept_for_as_long_as_its_address_names_its_bytes(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = assets.address("frame.css")
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    stale = "/static/0/frame.css"
    assert client.get(stale).headers["Cache-Control"] == "no-cache"
    assert client.get(stale, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_what_a_script_imports_is_of_its_own_version(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        script, imported = (assets.address(f"map/{name}.js") for name in ("map", "camera"))
    assert '"./camera.js"' in client.get(script).text
    assert imported == script.replace("map/map.js", "map/camera.js")


@pytest.mark.parametrize("name", ["../app.py", "..%2f..%2fapp.py", "nothing.css", "", "vendor"])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/0/{name}").status_code == 404


def test_what_is_vendored_is_what_its_list_says() -> None:
    rows = re.findall(r"^\| (\S+\.\S+) \|.*\| ([0-9a-f]{64}) \|$", (VENDORED / "VENDORED.md").read_text(), re.M)
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in VENDORED.iterdir()}
    del found["VENDORED.md"]
    assert dict(rows) == found


def test_templates_leave_escaping_on() -> None:
    templates = (assets.FOLDER.with_name("templates")).rglob("*")
    texts = {file.name: file.read_text() for file in templates if file.is_file()}
    assert texts.keys() >= {"base.html", "diagnosis.html"}
    assert not [name for name, text in texts.items() if re.search(r"\|\s*safe\b|autoescape|style=|\son\w+=", text)]
