"""The page as people see it: a real Chromium clicks, drags and looks at the pixels that it shows."""

import re
import threading
import time

import numpy as np
import pytest
import torch
from browsing import choose, pixels, settled

from cgan import sampling
from cgan.page import routes


def status(page):
    return page.inner_text("#status")


def test_the_picture_is_there_when_the_page_is(open_page, drawn, compact):
    page = open_page()
    settled(page, r"^Digit 3, seed 42, 64 pictures, \d+ ms$")
    assert drawn == [(3, 42, 64)]
    assert pixels(page).tobytes() == routes.draw(compact, 3, 42, 64).tobytes()
    picture = page.locator("#picture img")
    said = "64 pictures of a handwritten 3, drawn by the model compact from seed 42"
    assert picture.get_attribute("alt") == said
    assert picture.evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"
    assert picture.bounding_box()["width"] == 448  # twice the tiles' own size
    assert page.url.endswith(f"?model=compact&w={compact.id}&digit=3&seed=42&n=64")


def test_the_digit_asked_for_is_the_digit_shown(open_page, drawn, judge):
    page = open_page("?digit=9&n=100")
    settled(page, "^Digit 9, .*100 pictures")
    for digit in range(10):
        choose(page, "digit", digit)
        settled(page, f"^Digit {digit}, seed 42, 100 pictures")
        shown = np.asarray(pixels(page)).reshape(10, 28, 10, 28).swapaxes(1, 2).reshape(100, 1, 28, 28)
        read = judge(torch.from_numpy(shown / np.float32(127.5) - 1))
        assert (read == digit).float().mean() >= 0.9
    assert drawn == [(digit, 42, 100) for digit in [9, *range(9)]]  # the browser has the 9 already


def test_randomize_draws_once_and_a_new_seed(open_page, drawn):
    page = open_page()
    settled(page, "seed 42")
    seeds = set()
    for _ in range(3):
        before = status(page)
        page.click("#randomize")
        changed = "before => document.querySelector('#status').textContent !== before"
        page.wait_for_function(changed, arg=before)
        page.wait_for_timeout(300)
        seed = int(re.search(r"seed (\d+)", status(page))[1])
        assert page.locator("#seed input[type=number]").input_value() == str(seed)
        assert f"&seed={seed}&" in page.url and drawn[-1] == (3, seed, 64)
        seeds.add(seed)
    assert len(seeds) == 3 and len(drawn) == 4


def test_generate_on_the_same_seed_says_so(open_page, drawn):
    page = open_page()
    settled(page, "seed 42")
    page.click("#generate")
    settled(page, "the same seed draws the same again")
    assert len(drawn) == 1  # the browser has it already


def test_two_clicks_racing_end_on_the_last(open_page, drawn, monkeypatch):
    page = open_page()
    settled(page, "seed 42")
    draw, slow = routes.draw, threading.Event()

    def slowly(*asked):
        time.sleep(0 if slow.is_set() else 0.5)
        slow.set()  # the first is slow, so that without care it would come last
        return draw(*asked)

    monkeypatch.setattr(routes, "draw", slowly)
    page.evaluate("() => [1, 2, 3].forEach(() => document.getElementById('randomize').click())")
    seed = page.locator("#seed input[type=number]").input_value()
    settled(page, f"seed {seed},")
    assert f"seed {seed}," in status(page) and f"&seed={seed}&" in page.url
    assert f"seed={seed}&" in page.locator("#picture img").get_attribute("src")
    # Drawn at opening, for the first click and for the last, not for the one between.
    assert len(drawn) == 3 and str(drawn[-1][1]) == seed


def test_a_dragged_seed_ends_on_its_last_value(open_page, drawn):
    page = open_page()
    settled(page, "seed 42")
    box = page.locator("#seed input[type=range]").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(box["x"] + 8 + 4 * step, middle)
    page.mouse.up()
    seed = page.locator("#seed input[type=number]").input_value()
    settled(page, f"seed {seed},")
    assert int(seed) > 10_000 and drawn[-1] == (3, int(seed), 64)
    assert len(drawn) == len(set(drawn)) <= 61


