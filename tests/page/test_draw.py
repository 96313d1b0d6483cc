"""The tab Draw, and the pattern that all pictures share, in Chromium."""

import io
import random
import time
import zipfile
from urllib.parse import parse_qs, urlparse

import numpy as np

from cgan.draw import images, sampling
from tests.page.browsing import image, pick, received, says, shows, source, text


def test_the_picture_is_what_its_controls_say(open_page):
    page = open_page("/?digit=7&seed=5&n=16")
    shows(page, "digits/7.png?seed=5&n=16")
    tiles = sampling.generate([7] * 16, seed=5)
    shown = np.asarray(image(page, source(page)), dtype=int)
    assert np.abs(shown - np.asarray(images.grid(images.to_uint8(tiles)), dtype=int)).max() <= 1
    alt = text("draw_many_alt", n=16, digits="sevens", model="compact", seed=5)
    assert page.get_attribute("#draw-picture img", "alt") == alt
    pick(page, "draw-digit")
    shows(page, "digits/8.png?seed=5&n=16")
    page.click("#draw-n label:has-text('100')")
    shows(page, "n=100")
    page.fill("#draw-seed input[type=number]", "77")
    shows(page, "seed=77")
    page.focus("#draw-seed input[type=range]")
    page.keyboard.press("ArrowRight")
    shows(page, "seed=78")
    pick(page, "draw-model")
    shows(page, "model=cvae")
    says(page, text("draw_many", n=100, digits="eights", seed=78))
    pick(page, "draw-digit", 2)
    shows(page, "digits/all.png?seed=78&n=10")


def test_randomize_and_back(open_page):
    page = open_page("/?seed=1")
    page.click("#draw-randomize")
    page.wait_for_function("!location.search.includes('seed=1&')")
    second = page.input_value("#draw-seed input[type=number]")
    page.keyboard.press("r")
    page.wait_for_function(f"!location.search.includes('seed={second}&')")
    third = page.input_value("#draw-seed input[type=number]")
    for key, seed in (("go_back", second), ("go_back", "1"), ("go_forward", second), ("go_forward", third)):
        getattr(page, key)()
        shows(page, f"seed={seed}&")
        assert page.input_value("#draw-seed input[type=number]") == seed


def test_a_picture_is_opened_used_and_left(open_page):
    page = open_page("/?digit=3&seed=178&n=16")
    box = page.locator("#draw-picture img").bounding_box()
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"])  # row 2, column 1
    shows(page, "i=9&n=1&")
    page.wait_for_selector("#draw-reads h2:has-text('3')")
    for key, part in (("ArrowRight", "i=10&"), ("ArrowLeft", "i=9&")):
        page.locator("body").press(key)
        shows(page, part)
    for use, tab, part in (("write", "write", "&i=9&"), ("to", "morph", "to_i=9&")):
        page.click(f"#draw-use-{use}")
        shows(page, part, tab)
        assert f"tab={tab}" in page.url and "seed=178&" in page.url
        page.go_back()
        shows(page, "i=9&n=1&")
        page.wait_for_timeout(1000)  # until the controls of the other tabs have been set, too
    page.click("#draw-back")
    shows(page, "n=16")
    assert not page.is_visible("#draw-opened")
    page.focus("#draw-picture button")
    page.keyboard.press("Enter")
    shows(page, "i=0&")
    page.go_back()
    shows(page, "n=16")


def test_downloads_and_links(open_page):
    page = open_page("/?digit=3&seed=178&n=16")
    large, raw = (link.get_attribute("href") for link in page.locator("#draw-picture nav a").all())
    assert image(page, raw).size == (112, 112) and image(page, large).size == (896, 896)
    with page.expect_download() as download:
        page.locator("#draw-picture nav a").first.click()
    assert download.value.suggested_filename == "digit_3_seed_178.png"
    page.click("#draw-picture [data-do=copy]")
    says(page, text("copied"))
    link = page.evaluate("navigator.clipboard.readText()")
    assert parse_qs(urlparse(link).query).keys() == {"digit", "seed", "n", "model", "w"}
    page.evaluate("navigator.clipboard.writeText = async () => { throw new Error('denied') }; 0")
    page.click("#draw-picture [data-do=copy]")
    page.wait_for_selector("#draw-picture input[readonly]")
    assert page.input_value("#draw-picture input[readonly]") == link
    page.click("#draw-set button")
    page.click("#set-total label:has-text('100') >> nth=0")
    page.wait_for_function("document.querySelector('#set-link a').href.includes('count=100&')")
    pack = zipfile.ZipFile(io.BytesIO(received(page, page.get_attribute("#set-link a", "href"))))
    assert sum(name.endswith(".png") for name in pack.namelist()) == 100


def test_the_last_value_wins_whatever_the_network_does(open_page):
    page, chance, fetching, most = open_page("/?seed=0"), random.Random(0), [0], [0]

    def late(route):
        fetching[0] += 1
        most[0] = max(most[0], fetching[0])
        time.sleep(chance.uniform(0.02, 0.9))
        fetching[0] -= 1
        route.continue_()

    page.route("**/digits/*.png*", late)
    box = page.locator("#draw-seed input[type=range]").bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 182, box["y"] + box["height"] / 2, steps=30)
    page.mouse.up()
    shows(page, f"seed={page.input_value('#draw-seed input[type=number]')}&")
    assert most[0] == 1


def test_a_slow_or_broken_server(open_page):
    page = open_page("/?seed=1")
    first, held, refusal = source(page), [], "Too many people are drawing; try again in a moment."
    page.route("**/digits/*.png*", lambda route: held.append(route))
    page.click("#draw-randomize")
    page.wait_for_selector("#draw-picture .slow", state="visible")
    assert source(page) == first and page.locator("#draw-picture img").evaluate("i => i.naturalWidth") > 0
    held[0].fulfill(status=503, body=refusal)
    page.wait_for_timeout(200)
    held[1].fulfill(status=503, body=refusal)
    says(page, "Too many people")
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
