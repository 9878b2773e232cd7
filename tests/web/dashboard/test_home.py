"""From a file to its diagnosis: dropped, chosen by the keyboard, and without scripts."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.web.dashboard import programs
from tests.web.dashboard.conftest import Open, Shoot

Diagnosed = Callable[..., str]
DIAGNOSIS = re.compile(r"/diagnoses/[0-9a-f]{32}$")
BINARY = "application/octet-stream"

DROP = """([name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(bytes), (byte) => byte.charCodeAt(0))], name));
  for (const kind of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def drop(page: Page, name: str, archive: bytes) -> None:
    """Let go of a file over the page, as a hand would."""
    page.evaluate(DROP, [name, base64.b64encode(archive).decode()])


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return programs.scripted(programs.CUT, tmp_path_factory.mktemp("cut"))


def test_a_traced_program_is_dropped_and_there_is_the_answer(opened: Open, tmp_path: Path, shoot: Shoot) -> None:
    page = opened("/")
    shoot(page, "home")
    drop(page, "traced.pt", programs.traced(programs.CUT, tmp_path, 2, 4))
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("gets no gradient")
    expect(page.get_by_text("traced.pt", exact=True)).to_be_visible()


def test_a_scripted_one_asks_for_its_shapes(opened: Open, cut: bytes, shoot: Shoot) -> None:
    page = opened("/")
    drop(page, "encoder.pt", cut)
    shape = page.get_by_label("Shape", exact=True)
    expect(shape).to_be_focused()
    expect(page.get_by_role("group", name="x Tensor")).to_be_visible()
    shoot(page, "arguments")
    page.keyboard.type("2x4")
    page.keyboard.press("Enter")
    page.wait_for_url(DIAGNOSIS)
    expect(page.locator(".line.culprit")).to_contain_text(".detach()")


def test_one_that_was_run_before_is_run_as_it_was(opened: Open, diagnosed: Diagnosed, cut: bytes) -> None:
    diagnosed(cut, shapes="3x4", name="encoder.pt")
    page = opened("/")
    drop(page, "encoder.pt", cut)
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_text("3x4", exact=True)).to_be_visible()


def test_shapes_that_were_typed_first_are_kept(opened: Open, tmp_path: Path) -> None:
    page = opened("/")
    page.get_by_label("Shapes of the inputs").fill("5x4")
    drop(page, "shapes.pt", programs.scripted(programs.SHAPES, tmp_path))
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_text("5x4", exact=True)).to_be_visible()


SLOW_AT_FIRST = """() => {
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  const waits = [1000, 0];
  crypto.subtle.digest = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, waits.shift()));
    return digest(...given);
  };
}"""


def test_a_file_that_is_dropped_while_another_is_taken_is_let_lie(opened: Open, tmp_path: Path, cut: bytes) -> None:
    page = opened("/")
    page.evaluate(SLOW_AT_FIRST)
    page.get_by_label("Shapes of the inputs").fill("2x4")
    drop(page, "first.pt", cut)
    drop(page, "second.pt", programs.scripted(programs.IN_PLACE, tmp_path))
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_text("first.pt", exact=True)).to_be_visible()
    expect(page.locator(".line.culprit")).to_contain_text(".detach()")


def test_a_form_that_could_not_be_shown_leaves_the_one_that_stands_there(opened: Open, cut: bytes) -> None:
    page = opened("/")
    page.route("**/?model=*", lambda route: route.fulfill(status=503, body="<h1>Busy</h1>"))
    drop(page, "late.pt", cut)
    expect(page.locator(".drop .wrong:visible")).to_contain_text("Choose it again.")
    expect(page.locator("#refused")).to_contain_text("The service answered with 503.")
    page.unroute("**/?model=*")
    drop(page, "late.pt", cut)
    page.wait_for_url(DIAGNOSIS)


def test_a_file_that_is_dropped_on_the_form_of_another_takes_its_place(
    opened: Open, diagnosed: Diagnosed, cut: bytes, tmp_path: Path
) -> None:
    page = opened("/?again=" + diagnosed(cut, name="old.pt").removeprefix("/diagnoses/"))
    drop(page, "new.pt", programs.traced(programs.CUT, tmp_path, 2, 4))
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_text("new.pt", exact=True)).to_be_visible()


def test_where_no_empty_form_is_given_the_one_that_stands_there_stays(
    opened: Open, diagnosed: Diagnosed, cut: bytes
) -> None:
    page = opened(f"/?again={diagnosed(cut).removeprefix('/diagnoses/')}")
    address = page.url
    page.route("**/", lambda route: route.fulfill(status=503, body="away"))
    drop(page, "cut.pt", cut)
    expect(page.locator("#refused")).to_contain_text("503")
    assert page.url == address
    expect(page.locator("#run[data-known]")).to_be_visible()


def test_a_program_that_was_deleted_is_asked_for_again(opened: Open, cut: bytes) -> None:
    page = opened(f"/?model={'0' * 64}&name=gone.pt")
    expect(page.locator("#wrong-model")).to_have_text("This program is no longer here. Choose its file again.")
    drop(page, "cut.pt", cut)
    page.wait_for_url(DIAGNOSIS)


def test_a_file_that_is_too_large_is_not_read(opened: Open, cut: bytes) -> None:
    page = opened("/")
    page.locator("#model").evaluate("input => { input.dataset.most = '1000'; }")
    drop(page, "large.pt", cut)
    expect(page.locator(".drop .wrong:visible")).to_contain_text("more than the limit of 1,000")


