"""What every page has: a header, a theme, a way to skip, and nothing that the policy forbids."""

from __future__ import annotations

from tests.web.dashboard.conftest import Open


def test_the_theme_is_the_systems_until_one_is_chosen_and_then_remembered(opened: Open) -> None:
    page = opened("/", color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(background)
    assert dark != light
    button = page.get_by_role("button", name="Colours")
    button.click()
    button.click()
    assert page.evaluate(background) == dark
    page.reload()
    assert page.evaluate(background) == dark
    button.click()
    assert page.evaluate(background) == light


def test_the_keyboard_skips_the_header(opened: Open) -> None:
    page = opened("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_browser_is_told_what_went_wrong_as_a_page(opened: Open) -> None:
    page = opened("/diagnoses/none-of-this-name")
    assert page.get_by_role("heading", level=1).inner_text() == "Nothing is here"
    assert "There is no diagnosis none-of-this-name" in page.locator("main").inner_text()
