"""Keys in a browser: a page takes one, a signed cookie stands for it, and no other site can use that."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from whygrad.settings import Settings
from whygrad.storage.database import Database
from whygrad.web.app import create_app

KEY = "a-key-of-sixteen"
PAGE = {"Accept": "text/html,*/*;q=0.8"}
OWN = {**PAGE, "Sec-Fetch-Site": "same-origin"}
Problem = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, default_wait_seconds=0, keys=(KEY, "another-key-of-our-own"))


@pytest.fixture
def signed(client: FlaskClient) -> FlaskClient:
    answer = client.post("/sign-in", data={"key": KEY, "next": "/diagnoses?code=CUT101"}, headers=OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/diagnoses?code=CUT101")
    return client


def test_a_browser_is_led_to_the_page_and_back(client: FlaskClient) -> None:
    answer = client.get("/diagnoses?code=CUT101", headers=PAGE)
    assert answer.headers["Location"] == "/sign-in?next=%2Fdiagnoses%3Fcode%3DCUT101"
    assert 'value="/diagnoses?code=CUT101"' in client.get(answer.headers["Location"], headers=PAGE).text


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_who_has_shown_no_key_sends_no_more_than_one(client: FlaskClient, kind: str) -> None:
    answer = client.post("/sign-in", data={"key": "k" * 20_000}, headers=OWN, content_type=kind)
    assert answer.status_code == 413


def test_a_program_is_told_that_it_needs_a_key(client: FlaskClient, problem: Problem) -> None:
    problem(client.get("/diagnoses"), 401)
    assert client.get("/diagnoses", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200


def test_the_cookie_lets_pages_in_and_their_own_requests(signed: FlaskClient) -> None:
    assert "Sign out" in signed.get("/", headers=PAGE).text
    assert signed.get("/limits").status_code == 200


def test_the_cookie_is_not_the_key_and_no_script_or_other_site_has_it(client: FlaskClient) -> None:
    cookie = client.post("/sign-in", data={"key": KEY}, headers=OWN).headers["Set-Cookie"]
    assert KEY not in cookie
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_a_link_in_a_chat_leads_in(signed: FlaskClient) -> None:
    from_elsewhere = {
        **PAGE,
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert signed.get("/diagnoses", headers=from_elsewhere).status_code == 200


def test_signing_out_ends_it(signed: FlaskClient, problem: Problem) -> None:
    assert signed.post("/sign-out", headers=OWN).headers["Location"] == "/sign-in"
    problem(signed.get("/limits"), 401)


def test_a_cookie_ends_with_its_key(signed: FlaskClient, settings: Settings, problem: Problem) -> None:
    cookie = signed.get_cookie("whygrad-session")
    assert cookie is not None
    without = replace(settings, keys=("another-key-of-our-own",))
    Database(without.database_url).migrate()
    other = create_app(without).test_client()
    other.set_cookie("whygrad-session", cookie.value)
    problem(other.get("/limits"), 401)


@pytest.mark.parametrize("forged", ["", "x", "IngiLg.aaaa.bbbb", KEY])
def test_a_forged_cookie_is_none(client: FlaskClient, problem: Problem, forged: str) -> None:
    client.set_cookie("whygrad-session", forged)
    problem(client.get("/limits"), 401)


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://other"}]
)
def test_no_other_site_acts_with_the_cookie(signed: FlaskClient, problem: Problem, headers: dict[str, str]) -> None:
    problem(signed.post("/explain", json={"text": "RuntimeError"}, headers=headers), 403)
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert signed.post("/explain", json={"text": "RuntimeError"}, headers=own).status_code == 200


def test_a_wrong_key_is_told_at_its_field(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"key": "not-one-of-those", "next": "/rules"}, headers=OWN)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (422, False)
    assert "none of the service&#39;s keys" in answer.text or "none of the service's keys" in answer.text
    assert 'value="/rules"' in answer.text


@pytest.mark.parametrize("place", ["//other.example", "/\\other.example", "https://other.example", "javascript:0", ""])
def test_it_leads_nowhere_else(client: FlaskClient, place: str) -> None:
    answer = client.post("/sign-in", data={"key": KEY, "next": place}, headers=OWN)
    assert answer.headers["Location"] == "/"


def test_the_secret_is_for_its_owner_alone(signed: FlaskClient, tmp_path: Path) -> None:
    del signed
    assert stat.S_IMODE((tmp_path / "signing-secret").stat().st_mode) == 0o600
    assert len((tmp_path / "signing-secret").read_bytes()) == 32


def test_who_brings_no_cookie_makes_no_secret(client: FlaskClient, tmp_path: Path) -> None:
    client.get("/sign-in", headers=PAGE)
    assert not (tmp_path / "signing-secret").exists()
