"""The page without a server as people use it: by finger, keyboard, screen reader, at night, on paper."""

import time
from importlib.resources import files

import pytest

from tests.site.test_site import says, shown

pytestmark = pytest.mark.soak  # takes minutes with all its pages

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)]
THREE = [(0.3, 0.25), (0.5, 0.15), (0.68, 0.25), (0.48, 0.47), (0.72, 0.68), (0.55, 0.82), (0.3, 0.75)]


def on_pad(page, points):
    box = page.locator("#pad").bounding_box()
    return [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]


def draw(page, points):
    """Draw with the mouse, slowly enough to leave points between."""
    (x, y), *others = on_pad(page, points)
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in others:
        page.mouse.move(x, y, steps=5)
    page.mouse.up()


def fitted(page, drawings):
    says(page, "hand_says")
    page.wait_for_function(f"document.querySelectorAll('#drawings li').length === {drawings} && !isDrawing")


def test_your_hand(visit):
    page = visit("?tab=hand", wait="about")
    says(page, "site_hint")
    draw(page, THREE)
    says(page, "learning")
    page.wait_for_function("document.getElementById('learning').value > 0.1")
    fitted(page, 1)
    assert not page.locator("#learning").is_visible()
    assert page.inner_text("#drawings small") == "3"
    assert shown(page).size[0] > 150
    first = page.evaluate("state.z")
    page.wait_for_function("(z) => location.search.includes(`z=${z}`)", arg=first)
    page.click("#fresh")
    page.click("#digits label:has-text('7')")
    draw(page, SEVEN)
    page.wait_for_function("(first) => state.z !== first && !isDrawing", arg=first)
    fitted(page, 2)
    assert page.locator("#drawings small").all_inner_texts() == ["3", "7"]
    page.fill("[name=text]", "1x2")
    page.wait_for_function("shown.picture.glyphs.length === 13")
    page.click("#drawings li:first-child button")
    fitted(page, 1)
    page.click("#write")
    page.wait_for_function("state.tab === 'write' && !isDrawing")
    assert page.locator("#in-use").is_visible()
    page.go_back()
    page.click("#restart")
    says(page, "site_hint")
    assert not page.locator("#picture").is_visible()


def test_a_drawing_that_is_not_the_digit(visit):
    page = visit("?tab=hand", wait="about")
    page.click("#digits label:has-text('0')")
    draw(page, [(0.05, 0.05), (0.95, 0.95), (0.95, 0.05), (0.05, 0.95), (0.05, 0.05)])
    says(page, "no_fit")
    draw(page, [(0.5, 0.5)])  # belongs to the same sheet
    page.click("#restart")
    draw(page, [(0.5, 0.5)])
    page.wait_for_function("document.querySelectorAll('#drawings li').length === 1")


def touch(page, points):
    """Move a finger along points (x, y)."""
    session, kinds = page.context.new_cdp_session(page), ["touchStart", *["touchMove"] * (len(points) - 1)]
    for kind, (x, y) in zip(kinds, points, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone(visit, language):
    page = visit(f"?lang={language}", **PHONE)
    for tab in ("draw", "write", "hand"):
        page.tap(f"#{tab}")
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab
    touch(page, on_pad(page, THREE))
    page.wait_for_function("state.z && shown && !isDrawing")
    assert page.evaluate("scrollY") == 0
    page.tap("#draw")
    page.wait_for_function("state.tab === 'draw' && !isDrawing")


def test_a_swipe_across_a_slider_scrolls(visit):
    page = visit("?digit=3&seed=30000&n=16", **PHONE)
    page.locator("#slider").scroll_into_view_if_needed()
    box = page.locator("#slider").bounding_box()
    touch(page, [(box["x"] + 10, box["y"] + 8 - 20 * step) for step in range(8)])
    assert page.evaluate("state.seed") == 30000


@pytest.mark.parametrize("language, look", [("en", {}), ("zh", {"color_scheme": "dark"}), ("zh", PHONE)])
def test_axe_finds_nothing(visit, language, look):
    page = visit(f"?lang={language}&digit=all&seed=3&slant=1", **look)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    for tab in ("draw", "hand", "write"):
        page.click(f"#{tab}")
        page.wait_for_function(f"state.tab === '{tab}' && !isDrawing && !wanted")
        violations = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    page.click("#draw")
    page.wait_for_function("shown.picture.glyphs.length === 100")
    page.locator("#picture").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#opened:visible")
    assert page.evaluate("axe.run()")["violations"] == []


def test_by_keyboard_alone(visit):
    page = visit("?digit=3&seed=5&n=16")
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.name"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none" or reached[-1] in ("n", "", None), reached[-1]
    for name in (
        "language",
        "draw",
        "picture",
        "save-png",
        "copy",
        "digit",
        "seed",
        "slider",
        "randomize",
        "n",
    ):
        assert name in reached
    page.focus("#draw")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("[state.tab, document.activeElement.id]") == ["write", "write"]
    page.focus("[name=hand]:checked")
    page.keyboard.press("ArrowUp")
    page.wait_for_function("state.hand === 'natural' && !isDrawing")
    page.focus("#draw")
    page.keyboard.press("Enter")
    page.wait_for_function("shown.picture.glyphs.length === 16 && !isDrawing")
    page.focus("#picture")
    page.keyboard.press("Enter")
    page.wait_for_function("state.i === 0 && shown.picture.glyphs.length === 1")
    page.focus("#back")
    page.keyboard.press("Enter")
    page.wait_for_function("shown.picture.glyphs.length === 16")


def test_a_drag_is_read_out_once_a_second(visit):
    page = visit("?digit=3&seed=5&n=16")
    page.evaluate("""() => {
      window.read = [];
      new MutationObserver(() => read.push(performance.now())).observe($("status"), { childList: true });
    }""")
    box = page.locator("#slider").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 8)
    page.mouse.down()
    start = time.monotonic()
    while time.monotonic() < start + 2.5:
        page.mouse.move(box["x"] + 5 + 60 * (time.monotonic() - start), box["y"] + 8)
    page.mouse.up()
    page.wait_for_function("$('status').textContent === $('caption').textContent && !isDrawing")
    read = page.evaluate("read")
    assert 1 <= len(read) <= 5
    assert (
        min((later - one for one, later in zip(read, read[1:], strict=False)), default=1000) >= 900
    )  # seen late
    assert page.evaluate("state.seed") > 1000


def test_reduced_motion_print_and_night(visit):
    page = visit("?digit=3&seed=5&n=16", reduced_motion="reduce", color_scheme="dark")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 22, 26)"
    page.emulate_media(media="print")
    assert page.locator("#picture").is_visible()
    assert not page.locator("#controls").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
