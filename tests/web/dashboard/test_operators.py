"""The page for those who run the service, before a service that runs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect
from tests.web.dashboard.conftest import Open, Shoot


@pytest.mark.usefixtures("stocked")
def test_it_says_at_a_glance_that_all_is_well(opened: Open, shoot: Shoot) -> None:
    page = opened("/operators")
    expect(page.get_by_text("All is well: 1 worker")).to_be_visible()
    worker = page.get_by_role("row", name="free")
    for layer in ("nobody", "limits", "seccomp"):
        expect(worker).to_contain_text(layer)
    expect(worker.locator(".isolation li").first).to_have_css("padding", "0px")
    expect(page.locator(".figures")).to_contain_text("Done in the last hour")
    shoot(page, "page")


def test_it_refreshes_itself_until_it_is_told_to_stand_still(opened: Open) -> None:
    page = opened("/operators")
    page.locator(".well").evaluate("well => well.append('(old)')")
    expect(page.get_by_text("(old)")).to_have_count(0, timeout=20_000)
    page.get_by_label("refreshes itself").uncheck()
    page.locator(".well").evaluate("well => well.append('(old)')")
    page.wait_for_timeout(6_000)
    expect(page.get_by_text("(old)")).to_have_count(1)


def test_an_alarm_is_announced_once(opened: Open) -> None:
    """What a refresh leaves as it was is the same element, so no screen reader says it again."""
    page = opened("/")
    page.route("**/operators", alarm)
    page.goto("/operators")
    page.locator("[role=alert]:visible").evaluate("alert => { alert.isOld = true; }")
    with page.expect_response("**/operators"):
        pass
    page.wait_for_timeout(500)
    assert page.locator("[role=alert]:visible").evaluate("alert => alert.isOld")


def alarm(route: Route) -> None:
    """The page as it is where something is wrong."""
    answer = route.fetch()
    alarms = '<ul class="alarms" role="alert"><li>No worker lives</li></ul>'
    route.fulfill(response=answer, body=re.sub(r'<p class="well">.*?</p>', alarms, answer.text(), flags=re.DOTALL))


def test_what_is_refused_is_said_and_asked_for_again(opened: Open) -> None:
    page = opened("/operators")
    refused = page.get_by_role("alert")
    page.route("**/operators", lambda route: route.fulfill(status=503, body="<h1>Bad gateway</h1>"))
    expect(refused).to_contain_text("The service answered with 503.", timeout=20_000)
    expect(page.get_by_text("All is well")).to_be_visible()
    page.unroute("**/operators")
    expect(refused).to_be_hidden(timeout=20_000)
    page.locator(".well").evaluate("well => well.append('(old)')")
    expect(page.get_by_text("(old)")).to_have_count(0, timeout=20_000)


def test_without_scripts_the_browser_asks_again(opened: Open) -> None:
    page = opened("/operators", java_script_enabled=False)
    expect(page.locator("noscript meta")).to_have_attribute("content", "10")
