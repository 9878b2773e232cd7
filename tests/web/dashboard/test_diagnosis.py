"""The page of a diagnosis, made by the real service of real programs, in a real browser."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Locator, Page, expect
from tests.web.dashboard import programs
from tests.web.dashboard.conftest import Open, Shoot

Diagnosed = Callable[..., str]


@pytest.fixture(scope="module")
def cut(diagnosed: Diagnosed, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of the diagnosis of a program whose encoder is detached."""
    return diagnosed(programs.scripted(programs.CUT, tmp_path_factory.mktemp("cut")), name="encoder.pt")


def names_of(page: Page) -> list[str]:
    return page.locator("#parameters tbody th").all_inner_texts()


def source(lines: Locator) -> list[str]:
    """The text of lines of code without their numbers."""
    texts: list[str] = lines.evaluate_all("lines => lines.map(line => line.lastChild.textContent)")
    return texts


def test_the_answer_comes_first_and_the_line_before_the_rest(opened: Open, cut: str, shoot: Shoot) -> None:
    page = opened(cut)
    expect(page.get_by_role("heading", level=1)).to_contain_text("is detached in model.py line 11")
    root = page.get_by_label("The root cause")
    assert [line.strip() for line in source(root.locator(".line.near, .line.culprit"))] == [
        "def forward(self, x):",
        "h = self.norm(self.proj(x)).detach()",
        "return torch.relu(h)",
    ]
    assert root.locator(".line.mark").inner_text().strip() == "^ aten::detach"
    assert root.locator("del, ins").all_inner_texts() == [
        "-h = self.norm(self.proj(x)).detach()\n",
        "+h = self.norm(self.proj(x))\n",
    ]
    expect(root.locator(".proof")).to_contain_text("verified by running it")
    box = root.bounding_box()
    assert box is not None
    assert box["y"] < 300, "the line is seen without scrolling"
    shoot(page, "page")


def test_a_shape_that_does_not_fit_is_two_marked_numbers(
    opened: Open, diagnosed: Diagnosed, tmp_path: Path, shoot: Shoot
) -> None:
    page = opened(diagnosed(programs.scripted(programs.SHAPES, tmp_path)))
    assert page.locator("mark").all_inner_texts() == ["8", "6"]
    expect(page.locator(".clash")).to_have_text("8 and 6 do not fit")
    expect(page.get_by_label("Gradient norms")).to_contain_text("The step raised before there was a gradient.")
    shoot(page, "page")


def test_both_sides_of_a_write_in_place_are_shown(opened: Open, diagnosed: Diagnosed, tmp_path: Path) -> None:
    page = opened(diagnosed(programs.scripted(programs.IN_PLACE, tmp_path)))
    lines = page.get_by_label("The root cause").locator(".line.culprit")
    assert [line.strip() for line in source(lines)] == [
        "y += 1.0",
        "y = torch.sigmoid(self.linear(x))",
    ]


@pytest.mark.parametrize("scripts", [True, False])
def test_the_table_is_sorted_and_narrowed(opened: Open, cut: str, scripts: bool) -> None:
    page = opened(cut, java_script_enabled=scripts)
    assert names_of(page)[0] == "encoder.proj.weight"
    table = page.locator("#parameters")
    table.get_by_role("link", name="Shape").click()
    expect(table.locator("th[aria-sort=descending]")).to_have_text("Shape")
    assert names_of(page)[0] == "encoder.proj.weight"
    table.get_by_role("link", name="Shape").click()
    expect(table.locator("th[aria-sort=ascending]")).to_have_text("Shape")
    assert names_of(page)[0] in ("head.bias", "frozen.bias")
    form = page.locator("#parameters-form")
    form.get_by_label("Find parameters").fill("encoder norm")
    if not scripts:
        form.get_by_role("button").click()
    expect(table.get_by_role("status")).to_have_text("2 that fit, of 8")
    assert names_of(page) == ["encoder.norm.weight", "encoder.norm.bias"]
    form.get_by_label("Find parameters").fill("")
    form.get_by_text("frozen").click()
    if not scripts:
        form.get_by_role("button").click()
    expect(table.locator("tbody th").first).to_have_text("frozen.bias")
    assert sorted(names_of(page)) == ["frozen.bias", "frozen.weight"]


