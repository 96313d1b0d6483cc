"""The page for everyone: by keyboard, read aloud, without motion, on a phone; in a real Chromium."""

from importlib.resources import files

import pytest
from browsing import settled

DRAWING = ("draw", "write", "morph")  # these show one picture
TABS = (*DRAWING, "compare", "training", "quiz", "about")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
CONTROLS = "button, a, input, textarea, [tabindex='0']"


def turn_to(page, tab):
    page.click(f"#{tab}-tab-button")
    settled(page, r"\d ms" if tab in DRAWING else ".", "#status" if tab == "draw" else f"#{tab}-status")
    for closed in page.locator("button.label-wrap:visible:not(.open)").all():
        closed.click()
    page.wait_for_timeout(300)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page, theme):
    page = open_page("?digit=12", color_scheme=theme, reduced_motion="reduce")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))

    def check():
        found = page.evaluate("axe.run()")["violations"]
        serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
        assert serious == []

    check()  # with a sentence that says what is wrong
    page.click("#generate")
    for tab in TABS:
        turn_to(page, tab)
        check()
    page.click("#draw-tab-button")
    page.focus("#picture .frame")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tile li")
    check()


def test_everything_is_reached_by_keyboard_and_seen_there(open_page):
    page = open_page()
    for tab in TABS:
        turn_to(page, tab)
        page.focus("#languages a:visible")
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            name, outline, end = page.evaluate("""() => {
                const e = document.activeElement, seen = e.matches("[type=radio]") ? e.parentElement : e;
                return [e.id || e.name || e.ariaLabel || e.className || e.dataset.frame,
                        getComputedStyle(seen).outlineStyle, e.matches("footer .settings")];
            }""")
            assert outline == "solid", name
            reached.add(name)
            if end:
                break
        there = page.evaluate(
            """(controls) => [...document.querySelectorAll(controls)]
                .filter((e) => e.checkVisibility({visibilityProperty: true}))
                .filter((e) => !e.closest("#languages, .visually-hidden"))
                .filter((e) => e.tabIndex >= 0 && !(e.type === "radio" && !e.checked))
                .map((e) => e.id || e.name || e.ariaLabel || e.className || e.dataset.frame)""",
            CONTROLS,
        )
        assert len(reached) > 10 and set(there) - reached == set()


def test_r_does_what_randomize_does(open_page):
    page = open_page("?tab=morph&seed=7")
    settled(page, "^From 3, seed 7, to 8, seed 7,", "#morph-status")
    for to_seed, equal in ((None, True), ("9", False)):
        if to_seed:
            page.fill("#morph-to_seed input[type=number]", to_seed)
            settled(page, "to 8, seed 9", "#morph-status")
            page.focus("#morph-generate")
        before = page.evaluate("cgan.tabs.morph.asked")
        page.keyboard.press("r")
        after = page.evaluate("cgan.tabs.morph.asked")
        assert after["seed"] != before["seed"] and after["to_seed"] != before["to_seed"]
        assert (after["seed"] == after["to_seed"]) == equal


def test_nothing_moves_by_itself_for_those_who_ask_for_that(open_page):
    page = open_page("?tab=morph", reduced_motion="reduce")
    settled(page, "^From", "#morph-status")
    frame = "getComputedStyle(document.querySelector('.stage')).backgroundPositionX"
    page.wait_for_timeout(500)
    assert page.evaluate(frame) == "0%" and page.inner_text(".player button") == "Play"
    moves = "getComputedStyle(document.querySelector('#morph-tab-button'), '::after').animationDuration"
    assert page.evaluate(moves) == "0.001s"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_the_picture_first_and_has_controls_for_thumbs(open_page, language):
    page = open_page("", locale=language, **PHONE)
    for tab in TABS:
        page.tap(f"#{tab}-tab-button")
        status = "#status" if tab == "draw" else f"#{tab}-status"
        settled(page, r"\d ms|毫秒" if tab in DRAWING else ".", status)
        for closed in page.locator("button.label-wrap:visible:not(.open)").all():
            closed.tap()
        page.wait_for_timeout(300)
        assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [360, 360]
        if tab in DRAWING:
            picture = page.locator(f"#{'' if tab == 'draw' else tab + '-'}picture").bounding_box()
            go = page.locator(f"#{'' if tab == 'draw' else tab + '-'}generate").bounding_box()
            assert picture["y"] + picture["height"] < min(740, go["y"]) and picture["width"] > 300
        small = page.evaluate(
            """(controls) => [...document.querySelectorAll(controls)]
                .filter((e) => e.checkVisibility({visibilityProperty: true}))
                .filter((e) => !e.closest(".visually-hidden"))
                .map((e) => [e, (e.type === "radio" ? e.parentElement : e).getBoundingClientRect()])
                .filter(([e, box]) => box.width < 44 || box.height < 44).map(([e]) => e.outerHTML)""",
            CONTROLS,
        )
        assert small == []
    page.tap("#draw-tab-button")
    page.tap("#picture img")  # near its middle
    page.wait_for_selector("#tile li")
    box = page.locator("#tile").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    page.tap("#tile [data-do=close]")
    before = page.inner_text("#status")
    page.tap("#randomize")
    page.wait_for_function("before => document.querySelector('#status').textContent !== before", arg=before)
