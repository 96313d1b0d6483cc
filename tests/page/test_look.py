"""What fits on the first screen, and what a finger does."""

import pytest

from tests.page.browsing import shows

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TABS = ["draw", "hand", "write", "morph", "compare", "training", "quiz", "about"]


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
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab


def test_a_swipe_across_a_slider_scrolls(open_page):
    page = open_page("/", **PHONE)
    shows(page, "digits/3.png")
    page.locator("#draw-seed").scroll_into_view_if_needed()
    box = page.locator("#draw-seed input[type=range]").bounding_box()
    before = page.input_value("#draw-seed input[type=number]")
    touch = page.context.new_cdp_session(page)
    for x in (box["x"] + 0.5 * box["width"], box["x"] + 4):  # across the track, and from the thumb
        y = box["y"] + box["height"] / 2
        points = [
            {"type": "touchStart", "y": y},
            *({"type": "touchMove", "y": y - 20 * k} for k in range(1, 8)),
        ]
        for point in points:
            touch.send(
                "Input.dispatchTouchEvent",
                {"type": point["type"], "touchPoints": [{"x": x, "y": point["y"]}]},
            )
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(200)
        page.wait_for_timeout(500)
        assert page.input_value("#draw-seed input[type=number]") == before
        box = page.locator("#draw-seed input[type=range]").bounding_box()
