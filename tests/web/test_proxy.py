"""A proxy that people have signed in with names them in a header: believed from its addresses, and from no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from whygrad.settings import Settings

KEY = "a-key-of-sixteen"
PAGE = {"Accept": "text/html"}
NAMED = {"X-Forwarded-User": "ada@example.org"}
Problem = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    networks = ("127.0.0.1", "10.1.0.0/16", "fd00::/8")
    return Settings(data=tmp_path, default_wait_seconds=0, proxy_header="X-Forwarded-User", proxies=networks)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.200.3", "fd00::17", "::ffff:10.1.0.1"])
def test_whom_it_names_is_in(client: FlaskClient, address: str) -> None:
    answer = client.get("/diagnoses", headers=PAGE | NAMED, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 200
    assert "ada@example.org" in answer.text


@pytest.mark.parametrize("address", ["127.0.0.2", "10.2.0.1", "192.0.2.1", "::1", "::ffff:10.2.0.1", "", "unix:"])
def test_nobody_else_is_believed(client: FlaskClient, problem: Problem, address: str) -> None:
    problem(client.get("/limits", headers=NAMED, environ_base={"REMOTE_ADDR": address}), 401)


@pytest.mark.parametrize("name", ["", " ", "ada, mallory", "a\tb", "n" * 256])
def test_what_is_no_name_names_nobody(client: FlaskClient, problem: Problem, name: str) -> None:
    problem(client.get("/limits", headers={"X-Forwarded-User": name}), 401)


def test_without_the_header_the_proxy_is_nobody(client: FlaskClient, problem: Problem) -> None:
    problem(client.get("/limits"), 401)
    answer = client.get("/diagnoses", headers=PAGE, follow_redirects=True)
    assert "sign in at the proxy" in answer.text
    assert 'name="key"' not in answer.text, "there is no key that could be shown"


def test_its_own_sign_in_beside_it_is_let_through(client: FlaskClient) -> None:
    """A proxy that asks for a password may pass that on, and it is no key."""
    assert client.get("/limits", headers=NAMED | {"Authorization": "Basic YWRhOng="}).status_code == 200


def test_a_wrong_key_is_wrong_whoever_sends_it(client: FlaskClient, problem: Problem) -> None:
    problem(client.get("/limits", headers=NAMED | {"Authorization": f"Bearer {KEY}"}), 401)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://other"}])
def test_no_other_site_acts_by_it(client: FlaskClient, problem: Problem, headers: dict[str, str]) -> None:
    problem(client.post("/explain", json={"text": "RuntimeError"}, headers=NAMED | headers), 403)
    own = NAMED | {"Origin": "http://localhost"}
    assert client.post("/explain", json={"text": "RuntimeError"}, headers=own).status_code == 200


def test_who_is_in_needs_no_page_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/sign-in?next=/rules", headers=PAGE | NAMED)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/rules")


class TestBesideKeys:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return Settings(data=settings.data, keys=(KEY,), proxy_header=settings.proxy_header, proxies=settings.proxies)

    def test_either_lets_in(self, client: FlaskClient, problem: Problem) -> None:
        assert client.get("/limits", headers=NAMED).status_code == 200
        assert client.get("/limits", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
        assert 'name="key"' in client.get("/sign-in", headers=PAGE).text
        problem(client.get("/limits"), 401)
