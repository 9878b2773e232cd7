"""The pages of the rules, and of an error that is explained."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.web.dashboard.conftest import Open, Shoot

from whygrad.engine import catalogue

TRACEBACK = """Traceback (most recent call last):
  File "train.py", line 12, in <module>
    loss = model(x).sum()
RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x5 and 6x1) <b>"""


@pytest.mark.usefixtures("stocked")
def test_every_rule_is_listed_under_its_family(opened: Open) -> None:
    page = opened("/rules")
    assert page.locator(".rule-code").all_inner_texts() == [rule.code for rule in catalogue.rules()]
    expect(page.locator("#CUT .row", has_text="CUT101")).to_contain_text("2 × here")
    expect(page.locator(".row", has_text="RUN006")).to_contain_text("not seen here")


def test_a_rule_shows_its_twins_and_where_it_was_found(opened: Open, stocked: dict[str, str], shoot: Shoot) -> None:
    page = opened("/rules/CUT101")
    expect(page.get_by_role("heading", level=1)).to_have_text("detached")
    assert page.locator(".twin.bad .changed").all_inner_texts() == [
        "        h = torch.relu(self.encoder(x)).detach()\n"
    ]
    expect(page.get_by_role("link", name="cut.pt").first).to_have_attribute("href", stocked["again"])
    page.locator(".reading").get_by_role("link", name="CUT102").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("no-grad-region")
    shoot(page, "page")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_error_is_explained(opened: Open, scripts: bool, shoot: Shoot) -> None:
    page = opened("/explain", java_script_enabled=scripts)
    page.get_by_label("Error message").fill(TRACEBACK)
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#answer .candidates > li").first).to_contain_text("SHP701 matmul-mismatch")
    expect(page.locator("#answer .message")).to_have_text(TRACEBACK.splitlines()[-1])
    expect(page.locator("#answer")).to_contain_text("train.py")
    expect(page.get_by_label("Error message")).to_have_value(TRACEBACK)
    card, cure = (page.locator(f".candidates {part}").first.bounding_box() for part in ("> li", ".cure"))
    assert card is not None
    assert cure is not None
    assert card["x"] + card["width"] - cure["x"] - cure["width"] < 32, "a column is empty"
    shoot(page, "page")


def test_a_text_that_says_nothing_known_is_told_so(opened: Open) -> None:
    page = opened("/explain")
    page.get_by_label("Error message").fill("it does not work")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#answer .hint")).to_contain_text("no known message of torch")