def test_the_strip_is_one_stop_for_the_keyboard_and_leads_to_the_table(opened: Open, cut: str) -> None:
    page = opened(cut)
    bars = page.locator("[data-strip] a")
    assert bars.count() == 8
    assert page.locator("[data-strip] a[tabindex='0']").count() == 1
    bars.first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-readout]")).to_have_text("encoder.proj.bias: no gradient")
    page.keyboard.press("End")
    expect(page.locator("[data-readout]")).to_have_text("frozen.bias: frozen")
    page.keyboard.press("Enter")
    assert page.url.endswith("#parameters-7")
    assert page.locator("tr:target th").inner_text() == "frozen.bias"


def test_every_form_can_be_downloaded(opened: Open, cut: str) -> None:
    page = opened(cut)
    page.get_by_text("Download", exact=True).click()
    expect(page.locator(".menu").get_by_role("link", name="JUnit .xml", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    assert json.loads(download.value.path().read_text())["findings"][0]["code"] == "CUT101"


def test_it_leads_to_its_program_to_a_comparison_and_to_what_is_folded(opened: Open, cut: str) -> None:
    page = opened(cut)
    folded = page.locator("details.folded").first
    number = str(folded.get_attribute("id"))
    for _ in range(2):
        page.locator(f"#parameters a[href$='#{number}']").first.click()
        expect(folded).to_have_attribute("open", "")
        folded.evaluate("folded => { folded.open = false; }")
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Picture").click()
    assert download.value.path().read_text().startswith("<svg")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare")
    page.goto(cut)
    page.locator(".facts").get_by_role("link", name="encoder.pt").click()
    expect(page.locator(".eyebrow")).to_have_text("Program")


def queued(url: str, program: bytes, shapes: str = "2x4") -> str:
    """The path of a diagnosis that is not waited for."""
    sent = requests.post(
        f"{url}/diagnose",
        files={"model": ("slow.pt", program)},
        data={"shapes": shapes},
        headers={"Prefer": "wait=0"},
        timeout=30,
    )
    assert sent.status_code == 202
    return sent.headers["Location"]


def test_without_scripts_everything_stands_there(opened: Open, cut: str, shoot: Shoot) -> None:
    page = opened(cut, java_script_enabled=False)
    assert page.locator("#parameters tbody tr").count() == 8
    page.locator("details.names summary >> nth=0").click()
    expect(page.locator("details.names li").first).to_have_text("encoder.proj.weight")
    shoot(page, "page")


def test_a_finding_says_how_often_it_was_seen_and_is_muted_where_it_stands(
    opened: Open, diagnosed: Diagnosed, tmp_path: Path, shoot: Shoot
) -> None:
    program = programs.scripted(programs.IN_PLACE, tmp_path)
    first, last = diagnosed(program), diagnosed(program, shapes="3x4")
    page = opened(last, java_script_enabled=False)
    root = page.get_by_label("The root cause")
    expect(root.locator(".history a").nth(1)).to_have_attribute("href", re.compile("/diagnoses/[0-9a-f]{32}"))
    expect(root.locator(".history")).to_contain_text(re.compile("Seen [2-9] times.*: first .* last "))
    root.locator(".muting summary").click()
    root.get_by_label("Why").fill("it is <i>meant</i>")
    root.get_by_label("Who").fill("ada")
    shoot(page, "muting")
    root.get_by_role("button", name="Mute it").click()
    assert page.url.endswith(f"{last}#finding-0")
    expect(root.locator(".history")).to_contain_text("it is <i>meant</i>")
    page.goto(first)
    root.get_by_role("button", name="Tell it again").click()
    assert page.url.endswith(f"{first}#finding-0")
    expect(root.locator(".muting summary")).to_be_visible()


@pytest.fixture
def freed(url: str, endless: bytes) -> Iterator[Callable[[], object]]:
    """Keeps the worker busy until it is called: what is sent meanwhile waits."""
    place = url + queued(url, endless)
    yield lambda: requests.delete(place, timeout=10)
    requests.delete(place, timeout=10)


def test_a_page_that_is_open_goes_on_by_itself(
    opened: Open, url: str, freed: Callable[[], object], tmp_path: Path, shoot: Shoot
) -> None:
    page = opened(queued(url, programs.scripted(programs.SLOW, tmp_path)))
    expect(page.locator(".waiting")).to_contain_text("goes on by itself")
    shoot(page, "waiting")
    freed()
    expect(page.get_by_role("heading", level=1)).to_contain_text("detached", timeout=60_000)
    expect(page.locator(".waiting")).to_have_count(0, timeout=60_000)
    page.locator("#parameters").get_by_role("link", name="Norm").click()
    expect(page.locator("#parameters th[aria-sort]")).to_have_text("Norm")
    assert "detached" in page.title()


def test_a_page_that_is_refused_once_stays_and_goes_on(
    opened: Open, url: str, freed: Callable[[], object], tmp_path: Path
) -> None:
    place = queued(url, programs.scripted(programs.SLOW, tmp_path), "4x4")
    page = opened("/")
    page.route("**/events", lambda route: route.fulfill(status=503, body="too many"))
    page.goto(place)
    page.route(f"**{place}", lambda route: route.fulfill(status=503, body="<h1>Busy</h1>"))
    expect(page.get_by_role("alert")).to_contain_text("The service answered with 503.")
    expect(page.locator(".waiting")).to_contain_text("goes on by itself")
    page.unroute(f"**{place}")
    freed()
    expect(page.get_by_role("heading", level=1)).to_contain_text("detached", timeout=60_000)
    expect(page.get_by_role("alert")).to_be_hidden()


class TestEvents:
    def test_progress_is_told_until_the_end(self, url: str, freed: Callable[[], object], tmp_path: Path) -> None:
        place = url + queued(url, programs.scripted(programs.SLOW, tmp_path), "3x4")
        answer = requests.get(f"{place}/events", stream=True, timeout=60)
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        lines = answer.iter_lines(decode_unicode=True)
        assert next(lines) == "event: progress"
        assert requests.get(place, timeout=10).json()["status"] != "done", "told as it is"
        freed()
        told = ["event: progress", *lines]
        names = [line for line in told if line.startswith("event: ")]
        last = json.loads(next(line for line in reversed(told) if line.startswith("data: ")).removeprefix("data: "))
        assert names[0] == "event: progress"
        assert names.index("event: end") == len(names) - 1
        assert (last["status"], last["verdict"]) == ("done", "faulty")
        assert [done["name"] for done in last["passes"]] == ["structure", "numeric", "replay"]

    def test_one_that_is_finished_ends_at_once(self, url: str, cut: str) -> None:
        assert requests.get(f"{url}{cut}/events", timeout=10).text.startswith("event: end\n")

    def test_there_is_none_of_what_there_is_not(self, url: str) -> None:
        assert requests.get(f"{url}/diagnoses/{'0' * 32}/events", timeout=10).status_code == 404

    def test_so_many_and_no_more(self, url: str, endless: bytes) -> None:
        place = url + queued(url, endless)
        opened, refused = [], threading.Event()
        try:
            while not refused.is_set() and len(opened) < 200:
                opened.append(requests.get(f"{place}/events", stream=True, timeout=10))
                if opened[-1].status_code == 503:
                    refused.set()
            assert len(opened) == 51
            assert opened[-1].headers["Retry-After"] == "5"
            assert requests.get(f"{url}/healthz", timeout=2).status_code == 200
        finally:
            for stream in opened:
                stream.close()
            requests.delete(place, timeout=10)