def test_the_seed_by_keys_and_by_number(open_page, drawn):
    page = open_page("?seed=100&n=1")
    settled(page, r"^Digit 3, seed 100, 1 picture,")
    page.focus("#seed input[type=range]")
    page.keyboard.press("ArrowRight")
    settled(page, "seed 101,")
    page.fill("#seed input[type=number]", "65534")
    settled(page, "seed 65534,")
    assert drawn == [(3, 100, 1), (3, 101, 1), (3, 65534, 1)]
    page.fill("#seed input[type=number]", "99999999")
    settled(page, "seed must be a whole number from 0 to 65535, not .99999999")
    page.locator("#seed input[type=number]").blur()  # Gradio makes it 65535, which is drawn then
    settled(page, "seed 65535,")
    assert page.locator("#seed input[type=number]").input_value() == "65535"
    assert drawn[3:] == [(3, 65535, 1)]


def test_a_link_opened_again_shows_the_same_pixels(open_page, drawn):
    page = open_page("?digit=8&seed=7&n=16")
    settled(page, "^Digit 8, seed 7, 16 pictures")
    again = open_page(page.url.removeprefix(page.url.split("?")[0]))
    settled(again, "^Digit 8, seed 7, 16 pictures")
    assert pixels(page).tobytes() == pixels(again).tobytes() and again.url == page.url
    assert again.locator("#digit input").input_value() == "8"


@pytest.mark.parametrize(
    "query, sentence",
    [
        ("?model=compact&w=0123456789ab&digit=3", "made with other weights of compact .0123456789ab."),
        ("?model=nonsense", 'no model "nonsense" here, there is compact'),
        ("?digit=12", "digit must be a whole number from 0 to 9"),
        ("?seed=1.5", "seed must be a whole number from 0 to 65535"),
        ("?seed=-1", "seed must be a whole number"),
        ("?n=7", "number of pictures must be one of 1, 16, 64, 100"),
        ("?digit=<img src=x onerror=alert(1)>", "digit must be"),
    ],
)
def test_a_link_that_cannot_be_shown_says_why_and_draws_nothing(open_page, drawn, query, sentence):
    page = open_page(query)
    settled(page, sentence)
    assert drawn == [] and page.locator("#status.problem").is_visible()
    page.click("#generate")
    settled(page, "^Digit 3, seed ")
    assert len(drawn) == 1 and not page.locator("#status.problem").is_visible()


def test_the_download_has_the_bytes_that_are_shown(open_page, compact):
    page = open_page("?digit=5&seed=11&n=16")
    settled(page, "^Digit 5")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "digit5_seed11.png"
    content = open(download.value.path(), "rb").read()
    assert content == routes.render.png(routes.draw(compact, 5, 11, 16))


def test_the_link_is_copied(open_page):
    page = open_page("?digit=5&seed=11&n=16")
    settled(page, "^Digit 5")
    page.click("#copy")
    settled(page, "^Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_refusal_of_the_server_is_shown(open_page, monkeypatch):
    page = open_page()
    settled(page, "seed 42")
    monkeypatch.setattr(sampling, "MAX_SEED", 10)
    page.evaluate("cgan.ask('draw', [3, 43, 64, 'compact'])")
    settled(page, "Seed must be a whole number from 0 to 10, not '43'")
    shown = "64 pictures of a handwritten 3, drawn by the model compact from seed 42"
    assert page.get_attribute("#picture img", "alt") == shown  # what was there stays
    monkeypatch.undo()
    page.click("#randomize")
    settled(page, r"^Digit 3, seed \d+, 64 pictures")
    assert open_page.problems and all("400 (Bad Request)" in text for text in open_page.problems)
    open_page.problems.clear()  # Chromium counts a refused picture as an error; these were meant
