"""What a large program costs a browser: until its map is drawn, and for a frame while it is moved about."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from examples import demo

from bench import models
from whygrad_client import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LAYERS = {"1,200": 47, "8,000": 314}
"""Layers of a Transformer whose programs have so many operations."""
ROUNDS = 5
REQUEST = {"passes": ["structure"], "verify": False}

DRAWN = """new MutationObserver((changes, observer) => {
  if (!document.querySelector("gradient-map[data-ready=drawn]")) return;
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("drawn")));
}).observe(document, { subtree: true, attributeFilter: ["data-ready"] });"""
OPENED = """async () => {
  const began = performance.now();
  const map = document.querySelector("gradient-map");
  document.querySelector("[data-action=open]").click();
  do await new Promise(requestAnimationFrame);
  while (map.querySelector(".map-stage").getAttribute("aria-busy") === "true");
  return performance.now() - began;
}"""
MOVED = """async () => {
  const { camera } = document.querySelector("gradient-map");
  const frames = [];
  let last = performance.now();
  for (let step = 0; step < 150; step += 1) {
    if (step % 3) camera.pan(step % 50 < 25 ? 20 : -20, -30);
    else camera.zoom(step % 2 ? 1.1 : 1 / 1.1);
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - last);
    last = performance.now();
  }
  return frames;
}"""


def measure() -> Iterator[str]:
    """One line for each figure, or one that says why there is none."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        yield "pages: not measured, for want of a Chromium and of playwright (pip install whygrad[dev])"
        return
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        log = stack.enter_context((folder / "log").open("w+"))
        _process, address = stack.enter_context(demo.running("127.0.0.1:0", folder / "data", log))
        client = stack.enter_context(Client(address))
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=path)
        for operations, layers in LAYERS.items():
            program = folder / f"{layers}.pt"
            program.write_bytes(models.scripted(models.Encoder(layers, 8, 2, 100)))
            report = client.diagnose(program, "2x8:int64[0,100)", **REQUEST)
            yield from _figures(browser, f"{address}/diagnoses/{report.id}", operations)


def _figures(browser: Browser, address: str, operations: str) -> Iterator[str]:
    pages = [_drawn(browser, address) for _ in range(ROUNDS)]
    total = [page.evaluate("performance.getEntriesByName('drawn')[0].startTime") for page in pages]
    first = [page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd") for page in pages]
    nodes = pages[0].evaluate("document.querySelectorAll('*').length")
    yield (
        f"page of {operations} operations, until its map is drawn, in a browser that has nothing of it yet: "
        f"{statistics.median(total):.0f} ms ({statistics.median(first):.0f} ms until it is read, {nodes} elements)"
    )
    yield f"map of {operations} operations, until all of it is open: {pages[0].evaluate(OPENED):.0f} ms"
    frames = sorted(pages[0].evaluate(MOVED))
    yield (
        f"map of {operations} operations, all open, for a frame while it is moved: "
        f"{statistics.median(frames):.0f} ms, one in twenty {frames[len(frames) * 95 // 100]:.0f} ms or more"
    )
    for page in pages:
        page.context.close()


def _drawn(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(DRAWN)
    page.goto(address)
    page.wait_for_selector("gradient-map[data-ready=drawn]")
    page.wait_for_timeout(200)
    return page
