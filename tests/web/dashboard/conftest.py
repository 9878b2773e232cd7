"""A real browser before the real service. Every page that a test opens is watched: a script that fails, anything that
the policy forbids, and anything asked of another host fail the test.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from tests.web.dashboard import programs
from tests.web.raw import forget

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOSTILE = "<img src=x onerror=alert(1)> {{7*7}}.pt"
SHOTS = Path(__file__).with_name("shots")

LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
CONTRAST = ("color-contrast",)
"""What the theme decides; all else is the same in both."""

CALM = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
"""A context in which nothing is drawn that only moves."""

Open = Callable[..., Page]
Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser that CHROMIUM names, or the first found; where there is none, CI fails, and others skip."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        told = "no browser: install chromium (apt-get install chromium), or name one in CHROMIUM"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[str]:
    """The address of the whole service, web and worker, with its data in `folder`."""
    command = [sys.executable, "-m", "whygrad.serve", "--bind", "127.0.0.1:0", "--data", str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, (folder / "log").read_text()
    url = line.split()[-1]
    while requests.get(f"{url}/readyz", timeout=10).status_code != 200:
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(30)


@dataclass(frozen=True)
class Running:
    """A service that runs, and the folder that it keeps everything in."""

    url: str
    folder: Path

    def forget(self) -> None:
        """Empty it of all but its workers, as if it had just been started."""
        forget(self.folder)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service that most of these tests share: to start one takes longer than most of them."""
    folder = tmp_path_factory.mktemp("service")
    with serving(folder) as url:
        yield Running(url, folder)


@pytest.fixture(scope="module")
def url(running: Running) -> str:
    """The address of that service, with nothing in it that the tests of another file have put there."""
    running.forget()
    return running.url


@pytest.fixture
def opened(browser: Browser, url: str) -> Iterator[Open]:
    """Opens a page of the service in a browser of its own; the keywords are those of a browser's context."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**({"base_url": url} | CALM | options))
        contexts.append(context)
        page = context.new_page()
        watch(page, complaints)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def watch(page: Page, complaints: list[str]) -> None:
    """Note what goes wrong in a page; a refusal by the service is told by its status, and expected where it is, and
    a page may take longer than the browser thinks to come to what was loaded for it."""

    def asked(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            complaints.append(f"asked of another host: {request.url}")

    def said(message: Any) -> None:
        expected = any(
            told in message.text for told in ("the server responded with a status of", "preloaded using link")
        )
        if message.type in ("error", "warning") and not expected:
            complaints.append(f"{message.type} in {page.url}: {message.text}")

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", asked)


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Fails where axe-core finds something in a page that is against WCAG 2.2, level AA, in either theme."""
    axe = Axe()

    def accessible(page: Page) -> None:
        for theme, rules in (("light", LEVELS), ("dark", CONTRAST)):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            found = axe.run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
            assert found.violations_count == 0, f"{theme}: {found.generate_report()}"

    return accessible


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Shoot:
    """Keeps a picture of the whole page beside the tests, where WHYGRAD_SHOTS asks for pictures."""

    def shoot(page: Page, name: str) -> None:
        if not os.environ.get("WHYGRAD_SHOTS"):
            return
        SHOTS.mkdir(exist_ok=True)
        test = re.sub(r"\W+", "-", request.node.name).strip("-")
        page.screenshot(path=SHOTS / f"{test}-{name}.png", full_page=True)

    return shoot


@pytest.fixture(scope="module")
def diagnosed(url: str) -> Callable[..., str]:
    """Sends a program to the service and gives the path of its finished diagnosis."""

    def diagnosed(program: bytes, shapes: str = "2x4", name: str = "model.pt") -> str:
        answer = requests.post(
            f"{url}/diagnose",
            files={"model": (name, program)},
            data={"shapes": shapes},
            headers={"Prefer": "wait=60"},
            timeout=90,
        )
        assert answer.status_code == 200, answer.text
        return str(answer.headers["Location"])

    return diagnosed


@pytest.fixture(scope="module")
def stocked(diagnosed: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The paths of some diagnoses by what they are of: more than one short page of a list, the same fault twice."""
    folder = tmp_path_factory.mktemp("stocked")
    made = {name: programs.scripted(getattr(programs, name.upper()), folder) for name in ("cut", "shapes", "sound")}
    for _ in range(3):
        diagnosed(made["sound"], name="sound.pt")
    told = {name: diagnosed(program, name=f"{name}.pt") for name, program in made.items()}
    told["hostile"] = diagnosed(made["shapes"], name=HOSTILE)
    told["again"] = diagnosed(made["cut"], name="cut.pt", shapes="6x4")
    return told
