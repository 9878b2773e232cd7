"""What holds of every page: nothing against WCAG, nothing beside a narrow screen, nothing that needs a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import requests
from playwright.sync_api import Page
from tests.web.dashboard.conftest import Open, Shoot

Accessible = Callable[[Page], None]
Addresses = Mapping[str, str]

PAGES = (
    "home",
    "again",
    "sign-in",
    "diagnosis",
    "shapes",
    "healthy",
    "parameters",
    "modules",
    "list",
    "nothing",
    "faults",
    "fault",
    "model",
    "compare",
    "choose",
    "rules",
    "rule",
    "explain",
    "operators",
    "problem",
    "problems",
    "upload",
)
NARROWEST = 320
"""As wide as 1280 pixels are at 400 %: what WCAG 1.4.10 asks for."""


@pytest.fixture(scope="module")
def addresses(url: str, stocked: Mapping[str, str]) -> Addresses:
    """The path of each page."""
    cut, sound = (stocked[name].removeprefix("/diagnoses/") for name in ("cut", "sound"))
    document = requests.get(url + stocked["cut"], timeout=30).json()
    return {
        "home": "/",
        "again": f"/?again={cut}",
        "sign-in": "/sign-in",
        "diagnosis": stocked["cut"],
        "shapes": stocked["shapes"],
        "healthy": stocked["sound"],
        "parameters": f"{stocked['cut']}/parameters?finding=0&sort=-shape",
        "modules": f"{stocked['cut']}/modules",
        "list": "/diagnoses",
        "nothing": "/diagnoses?verdict=undetermined",
        "faults": "/faults",
        "fault": f"/faults/{document['findings'][0]['fingerprint']}",
        "model": f"/models/{document['model']['sha256']}",
        "compare": f"/compare?a={cut}&b={sound}",
        "choose": f"/compare/{cut}",
        "rules": "/rules",
        "rule": "/rules/SHP707",
        "explain": "/explain",
        "operators": "/operators",
        "problem": "/diagnoses/none-of-this-name",
        "problems": "/diagnoses?code=NONE&since=never",
        "upload": requests.post(f"{url}/upload-links", json={}, timeout=30).json()["url"],
    }


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_the_narrowest_screen_holds_it(
    opened: Open, addresses: Addresses, accessible: Accessible, name: str, shoot: Shoot
) -> None:
    page = opened(addresses[name])
    if page.locator("gradient-map").count():
        page.wait_for_selector("gradient-map[data-ready=drawn]")
    accessible(page)
    shoot(page, "dark")
    page.set_viewport_size({"width": NARROWEST, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
    assert page.evaluate(
        "[...document.querySelectorAll('.days .some')].every((bar) => bar.getBoundingClientRect().right < innerWidth)"
    ), "a day is out of sight"
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every((box) => box.scrollWidth <= box.clientWidth"
        " || box.matches('[tabindex]') || box.querySelector('a, button'))"
    ), "no key scrolls what is wider than the screen"
    page.emulate_media(color_scheme="light")
    shoot(page, "narrow")


def test_axe_finds_nothing_in_a_map_with_everything_open(
    opened: Open, addresses: Addresses, accessible: Accessible
) -> None:
    page = opened(addresses["diagnosis"])
    page.wait_for_selector("gradient-map[data-ready=drawn]")
    page.locator("[data-action=open]").click()
    page.locator("#map-question").fill("linear")
    page.evaluate("for (const each of document.querySelectorAll('details:not(.menu)')) each.open = true")
    accessible(page)
    page.set_viewport_size({"width": NARROWEST, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


def test_they_are_the_same_without_scripts(opened: Open, addresses: Addresses) -> None:
    page = opened("/", java_script_enabled=False)
    for name in PAGES:
        page.goto(addresses[name])
        assert page.get_by_role("heading", level=1).count() == 1, name
        assert page.locator("main").inner_text().strip() != page.locator("h1").inner_text().strip(), name
