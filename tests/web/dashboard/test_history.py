"""The lists, faults, comparisons and programs, clicked through as a person would."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Page, expect
from tests.web.dashboard.conftest import HOSTILE, Open, Shoot

Stocked = dict[str, str]


def titles(page: Page) -> list[str]:
    return page.locator("#found .row-main strong").all_inner_texts()


@pytest.mark.usefixtures("stocked")
def test_filters_narrow_the_list_where_one_is_changed(opened: Open) -> None:
    page = opened("/diagnoses")
    page.get_by_label("Verdict").select_option("healthy")
    page.wait_for_url("**/diagnoses?verdict=healthy*")
    assert set(page.locator("#found .badge").all_inner_texts()) == {"healthy"}
    page.get_by_label("File").fill("cut")
    page.get_by_label("File").press("Enter")
    expect(page.get_by_text("Nothing fits these filters.")).to_be_visible()
    page.get_by_label("Verdict").select_option("")
    expect(page.locator("#found .row")).to_have_count(2)
    page.reload()
    expect(page.get_by_label("File")).to_have_value("cut")
    assert all("cut.pt" in text for text in page.locator("#found .row .faint").all_inner_texts())


@pytest.mark.usefixtures("stocked")
def test_a_filter_that_is_refused_says_why_and_leaves_the_list(opened: Open) -> None:
    page = opened("/diagnoses")
    page.get_by_label("Code").fill("ABC999")
    page.get_by_label("Code").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Unknown code")
    page.get_by_label("Code").fill("CUT101")
    page.get_by_label("Code").press("Enter")
    expect(page.locator("#found .row")).to_have_count(2)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_filters_work_without_scripts(opened: Open, stocked: Stocked) -> None:
    page = opened("/diagnoses", java_script_enabled=False)
    page.get_by_label("Code").fill("CUT101")
    page.get_by_role("button", name="Filter").click()
    assert "code=CUT101" in page.url
    expect(page.locator("#found .row")).to_have_count(2)
    expect(page.locator(f"#found .row[href='{stocked['cut']}']")).to_be_visible()


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("scripts", [True, False])
def test_pages_go_on_and_back(opened: Open, scripts: bool) -> None:
    page = opened("/diagnoses?limit=4", java_script_enabled=scripts)
    newest = page.locator("#found .row").first.get_attribute("href")
    page.get_by_role("link", name="Older").click()
    page.wait_for_url("**cursor=**")
    expect(page.locator(f"#found .row[href='{newest}']")).to_have_count(0)
    page.get_by_role("link", name="Newest").click()
    expect(page.locator("#found .row").first).to_have_attribute("href", newest or "")
    assert "cursor" not in page.url


def test_two_are_compared_by_the_keyboard_alone(opened: Open, stocked: Stocked, shoot: Shoot) -> None:
    page = opened("/diagnoses?code=CUT101")
    page.get_by_role("link", name=re.compile("Compare cut.pt")).first.focus()
    page.keyboard.press("Enter")
    offer = page.locator(f".row[href*='{stocked['cut'].removeprefix('/diagnoses/')}']")
    offer.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("suspect, as before: nothing new, nothing fixed")
    expect(page.locator(".held")).to_have_count(2)
    expect(page.get_by_role("region", name="Shapes that differ", exact=True)).to_contain_text("[2, 4]")
    expect(page.locator(".changed").last).to_contain_text("6x4")
    shoot(page, "page")


def test_what_was_fixed_is_told_and_the_other_way_round_it_is_new(opened: Open, stocked: Stocked) -> None:
    before, after = (stocked[name].removeprefix("/diagnoses/") for name in ("cut", "sound"))
    page = opened(f"/compare?a={before}&b={after}")
    expect(page.locator(".held-against.fixed strong")).to_contain_text(["gets no gradient"])
    page.get_by_role("link", name="Compare the other way round").click()
    expect(page.locator(".held-against.new strong")).to_contain_text(["gets no gradient"])


@pytest.mark.usefixtures("stocked")
def test_a_fault_is_followed_muted_and_told_again(opened: Open, shoot: Shoot) -> None:
    page = opened("/faults?code=CUT101", java_script_enabled=False)
    page.locator("#found .row").click()
    expect(page.locator(".figures")).to_contain_text("2times")
    expect(page.locator(".line.culprit")).to_contain_text("h = self.norm(self.proj(x)).detach()")
    expect(page.get_by_role("img", name=re.compile(r"^\d{4}-\d\d-\d\d: 2$"))).to_be_visible()
    page.get_by_label("Why").fill("it is <i>meant</i>")
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_text("it is <i>meant</i>")).to_be_visible()
    shoot(page, "muted")
    page.goto("/faults?muted=yes")
    expect(page.locator("#found .row")).to_have_count(1)
    page.locator("#found .row").click()
    page.get_by_role("button", name="Tell it again").click()
    expect(page.get_by_role("button", name="Mute")).to_be_visible()


def test_a_program_has_its_diagnoses_over_time(opened: Open, url: str, stocked: Stocked, shoot: Shoot) -> None:
    sha256 = requests.get(url + stocked["cut"], timeout=30).json()["model"]["sha256"]
    page = opened(f"/models/{sha256}")
    expect(page.get_by_role("heading", level=1)).to_have_text("cut.pt")
    expect(page.locator(".verdicts a")).to_have_count(2)
    expect(page.get_by_role("row", name="forward")).to_contain_text("x: Tensor")
    shoot(page, "page")
    page.get_by_role("link", name=re.compile("with the one before")).click()
    expect(page.locator(".versus .side")).to_have_count(2)


def test_a_name_made_to_do_harm_is_text_everywhere(opened: Open, url: str, stocked: Stocked) -> None:
    page = opened("/diagnoses?name=onerror")
    expect(page.locator("#found .row .faint")).to_contain_text([HOSTILE])
    id = stocked["hostile"].removeprefix("/diagnoses/")
    sha256 = requests.get(url + stocked["hostile"], timeout=30).json()["model"]["sha256"]
    diagnosis = stocked["hostile"]
    paths = (diagnosis, f"{diagnosis}/parameters", f"/?again={id}", f"/compare?a={id}&b={id}", f"/compare/{id}")
    for path in (*paths, f"/models/{sha256}", "/faults", "/operators"):
        page.goto(path)
        assert page.locator("main img").count() == 0
        assert page.locator("main [onerror]").count() == 0
