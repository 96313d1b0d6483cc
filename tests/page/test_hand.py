"""The tab Your hand: the pad by mouse, finger and key, the fit that follows it, and the hand in use."""

import re

import pytest

from tests.page.browsing import (
    FOUR,
    PHONE,
    SEVEN,
    THREE,
    image,
    pick,
    point,
    says,
    shows,
    source,
    stroke,
    text,
    touch,
    turn_to,
)

PAD, DRAWINGS = "#hand-picture canvas", "#hand-picture .drawings li"
INK = "canvas => canvas.getContext('2d').getImageData(0, 0, 560, 560).data.reduce((a, b) => a + b)"


def drawings(page, count):
    page.wait_for_function(f"document.querySelectorAll('{DRAWINGS}').length === {count}")


def fitted(page, *digits):
    """Wait until the drawings are read as these digits and the sheet shows their hand; return its code."""
    page.wait_for_function(
        "([all, digits]) => [...document.querySelectorAll(all)].map((one) => one.value).join() === digits",
        arg=[f"{DRAWINGS} select", ",".join(map(str, digits))],
    )
    says(page, text("hand_says"), "hand")
    return re.search("z=([^&]+)", source(page, "hand"))[1]


def test_the_hand_follows_the_pen(open_page):
    page = open_page("/?tab=hand")
    says(page, text("hand_hint"), "hand")
    stroke(page, THREE)
    first = fitted(page, 3)
    assert f"text.png?text=2026-11-25&z={first}" in page.get_attribute("#hand-picture .written img", "src")
    page.wait_for_timeout(2100)
    stroke(page, SEVEN)  # a fresh sheet: more than 2 s later
    drawings(page, 2)
    assert fitted(page, 3, 7) != first
    page.keyboard.press("Control+z")  # takes back the sheet, too
    assert fitted(page, 3) == first
    page.click("#hand-picture [data-pad=next]")
    for line in FOUR:
        stroke(page, line)
        page.wait_for_timeout(1000)  # still the same sheet
    fitted(page, 3, 4)
    page.click(f"{DRAWINGS} >> nth=0 >> button")  # takes out the 3
    four = fitted(page, 4)
    links = page.locator("#hand-picture nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert "hand.ttf?" in links[0] and "text.svg?" in links[2] and all(f"z={four}" in link for link in links)
    assert image(page, source(page, "hand")).size == (280, 28)
    turn_to(page, "write")  # the same hand
    shows(page, f"z={four}", "write")
    page.reload()
    shows(page, f"z={four}", "write")
    page.click("#write-more > button")
    pick(page, "write-model")  # a hand is for one model's weights
    shows(page, "seed=13&hand=natural&wrap=26&model=cvae", "write")
    page.go_back()
    shows(page, f"z={four}", "write")
    page.click(f"label:has-text('{text('hand_fresh')}')")  # cannot go with a hand: drops it
    shows(page, "seed=13&hand=fresh", "write")
    page.wait_for_selector("#write-picture .held", state="detached")
    turn_to(page, "hand")
    says(page, text("hand_hint"), "hand")
    assert page.locator(DRAWINGS).count() == 0


def test_one_pointer_draws_at_a_time_and_only_with_its_main_button(open_page):
    page = open_page("/?tab=hand", **PHONE)
    held = []
    page.route("**/gradio_api/hand", lambda route: held.append(route))
    line = [point(page, PAD, 0.5, 0.2 + 0.1 * k) for k in range(7)]
    palm = point(page, PAD, 0.9, 0.9)
    touch(page, "Start", {0: line[0]})
    for place in line[1:]:
        touch(page, "Move", {0: place, 1: palm})
    touch(page, "End", {1: palm})
    touch(page, "End", {})
    assert page.evaluate("scrollY") == 0
    drawings(page, 1)
    strokes = page.evaluate(
        "cgan.tabs.hand.sheets().map(({ strokes }) => strokes.map((one) => one.map(([x]) => x)))"
    )
    assert len(strokes) == len(strokes[0]) == 1 and max(strokes[0][0]) < 0.6
    ink = page.locator(PAD).evaluate(INK)
    for button in ("right", "middle"):
        page.mouse.move(*point(page, PAD, 0.1, 0.1))
        page.mouse.down(button=button)
        page.mouse.move(*point(page, PAD, 0.9, 0.1))
        page.mouse.up(button=button)
    assert page.locator(PAD).evaluate(INK) == ink


@pytest.mark.soak
def test_a_small_drawing_in_a_zoomed_page_is_the_same_drawing(open_page):
    page, images = open_page("/?tab=hand"), []
    page.route(
        "**/gradio_api/hand", lambda route: images.append(route.request.post_data_json) or route.abort()
    )
    page.evaluate("document.body.style.zoom = 1.5")
    for size in (1.0, 0.25):
        stroke(page, [(0.1 + size * x, 0.1 + size * y) for x, y in THREE])
        drawings(page, 1)
        page.wait_for_timeout(100)
        page.click("#hand-picture [data-pad=clear]")
        drawings(page, 0)
    sheets = [page.evaluate(GREY, sent["drawings"][0]["image"]) for sent in images]
    inks = [sum(sheet) for sheet in sheets]
    assert abs(inks[0] / inks[1] - 1) < 0.1  # no blots: the pen keeps its proportion
    open_page.problems.clear()  # Chromium reports what was aborted


GREY = """async (src) => {
  const [image, canvas] = [Object.assign(new Image(), { src }), document.createElement("canvas")];
  await image.decode();
  [canvas.width, canvas.height] = [28, 28];
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, 28, 28);
  return [...pen.getImageData(0, 0, 28, 28).data].filter((_, at) => at % 4 === 0);
}"""


def test_what_is_no_digit_and_what_was_misread(open_page):
    page = open_page("/zh?tab=hand")
    asked = []
    page.on("request", lambda r: r.url.endswith("/hand") and asked.append(r.post_data_json["drawings"]))
    stroke(page, [(0.1 + 0.8 * (k % 2), 0.1 + 0.1 * k) for k in range(9)])
    page.wait_for_selector("#hand-picture .failed")
    said = page.inner_text("#hand-picture [role=status]")
    assert not re.search("[A-Za-z]{3}", said)  # in the page's language
    page.click("#hand-picture [data-pad=clear]")
    says(page, text("hand_hint", "zh"), "hand")
    stroke(page, THREE)
    says(page, text("hand_says", "zh"), "hand")
    before = len(asked)
    page.focus(f"{DRAWINGS} select")
    page.keyboard.press("8")
    page.wait_for_function("document.querySelector('#hand-picture .drawings select')?.value === '8'")
    page.wait_for_function("!document.querySelector('#hand-picture [role=status]').textContent.includes('…')")
    assert len(asked) == before + 1 and asked[-1][0]["digit"] == 8
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    open_page.problems.clear()  # Chromium reports the 400


@pytest.mark.soak
def test_a_busy_server_is_asked_again_without_a_word(open_page):
    page, times = open_page("/?tab=hand"), []

    def busy(route):
        times.append(route)
        route.fulfill(status=503, body="Too many people.") if len(times) < 3 else route.continue_()

    page.route("**/gradio_api/hand", busy)
    stroke(page, THREE)
    says(page, text("learning"), "hand")
    fitted(page, 3)
    assert len(times) == 3
    open_page.problems.clear()  # Chromium reports each 503


def test_the_hand_of_a_picture_is_used_and_dropped(open_page):
    page = open_page("/?digit=3&seed=178&n=16&i=9")
    page.click("#draw-picture [data-what=write]")
    shows(page, "seed=178&i=9&hand=natural&", "write")
    assert "tab=write" in page.url
    assert text("held_seed", i=10, seed=178) in page.inner_text("#write-picture .held")
    assert "digits/all.png?seed=178&i=9&n=1&" in page.get_attribute("#write-picture .held img", "src")
    for tab, part in (("hand", "all.png?seed=178&i=9&"), ("morph", "seed=178&to_seed=51&i=9&")):
        turn_to(page, tab)
        shows(page, part, tab)
    page.click("#morph-picture .held button")
    page.wait_for_selector("#morph-picture .held", state="detached")
    assert "i=9" not in source(page, "morph")
    turn_to(page, "write")
    page.wait_for_selector("#write-picture .held", state="detached")
    assert "i=9" not in source(page, "write")
    turn_to(page, "draw")
    page.click("#draw-picture [data-what=to]")
    shows(page, "to_seed=178&to_i=9&", "morph")
    page.keyboard.press("r")
    page.wait_for_function("!cgan.box('morph').querySelector('.stage img').src.includes('to_i')")
