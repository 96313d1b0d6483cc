"""The tab Morph: the slider and Play are one, whatever motion people prefer."""

import pytest

from tests.page.browsing import image, pick, settle, shows, text

SLIDER, PLAY = "#morph-frame input[type=range]", "#morph-play input"
# The slider and the stage show one frame, the one asked for.
AT_ONE = """() => {
  const frame = document.querySelector("#morph-picture .stage img").style.getPropertyValue("--frame");
  return Number(document.querySelector("#morph-frame input[type=range]").value) === Number(frame) + 1;
}"""
MOVED = "(from) => document.querySelector('#morph-frame input[type=range]').value !== from"


def is_still(page):
    page.wait_for_timeout(300)
    before = page.input_value(SLIDER)
    page.wait_for_timeout(600)
    return before == page.input_value(SLIDER)


def test_play_moves_the_slider_and_the_slider_stops_it(open_page):
    page = open_page("/?tab=morph&from=3&to=8&seed=7")
    shows(page, "from=3&to=8&seed=7&to_seed=7&", "morph")
    page.wait_for_selector(f"{PLAY}:checked")  # it begins by itself
    page.wait_for_function(MOVED, arg="25")
    page.locator(SLIDER).press("Home")
    page.wait_for_selector(f"{PLAY}:not(:checked)")
    assert is_still(page) and page.input_value(SLIDER) == "1"
    page.wait_for_function(AT_ONE)
    page.check(PLAY)
    page.wait_for_function(MOVED, arg="1")
    page.wait_for_function(AT_ONE)
    page.click("#morph-picture [data-do=copy]")  # nothing else is in the way of playing
    page.wait_for_function(MOVED, arg=page.input_value(SLIDER))
    pick(page, "morph-to")
    shows(page, "from=3&to=9&", "morph")
    page.wait_for_function(MOVED, arg=page.input_value(SLIDER))
    page.uncheck(PLAY)
    assert is_still(page)
    page.wait_for_function(AT_ONE)
    assert "frame" not in page.url and "play" not in page.url
    gif = image(page, page.locator("#morph-picture nav a").first.get_attribute("href"))
    assert gif.format == "GIF" and gif.n_frames > 10


def test_who_prefers_less_motion_presses_play(open_page):
    page = open_page("/?tab=morph", reduced_motion="reduce")
    settle(page, "morph")
    assert is_still(page) and not page.is_checked(PLAY)
    page.focus(PLAY)
    page.keyboard.press("Space")
    page.wait_for_function(MOVED, arg="25")


@pytest.mark.parametrize("width, height", [(683, 384), (844, 390), (390, 664)])
def test_stage_slider_and_strip_in_small_windows(open_page, width, height):
    page = open_page("/?tab=morph", viewport={"width": width, "height": height})
    assert page.locator("#morph-picture .stage").evaluate("stage => stage.clientWidth") >= 180
    bottom = page.locator(SLIDER).evaluate("range => range.getBoundingClientRect().bottom")
    assert bottom <= height
    assert page.locator("#morph-picture .strip img").count() == 8
    assert page.inner_text("#morph-play") == text("play")
