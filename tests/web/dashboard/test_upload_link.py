"""The page of an upload link, as whoever was sent it uses it."""

from __future__ import annotations

from pathlib import Path

import requests
from tests.web.dashboard.conftest import Open, Shoot


def test_a_program_is_sent_by_it(opened: Open, shoot: Shoot, url: str, tmp_path: Path, healthy: bytes) -> None:
    made = requests.post(f"{url}/upload-links", json={"shapes": "2x4"}, timeout=5).json()
    page = opened(made["url"].removeprefix(url))
    assert "those that the link was asked for with" in page.inner_text("form")
    shoot(page, "upload-link")

    file = tmp_path / "big.pt"
    file.write_bytes(healthy)
    page.set_input_files("input[type=file]", file)
    page.fill("#shapes", "2xfour")
    page.click("form button")
    page.wait_for_selector("#wrong-shapes:has-text('four')")
    assert page.input_value("#shapes") == "2xfour"
    shoot(page, "upload-link-refused")

    page.set_input_files("input[type=file]", file)
    page.fill("#shapes", "")
    page.click("form button")
    page.wait_for_selector("text=big.pt has arrived")
    shoot(page, "upload-link-used")
    page.click("text=To its diagnosis")
    page.wait_for_url("**/diagnoses/*")
    assert requests.get(f"{url}/upload-links/{made['id']}", timeout=5).json()["status"] == "used"