def test_what_is_no_program_is_said_to_be_none(opened: Open) -> None:
    page = opened("/")
    drop(page, "notes.txt", b"not a model at all")
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_text("FMT903").first).to_be_visible()


def test_the_keyboard_is_enough(opened: Open, tmp_path: Path) -> None:
    page = opened("/")
    with page.expect_file_chooser() as chooser:  # from here on: it takes a moment until the browser tells of dialogs
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "model":
                break
        expect(page.locator("#model")).to_be_focused()
        page.keyboard.press("Space")
    archive = programs.scripted(programs.IN_PLACE, tmp_path)
    chooser.value.set_files({"name": "typed.pt", "mimeType": BINARY, "buffer": archive})
    expect(page.get_by_label("Shape", exact=True)).to_be_focused()
    page.keyboard.type("2x4")
    page.keyboard.press("Enter")
    page.wait_for_url(DIAGNOSIS)
    expect(page.locator(".line.culprit").first).to_contain_text("y += 1.0")


def test_where_the_browser_has_no_hashes_the_form_sends_what_is_dropped(opened: Open, cut: bytes) -> None:
    page = opened("/")
    page.evaluate("delete window.crypto.__proto__.subtle")  # as on a page that came without TLS
    page.get_by_text("How it is run").click()
    page.get_by_label("Mode").select_option("eval")
    drop(page, "lan.pt", cut)
    expect(page.get_by_role("group", name="x Tensor")).to_be_visible()
    expect(page.locator(".chosen")).to_contain_text("lan.pt")
    expect(page.get_by_label("Mode")).to_have_value("eval")
    shape = page.get_by_label("Shape", exact=True)
    shape.fill("2xfour")
    shape.press("Enter")
    expect(page.locator("#wrong-shape-0")).to_contain_text("'four' is not a size")
    shape.fill("9x4")
    shape.press("Enter")
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_text("9x4", exact=True)).to_be_visible()


def test_without_scripts_one_can_look_first_what_a_program_takes(opened: Open, tmp_path: Path) -> None:
    page = opened("/", java_script_enabled=False)
    archive = programs.traced(programs.CUT, tmp_path, 3, 4)
    page.get_by_label("Choose a file").set_input_files({"name": "looked.pt", "mimeType": BINARY, "buffer": archive})
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_label("Shape", exact=True)).to_have_value("3x4")
    expect(page.get_by_role("button", name="Look")).to_have_count(0)
    page.get_by_role("button", name="Find out why").click()
    expect(page).to_have_url(DIAGNOSIS)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(opened: Open, cut: bytes, shoot: Shoot) -> None:
    page = opened("/", java_script_enabled=False)
    page.get_by_label("Choose a file").set_input_files({"name": "kept.pt", "mimeType": BINARY, "buffer": cut})
    page.get_by_label("Shapes of the inputs").fill("2xfour")
    page.get_by_text("How it is run").click()
    page.get_by_label("Steps").fill("none")
    page.get_by_label("Mode").select_option("eval")
    page.get_by_role("button", name="Find out why").click()
    field = page.get_by_label("Shapes of the inputs")
    expect(field).to_have_value("2xfour")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#wrong-shapes")).to_contain_text("'four' is not a size")
    expect(page.get_by_label("Steps")).to_have_value("none")
    expect(page.locator("#wrong-steps")).to_be_visible()
    expect(page.get_by_label("Mode")).to_have_value("eval")
    expect(page.locator(".chosen")).to_contain_text("kept.pt")
    shoot(page, "wrong")
    field.fill("2x4")
    page.get_by_label("Steps").fill("1")
    page.get_by_role("button", name="Find out why").click()
    page.wait_for_url(DIAGNOSIS)
    expect(page.locator(".line.culprit")).to_contain_text(".detach()")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_empty_file_is_refused(opened: Open, scripts: bool) -> None:
    page = opened("/", java_script_enabled=scripts)
    page.get_by_label("Choose a file").set_input_files({"name": "empty.pt", "mimeType": BINARY, "buffer": b""})
    if not scripts:
        page.get_by_role("button", name="Find out why").click()
    expect(page.locator(".drop .wrong:visible")).to_have_text("The file is empty.")


def test_without_a_file_it_says_so(opened: Open) -> None:
    page = opened("/", java_script_enabled=False)
    page.get_by_role("button", name="Find out why").click()
    expect(page.locator("#wrong-model")).to_contain_text("No program")


def test_it_can_be_run_again_with_other_shapes(opened: Open, diagnosed: Diagnosed, cut: bytes) -> None:
    page = opened(diagnosed(cut, shapes="2x4", name="again.pt"))
    page.get_by_role("link", name="Run again").click()
    expect(page.locator(".chosen")).to_contain_text("again.pt")
    expect(page.get_by_label("Shape", exact=True)).to_have_value("2x4")
    page.get_by_label("Shape", exact=True).fill("7x4")
    page.get_by_text("How it is run").click()
    page.get_by_label("Loss", exact=True).select_option("cross_entropy")
    page.get_by_role("button", name="Find out why").click()
    expect(page.locator("#wrong-target")).to_contain_text("It needs a target")
    page.get_by_label("Target of the loss").fill("7:int64[0,3)")
    page.get_by_role("button", name="Find out why").click()
    page.wait_for_url(DIAGNOSIS)
    expect(page.get_by_text("7x4", exact=True)).to_be_visible()
    expect(page.get_by_text("cross_entropy", exact=True)).to_be_visible()
