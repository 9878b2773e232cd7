"""The gradient map in a real browser: what is seen of a fault, and how one gets about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.web.dashboard import architectures
from tests.web.dashboard.conftest import Open, Shoot
from torch import nn

IMAGE = "2x3x64x64"
Diagnosed = Callable[..., str]


@pytest.fixture(scope="module")
def detached(diagnosed: Diagnosed) -> str:
    """A ResNet-50 whose second layer is detached."""
    return diagnosed(architectures.scripted(architectures.ResNet("detach")), IMAGE)


def drawn(page: Page) -> Page:
    """The page once its map is drawn."""
    page.wait_for_selector("gradient-map[data-ready=drawn]")
    return page


def box(page: Page, text: str) -> str:
    """The id of the box that is spoken of so."""
    return str(page.locator(f'[role=treeitem][aria-label^="{text}"]').first.get_attribute("id"))


def chosen(page: Page) -> str:
    return str(page.locator("[role=treeitem][aria-selected=true]").get_attribute("aria-label"))


def test_the_cut_is_seen_at_once_and_told_beside_it(opened: Open, detached: str, shoot: Shoot) -> None:
    page = drawn(opened(detached))
    expect(page.locator(".map-drawing .scissors")).to_have_count(1)
    assert "the gradient is cut here" in chosen(page)
    expect(page.locator(".map-panel")).to_contain_text("x = x.detach()")
    stage, cut = page.locator(".map-stage").bounding_box(), page.locator(".box.cut.op").bounding_box()
    assert stage
    assert cut
    assert stage["y"] < cut["y"] < stage["y"] + stage["height"]
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        shoot(page, theme)


def test_line_fix_and_map_are_seen_without_scrolling(opened: Open, detached: str) -> None:
    page = drawn(opened(detached, viewport={"width": 1440, "height": 900}))
    for told in ("h1", ".line.culprit", ".cure .change", ".proof", ".map-legend", ".box.cut.op", ".scissors"):
        seen = page.locator(told).first.bounding_box()
        assert seen, told
        assert seen["y"] + seen["height"] < 900, told


def test_what_differs_in_a_long_line_is_in_sight(opened: Open, diagnosed: Diagnosed) -> None:
    program = architectures.scripted(architectures.Bert(layers=2, width=8, fault="dead", where=1))
    page = opened(diagnosed(program, "2x8:int64[0,1000)"), viewport={"width": 390, "height": 844})
    change, told = page.locator(".change").first.bounding_box(), page.locator(".change b").first.bounding_box()
    assert change
    assert told
    assert change["x"] < told["x"] < change["x"] + change["width"]


def test_what_is_meant_in_a_long_line_is_in_sight(opened: Open, diagnosed: Diagnosed) -> None:
    program = architectures.scripted(architectures.UNet("shape"))
    page = opened(diagnosed(program, IMAGE), viewport={"width": 390, "height": 844})
    listing, told = page.locator(".listing").first.bounding_box(), page.locator(".line.mark .told").first.bounding_box()
    assert listing
    assert told
    assert listing["x"] < told["x"]
    assert told["x"] + told["width"] < listing["x"] + listing["width"]


def test_a_box_opens_in_place_and_closes_again(opened: Open, detached: str) -> None:
    page = drawn(opened(detached))
    page.locator("[data-action=close]").click()
    layer = page.locator(f"#{box(page, 'layer3')}")
    expect(layer).to_have_attribute("aria-expanded", "false")
    layer.dblclick(force=True)
    expect(layer).to_have_attribute("aria-expanded", "true")
    expect(page.locator('[role=treeitem][aria-label^="0 Bottleneck"]').first).to_be_attached()
    page.locator(".map-stage").press("Escape")
    expect(layer).to_have_attribute("aria-expanded", "false")


def test_the_keyboard_goes_along_lines_in_and_out_and_to_the_findings(opened: Open, detached: str) -> None:
    page = drawn(opened(detached))
    stage = page.locator(".map-stage")
    stage.focus()
    assert chosen(page).startswith("detach")
    stage.press("ArrowDown")
    assert chosen(page).startswith("layer3")
    stage.press("Escape")
    expect(page.locator(f"#{box(page, 'layer3')}")).to_have_attribute("aria-expanded", "false")
    stage.press("ArrowDown")
    assert chosen(page).startswith("layer4")
    stage.press("Escape")
    expect(page.locator(f"#{box(page, 'layer4')}")).to_have_attribute("aria-expanded", "false")
    stage.press("Enter")
    expect(page.locator(f"#{box(page, 'layer4')}")).to_have_attribute("aria-expanded", "true")
    stage.press("Enter")
    assert chosen(page).startswith("0 Bottleneck")
    stage.press("n")
    assert chosen(page).startswith("detach")
    assert stage.get_attribute("aria-activedescendant") == box(page, "detach")
    stage.press("/")
    expect(page.locator("#map-question")).to_be_focused()
    page.keyboard.press("Escape")
    expect(stage).to_be_focused()


@pytest.mark.parametrize(
    ("question", "first"),
    [("layer4.2.conv3", "conv3"), ("max_pool2d", "maxpool"), ("shape:2,256,2,2", "relu"), ("state:cut", "detach")],
)
def test_search_finds_names_operations_shapes_and_states(
    opened: Open, detached: str, question: str, first: str
) -> None:
    page = drawn(opened(detached))
    page.locator("#map-question").fill(question)
    options = page.locator("#map-found [role=option] strong").all_inner_texts()
    assert first in options, options
    page.keyboard.press("Enter")
    assert chosen(page).startswith(options[0])


def test_what_is_folded_into_a_layer_is_found_as_that_layer_alone(opened: Open, detached: str) -> None:
    page = drawn(opened(detached))
    page.locator("#map-question").fill("batch_norm")
    expect(page.locator("gradient-map [role=search] [role=status]")).to_have_text("53 places")
    page.locator("#map-question").fill("max_pool2d")
    expect(page.locator("#map-found [role=option] strong")).to_have_text(["maxpool"])
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".map-world .box.chosen .title")).to_contain_text("maxpool")


def test_a_finding_leads_to_its_place_and_a_place_to_its_findings(opened: Open, detached: str) -> None:
    page = drawn(opened(detached))
    page.locator("[data-action=close]").click()
    page.locator("#finding-0 .to-map").click()
    page.wait_for_function("document.querySelector('.box.chosen')?.getAttribute('aria-label').startsWith('detach')")
    assert page.locator(".map-panel a").first.get_attribute("href") == "#finding-0"


def test_a_finding_leads_to_its_place_as_often_as_it_is_asked(opened: Open, detached: str) -> None:
    page = drawn(opened(detached, viewport={"width": 1000, "height": 600}))
    for _ in range(2):
        page.evaluate("scrollTo(0, 0)")
        page.locator("#finding-0 .to-map").click()
        expect(page.locator(".map-stage")).to_be_in_viewport(ratio=0.5)


CLICKED = """(names) => {
  for (const name of names) document.querySelector(`[data-action=${name}]`).click();
  return [document.querySelector(".map-stage").ariaBusy, document.querySelector(".map-busy").textContent];
}"""


def test_of_several_layouts_at_once_only_the_newest_is_drawn(opened: Open, unlike: str) -> None:
    page = drawn(opened(unlike))
    busy, told = page.evaluate(CLICKED, ["open", "close"])
    assert busy == "true"
    assert told.startswith("Laying out")
    stage = page.locator(".map-stage")
    expect(stage).to_have_attribute("aria-busy", "false", timeout=60_000)
    expect(page.locator(".map-busy")).to_be_empty()
    closed = page.evaluate("document.querySelector('gradient-map').scene.boxes.length")
    page.evaluate(CLICKED, ["open"])
    expect(stage).to_have_attribute("aria-busy", "false", timeout=60_000)
    assert closed < 60
    assert page.evaluate("document.querySelector('gradient-map').scene.boxes.length") > 300


def test_the_wheel_scrolls_the_page_and_with_control_goes_closer(opened: Open, detached: str) -> None:
    page = drawn(opened(detached))
    page.locator(".map-stage").hover()
    scale = page.evaluate("document.querySelector('gradient-map').camera.scale")
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 0")
    assert page.evaluate("document.querySelector('gradient-map').camera.scale") == scale
    page.locator(".map-stage").hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.wait_for_function("before => document.querySelector('gradient-map').camera.scale > before", arg=scale)


def test_a_finger_scrolls_the_page_until_the_map_is_chosen(opened: Open, detached: str) -> None:
    page = drawn(opened(detached, has_touch=True, viewport={"width": 1280, "height": 700}))
    stage = page.locator(".map-stage")
    stage.scroll_into_view_if_needed()
    assert swiped(page, stage) == (True, False)
    stage.tap(position={"x": 20, "y": 90})
    stage.scroll_into_view_if_needed()
    assert swiped(page, stage) == (False, True)


def swiped(page: Page, stage: Locator) -> tuple[bool, bool]:
    """Whether a finger that goes up from the middle of the map scrolls the page, and whether it moves the map."""
    seen = "[scrollY, document.querySelector('gradient-map').camera.y]"
    before, box, fingers = page.evaluate(seen), stage.bounding_box(), page.context.new_cdp_session(page)
    assert box is not None
    for step in range(11):
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2 - 12 * step}
        kind = "touchMove" if step else "touchStart"
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        page.wait_for_timeout(16)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)
    scrolled, moved = (now != then for now, then in zip(page.evaluate(seen), before, strict=True))
    return scrolled, moved


def test_both_sides_of_an_in_place_fault_are_joined(opened: Open, diagnosed: Diagnosed, shoot: Shoot) -> None:
    program = architectures.scripted(architectures.ResNet("inplace"))
    page = drawn(opened(diagnosed(program, IMAGE)))
    expect(page.locator(".map-world .joint:not(.under)")).to_have_count(1)
    expect(page.locator(".map-world .tag")).to_have_text("saved here")
    shoot(page, "joined")


def test_where_a_shape_stops_fitting_two_numbers_differ(opened: Open, diagnosed: Diagnosed, shoot: Shoot) -> None:
    page = drawn(opened(diagnosed(architectures.scripted(architectures.UNet("shape")), IMAGE)))
    assert page.locator(".sizes text").all_text_contents() == ["32", "≠", "16 channels"]
    expect(page.locator(".map-world .stopped")).to_have_text("stopped here")
    assert page.locator(".box.ahead").count() > 2
    shoot(page, "mismatch")


def test_on_a_narrow_screen_all_of_it_is_there(opened: Open, detached: str, shoot: Shoot) -> None:
    page = drawn(opened(detached, viewport={"width": 360, "height": 740}))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".map-panel")).to_contain_text("detach")
    shoot(page, "narrow")


def test_without_scripts_there_are_a_picture_and_the_modules_in_a_table(opened: Open, detached: str) -> None:
    page = opened(detached, java_script_enabled=False)
    picture = page.locator(".map-picture img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalHeight") > 0
    table = page.locator("#map-table table")
    expect(table).to_be_visible()
    expect(table).to_contain_text("layer1.0.conv1")
    expect(page.locator("gradient-map")).to_be_hidden()


@pytest.fixture(scope="module")
def deep(diagnosed: Diagnosed) -> str:
    """A Transformer of fourteen layers, which are all alike."""
    return diagnosed(architectures.scripted(architectures.Bert(layers=14, width=8)), "2x8:int64[0,1000)")


@pytest.fixture(scope="module")
def unlike(diagnosed: Diagnosed) -> str:
    """Modules of which each is one longer than the last: more boxes than are laid out in the page."""
    blocks = [nn.Sequential(*(nn.Tanh() for _ in range(length))) for length in range(2, 28)]
    return diagnosed(architectures.scripted(nn.Sequential(nn.Linear(4, 4), *blocks)), "2x4")


LAID_HERE = """async () => {
  const folder = document.querySelector("script[type=module]").src.replace("map.js", "");
  const [{ arrange }, { plan }] = await Promise.all(["layout.js", "plan.js"].map((name) => import(folder + name)));
  const map = document.querySelector("gradient-map");
  const laid = new Map();
  const { width, height } = arrange(plan(map.graph.root, map.folding, map.wiring), laid);
  return [width, height, map.scene.width, map.scene.height, map.scene.boxes.length, laid.size];
}"""


def test_what_is_large_is_laid_out_in_a_worker_as_it_would_be_here(opened: Open, unlike: str) -> None:
    page = drawn(opened(unlike))
    height = page.evaluate("document.querySelector('gradient-map').scene.height")
    with page.expect_event("worker") as worker:
        page.locator("[data-action=open]").click()
    assert worker.value.url.endswith("/map/worker.js")
    page.wait_for_function("height => document.querySelector('gradient-map').scene.height > height", arg=height)
    width, height, *seen, boxes, _ = page.evaluate(LAID_HERE)
    assert seen == [width, height]
    assert boxes > 300


def test_layers_that_are_alike_are_laid_out_once(opened: Open, deep: str) -> None:
    page = drawn(opened(deep))
    page.locator("[data-action=open]").click()
    page.wait_for_function("() => document.querySelector('gradient-map').scene.boxes.length > 300")
    *_, boxes, laid = page.evaluate(LAID_HERE)
    assert laid < boxes / 8


def test_from_far_modules_are_drawn_and_from_near_what_is_in_them(opened: Open, deep: str) -> None:
    page = drawn(opened(deep))
    height = page.evaluate("document.querySelector('gradient-map').scene.height")
    page.locator("[data-action=open]").click()
    page.wait_for_function("height => document.querySelector('gradient-map').scene.height > height", arg=height)
    page.locator("[data-action=fit]").click()
    expect(page.locator(".map-world .box .title")).to_have_count(0)
    boxes = page.evaluate("document.querySelector('gradient-map').scene.boxes.length")
    assert 14 <= page.locator(".map-world .box").count() < boxes / 2
    page.locator("#map-question").fill("encoder.7.attention.out")
    page.keyboard.press("Enter")
    expect(page.locator(".map-world .box.chosen .title")).to_contain_text("out")
    expect(page.locator(".map-world .box.op .title").first).to_be_visible()


def test_where_no_worker_starts_it_is_laid_out_all_the_same(opened: Open, unlike: str) -> None:
    page = opened("/")
    page.route("**/worker.js", lambda route: route.fulfill(body="nothing that is run(", content_type="text/javascript"))
    page.goto(unlike)
    height = drawn(page).evaluate("document.querySelector('gradient-map').scene.height")
    page.locator("[data-action=open]").click()
    page.wait_for_function("height => document.querySelector('gradient-map').scene.height > height", arg=height)


def test_what_was_too_much_to_be_listed_is_counted(opened: Open, detached: str) -> None:
    def forge(route: Route) -> None:
        graph = route.fetch().json()
        route.fulfill(json=graph | {"ops_total": graph["ops_total"] + 500})

    page = opened("/")
    page.route("**/graph", forge)
    page.goto(detached)
    expect(drawn(page).locator(".map-untold")).to_have_text("and 500 more operations, which are not drawn")


def test_hostile_names_are_text(opened: Open, detached: str) -> None:
    def forge(route: Route) -> None:
        graph = route.fetch().json()
        names = {"layer3": "<img src=x onerror=alert(1)>", "Bottleneck": "__proto__", "conv1": "</script>{{7*7}}"}
        route.fulfill(json=graph | {"texts": [names.get(text, text) for text in graph["texts"]]})

    page = opened("/")
    page.route("**/graph", forge)
    page.goto(detached)
    drawn(page).locator("#map-question").fill("img")
    expect(page.locator("#map-found [role=option] strong").first).to_have_text("<img src=x onerror=alert(1)>")
    page.keyboard.press("Enter")
    assert chosen(page).startswith("<img src=x onerror=alert(1)>")
    expect(page.locator(".map-panel h3")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("gradient-map img").count() == 0


def test_a_program_that_never_ran_has_no_map_and_no_empty_table(opened: Open, diagnosed: Diagnosed) -> None:
    page = opened(diagnosed(b"no program at all"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("cannot be run")
    expect(page.locator("#finding-0 .cure")).to_be_visible()
    expect(page.locator("#facts")).to_be_visible()
    assert page.locator("gradient-map, #map-table").count() == 0


def test_a_map_that_cannot_be_had_says_why_and_leaves_the_table(opened: Open, detached: str) -> None:
    page = opened()
    page.route("**/graph", lambda route: route.fulfill(status=404, json={"detail": "There is no graph: it was swept."}))
    page.goto(detached)
    page.wait_for_selector("gradient-map[data-ready=none]")
    expect(page.locator(".map-none")).to_contain_text("There is no graph: it was swept.")
    expect(page.locator("gradient-map .map-body")).to_be_hidden()
    expect(page.locator("#map-table table")).to_be_visible()
