"""What fits on the screen, that nothing jumps, what a finger does, print and high contrast."""

import io

import pytest
from PIL import Image

from tests.page.browsing import PHONE, TABS, picture, point, says, settle, shows, swipe, text, turn_to

DESK = {"viewport": {"width": 1280, "height": 800}}
SHIFTS = """window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


def bottom(page, selector):
    return page.locator(selector).last.evaluate("element => element.getBoundingClientRect().bottom")


@pytest.mark.parametrize(
    "tabs, size, theme",
    [
        (["draw", "compare", "about"], PHONE, "dark"),
        pytest.param(["hand", "training"], DESK, "light", marks=pytest.mark.soak),
    ],
)
def test_nothing_jumps_when_a_tab_is_opened(chromium, url, tabs, size, theme):
    """By its link, and by a click."""
    with chromium.new_context(**size, locale="en", color_scheme=theme) as context:
        context.add_init_script(SHIFTS)
        page = context.new_page()
        for tab in tabs:
            page.goto(f"{url}/" if tab == "draw" else f"{url}/?tab={tab}")
            page.wait_for_function("document.documentElement.opened")
            settle(page, tab)
            page.wait_for_timeout(500)
            assert page.evaluate("shift") <= 0.08, tab
        for tab in TABS:
            page.evaluate("shift = 0")
            turn_to(page, tab)
            page.wait_for_timeout(300)
            assert page.evaluate("shift") <= 0.08, tab


@pytest.mark.parametrize("width, height", [pytest.param(1280, 800, marks=pytest.mark.soak), (1366, 625)])
def test_draw_needs_no_scrolling(open_page, width, height):
    page = open_page("/", viewport={"width": width, "height": height})
    assert max(bottom(page, f"#draw-{part}") for part in ("picture", "randomize", "more")) <= height
    assert page.locator(picture("draw")).evaluate("image => image.width") >= 0.5 * height


@pytest.mark.parametrize(
    "width, height", [(683, 384), pytest.param(844, 390, marks=pytest.mark.soak), (390, 664)]
)
def test_small_windows(open_page, width, height):
    size = {"viewport": {"width": width, "height": height}}
    page = open_page("/?digit=3&seed=1&n=64", **size)
    assert page.locator(picture("draw")).evaluate("image => image.width") >= 250
    turn_to(page, "morph")
    assert page.locator(picture("morph")).evaluate("image => image.width") >= 180
    for tab, part in (("hand", "canvas"), ("hand", ".ten"), ("hand", "[role=status]"), ("write", ".written")):
        turn_to(page, tab)
        assert bottom(page, f"#{tab}-picture {part}") <= height, part


def test_print_and_high_contrast(open_page):
    page = open_page("/?__theme=dark")
    page.emulate_media(media="print")
    shot = Image.open(io.BytesIO(page.locator("#draw-picture button.paper").screenshot())).convert("L")
    dark, light = shot.getextrema()
    assert dark < 60 and light == 255 and shot.getpixel((1, 1)) == 255  # ink on paper
    page.emulate_media(media="screen", forced_colors="active")
    marks = ["#draw-tab-button", "#draw-n label:has(:checked)"]
    page.click("#draw-more > button")
    others = ["#write-tab-button", "#draw-n label:not(:has(:checked))"]
    widths = [
        page.locator(one).first.evaluate("e => getComputedStyle(e).outlineStyle") for one in marks + others
    ]
    assert widths == ["solid", "solid", "none", "none"]
    shot = Image.open(io.BytesIO(page.locator("#draw-picture button.paper").screenshot())).convert("L")
    assert shot.getextrema() == (0, 255)


@pytest.mark.parametrize("language", ["zh", pytest.param("", marks=pytest.mark.soak)])
def test_a_phone(open_page, language):
    page = open_page(f"/{language}?lang=en" if not language else f"/{language}", **PHONE)
    assert max(bottom(page, picture("draw")), bottom(page, "#draw-randomize")) <= 664
    for tab in TABS:
        page.tap(f"#{tab}-tab-button")
        page.wait_for_selector(f"#{tab}-tab", state="visible")
        page.wait_for_timeout(200)
        widths = page.locator("html, table:visible").evaluate_all("all => all.map((one) => one.scrollWidth)")
        assert max(widths) <= 390, tab


def test_a_finger_draws_a_digit(open_page):
    page = open_page("/?tab=hand", **PHONE)
    swipe(page, [point(page, "#hand-picture canvas", 0.5, k / 10) for k in range(2, 9)])
    assert page.evaluate("scrollY") == 0
    says(page, text("hand_says"), "hand")
    assert page.input_value("#hand-picture .drawings select") == "1"


def test_a_swipe_across_a_slider_scrolls(open_page):
    page = open_page("/?digit=3&seed=13", **PHONE)
    shows(page, "digits/3.png")
    page.locator("#draw-seed-bar").scroll_into_view_if_needed()
    box = page.locator("#draw-seed-bar input[type=range]").bounding_box()
    for x in (box["x"] + 0.5 * box["width"], box["x"] + 4):  # across the track, and from the thumb
        y = box["y"] + box["height"] / 2
        swipe(page, [(x, y - 20 * step) for step in range(8)])
        page.wait_for_timeout(700)
        assert page.input_value("#draw-seed input") == "13"
        box = page.locator("#draw-seed-bar input[type=range]").bounding_box()


def test_the_tabs_show_the_whole_ring_of_the_focus_and_the_footer_no_pictures(open_page):
    page = open_page("/")
    page.focus("#draw-tab-button")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    ring = "e => getComputedStyle(e).outlineStyle + ' ' + parseFloat(getComputedStyle(e).outlineOffset)"
    style, offset = page.locator(":focus").evaluate(ring).split()
    assert style == "solid" and float(offset) <= -2  # the row of tabs cuts what lies outside
    assert not any(page.locator("footer img").evaluate_all("all => all.map((e) => e.offsetWidth)"))
    page.click("footer button")  # how programs use it
    page.wait_for_selector("text=/generate")
    open_page.problems.clear()  # Gradio asks for its monitoring, which is closed
