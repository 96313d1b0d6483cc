"""The pattern that all pictures share: one request at a time, the last value wins, trouble is said."""

import random
import time

from tests.page.browsing import picture, says, shows, source, text

BAR = "#draw-seed-bar input[type=range]"


def test_the_last_value_wins_whatever_the_network_does(open_page):
    page, chance, fetching, most = open_page("/?digit=3&seed=0"), random.Random(0), [0], [0]

    def late(route):
        fetching[0] += 1
        most[0] = max(most[0], fetching[0])
        time.sleep(chance.uniform(0.02, 0.9))
        fetching[0] -= 1
        route.continue_()

    page.route("**/digits/*.png*", late)
    box = page.locator(BAR).bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 182, box["y"] + box["height"] / 2, steps=30)
    page.mouse.up()
    shows(page, f"seed={page.input_value(BAR)}&")
    assert most[0] == 1


def test_a_slow_or_broken_server(open_page):
    page = open_page("/?digit=3&seed=1")
    first, held, refusal = source(page), [], "Too many people are drawing; try again in a moment."
    page.route("**/digits/*.png*", lambda route: held.append(route))
    page.click("#draw-randomize")
    page.wait_for_selector("#draw-picture .slow", state="visible")
    assert source(page) == first and page.locator(picture("draw")).evaluate("i => i.naturalWidth") > 0
    held[0].fulfill(status=503, body=refusal)
    page.wait_for_timeout(200)
    held[1].fulfill(status=503, body=refusal)
    says(page, text("busy"))
    assert source(page) == first
    page.unroute("**/digits/*.png*")
    page.click("#draw-generate")
    says(page, "seed")
    assert source(page) != first
    page.clock.install()
    page.route("**/digits/*.png*", lambda route: None)
    page.click("#draw-randomize")
    page.wait_for_timeout(100)
    page.clock.fast_forward(11_000)
    says(page, text("no_answer"))
    open_page.problems.clear()  # Chromium reports the 503
