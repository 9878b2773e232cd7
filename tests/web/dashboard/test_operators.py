"""The page for those who run the service, before a service that runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.web.dashboard.conftest import Open, Shoot


@pytest.mark.usefixtures("stocked")
def test_it_says_at_a_glance_that_all_is_well(opened: Open, shoot: Shoot) -> None:
    page = opened("/operators")
    expect(page.get_by_text("All is well: 1 worker")).to_be_visible()
    worker = page.get_by_role("row", name="free")
    for layer in ("nobody", "limits", "seccomp"):
        expect(worker).to_contain_text(layer)
    expect(page.locator(".figures")).to_contain_text("Done in the last hour")
    shoot(page, "page")


def test_it_refreshes_itself(opened: Open) -> None:
    page = opened("/operators")
    page.locator("#standing").evaluate("standing => standing.dataset.old = 'yes'")
    expect(page.locator("#standing[data-old]")).to_have_count(0, timeout=20_000)
    expect(page.get_by_text("All is well")).to_be_visible()


def test_without_scripts_the_browser_asks_again(opened: Open) -> None:
    page = opened("/operators", java_script_enabled=False)
    expect(page.locator("noscript meta")).to_have_attribute("content", "10")
