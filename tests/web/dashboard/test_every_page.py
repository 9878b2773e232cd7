"""What holds of every page: nothing against WCAG, nothing beside a narrow screen, nothing that needs a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page
from tests.web.dashboard.conftest import Open, Shoot

Accessible = Callable[[Page], None]

PAGES = ("list", "nothing", "faults", "fault", "model", "compare", "choose", "rules", "rule", "explain", "operators")


@pytest.fixture(scope="module")
def addresses(url: str, stocked: dict[str, str]) -> dict[str, str]:
    """The path of each page."""
    cut, sound = (stocked[name].removeprefix("/diagnoses/") for name in ("cut", "sound"))
    document = requests.get(url + stocked["cut"], timeout=30).json()
    return {
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
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    opened: Open, addresses: dict[str, str], accessible: Accessible, name: str, scheme: str, shoot: Shoot
) -> None:
    page = opened(addresses[name], color_scheme=scheme)
    accessible(page)
    shoot(page, "page")


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_screen_holds_it(opened: Open, addresses: dict[str, str], name: str, shoot: Shoot) -> None:
    page = opened(addresses[name], viewport={"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    shoot(page, "page")


@pytest.mark.parametrize("name", PAGES)
def test_it_is_the_same_without_scripts(opened: Open, addresses: dict[str, str], name: str) -> None:
    plain = opened(addresses[name], java_script_enabled=False)
    assert plain.get_by_role("heading", level=1).count() == 1
    assert plain.locator("main").inner_text().strip() != plain.locator("h1").inner_text().strip()
