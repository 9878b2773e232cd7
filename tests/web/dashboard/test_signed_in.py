"""A service with keys in a real browser: from a link in a chat to the page that it leads to, and out again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.web import raw
from tests.web.dashboard.conftest import Open

KEY = "a-key-of-sixteen"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with raw.running(tmp_path_factory.mktemp("locked"), WHYGRAD_KEYS=KEY) as door:
        yield f"http://127.0.0.1:{door.port}"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_key_is_asked_for_once_and_no_script_sees_what_stands_for_it(opened: Open, url: str, scripts: bool) -> None:
    page = opened("/faults?severity=error", java_script_enabled=scripts)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_label("Key")).to_be_focused()
    page.keyboard.type("not-one-of-those")
    page.keyboard.press("Enter")
    expect(page.locator("#wrong-key")).to_contain_text("none of the service's keys")
    page.get_by_label("Key").fill(KEY)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{url}/faults?severity=error")
    if scripts:
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate("fetch('/limits').then((answer) => answer.status)") == 200

    chat = page.context.new_page()
    chat.route("http://chat.example/", lambda route: route.fulfill(body=CHAT.format(url), content_type="text/html"))
    chat.goto("http://chat.example/")
    chat.get_by_role("link").click()
    expect(chat.get_by_role("heading", level=1)).to_have_text("Diagnoses")
    chat.goto("http://chat.example/")
    chat.get_by_role("button").click()
    expect(chat.locator("body")).to_contain_text("another site")
    page.goto("/")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Key")).to_be_visible()
    page.goto("/rules")
    expect(page.get_by_label("Key")).to_be_visible()


def test_a_page_that_refreshes_itself_says_when_its_key_has_ended(opened: Open, url: str) -> None:
    page = opened("/sign-in?next=/operators")
    page.get_by_label("Key").fill(KEY)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#standing")).to_be_visible()
    page.context.clear_cookies()
    page.locator("#refused").get_by_role("link", name="Sign in").click(timeout=20_000)
    expect(page).to_have_url(f"{url}/sign-in?next=%2Foperators")


CHAT = """<a href="{0}/diagnoses">a diagnosis</a>
<form method="post" action="{0}/faults/0000000000000000000000000000000000000000000000000000000000000000/mute">
<button>forged</button></form>"""
