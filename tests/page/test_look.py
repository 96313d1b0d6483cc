"""What fits on the first screen, and what a finger does."""

import pytest

from tests.page.browsing import TABS, says, shows, text

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def bottom(page, selector):
    return page.locator(selector).last.evaluate("element => element.getBoundingClientRect().bottom")


@pytest.mark.parametrize("width, height", [(1280, 800), (1366, 625)])
def test_draw_needs_no_scrolling(open_page, width, height):
    page = open_page("/", viewport={"width": width, "height": height})
    shows(page, "digits/3.png")
    assert max(bottom(page, f"#draw-{part}") for part in ("picture", "set", "model")) <= height
    assert page.locator("#draw-picture img").evaluate("image => image.width") >= 0.5 * height


@pytest.mark.parametrize("language", ["", "zh"])
def test_a_phone(open_page, language):
    page = open_page(f"/{language}?lang=en" if not language else f"/{language}", **PHONE)
    shows(page, "digits/3.png")
    assert max(bottom(page, "#draw-picture"), bottom(page, "#draw-randomize")) <= 844
    for tab in TABS:
        page.tap(f"#{tab}-tab-button")
        page.wait_for_selector(f"#{tab}-tab", state="visible")
        page.wait_for_timeout(200)
        widths = page.locator("html, table:visible").evaluate_all("all => all.map((one) => one.scrollWidth)")
        assert max(widths) <= 390, tab


def swipe(page, points):
    """Move a finger over the page, along points (x, y)."""
    touch, kinds = page.context.new_cdp_session(page), ["touchStart", *["touchMove"] * (len(points) - 1)]
    for kind, (x, y) in zip(kinds, points, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_draws_a_digit(open_page):
    page = open_page("/?tab=hand", **PHONE)
    pad = page.locator("#hand-pad canvas").bounding_box()
    swipe(page, [(pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] * k / 10) for k in range(2, 9)])
    assert page.evaluate("scrollY") == 0
    page.wait_for_timeout(2500)  # a tap right after a swift swipe would only end a fling
    page.tap("#hand-learn")
    says(page, text("hand_says"), "hand")
    assert page.input_value("#hand-digit input") == "1"


def test_a_swipe_across_a_slider_scrolls(open_page):
    page = open_page("/", **PHONE)
    shows(page, "digits/3.png")
    page.locator("#draw-seed").scroll_into_view_if_needed()
    box = page.locator("#draw-seed input[type=range]").bounding_box()
    before = page.input_value("#draw-seed input[type=number]")
    for x in (box["x"] + 0.5 * box["width"], box["x"] + 4):  # across the track, and from the thumb
        y = box["y"] + box["height"] / 2
        swipe(page, [(x, y - 20 * step) for step in range(8)])
        page.wait_for_timeout(700)
        assert page.input_value("#draw-seed input[type=number]") == before
        box = page.locator("#draw-seed input[type=range]").bounding_box()
