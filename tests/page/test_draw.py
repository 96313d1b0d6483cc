"""The tab Draw: what it shows first, its controls, opened pictures, what is taken away."""

import io
import zipfile
from urllib.parse import parse_qs, urlparse

import numpy as np

from cgan.draw import images, sampling
from cgan.page.parts import OPENING
from tests.page.browsing import image, pick, picture, point, received, says, shows, source, text

NUMBER, BAR = "#draw-seed input", "#draw-seed-bar input[type=range]"
HOLDS = "(seed) => document.querySelector('#draw-seed input').value === seed"
MOVED = HOLDS.replace("===", "!==")


def test_it_opens_on_ten_hands_whose_picture_is_asked_for_once(open_page):
    asked = []
    page = open_page("/", viewport={"width": 1280, "height": 800})
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    shows(page, f"digits/all.png?seed={OPENING}&n=10&")
    says(page, text("draw_all", seed=OPENING))
    assert len({address for address in asked if "gradio_api/digits" in address}) == 1
    shown = np.asarray(image(page, source(page)), dtype=int)
    tiles = sampling.generate([7] * 2, seed=OPENING)[1:]
    assert np.abs(shown[28:56, 196:224] - np.asarray(images.grid(images.to_uint8(tiles)))).max() <= 1
    page.click("#draw-picture [data-what=lead]")
    page.wait_for_selector("#hand-picture canvas", state="visible")
    assert "tab=hand" in page.url
    page.go_back()
    page.wait_for_selector("#draw-picture button.paper", state="visible")


def test_the_picture_is_what_its_controls_say(open_page):
    page = open_page("/?digit=7&seed=5&n=16")
    shows(page, "digits/7.png?seed=5&n=16")
    tiles = sampling.generate([7] * 16, seed=5)
    shown = np.asarray(image(page, source(page)), dtype=int)
    assert np.abs(shown - np.asarray(images.grid(images.to_uint8(tiles)), dtype=int)).max() <= 1
    alt = text("draw_many_alt", n=16, digits="sevens", model="compact", seed=5)
    assert page.get_attribute(picture("draw"), "alt") == alt
    pick(page, "draw-digit")
    shows(page, "digits/8.png?seed=5&n=16")
    page.click("#draw-more > button")
    page.click("#draw-n label:has-text('100')")
    shows(page, "n=100")
    page.focus(BAR)
    page.keyboard.press("ArrowRight")
    shows(page, "seed=6&")
    assert page.input_value(NUMBER) == "6"
    page.locator("#draw-slant input[type=range]").press("End")
    shows(page, "slant=2&")
    pick(page, "draw-model")
    shows(page, "model=cvae")
    says(page, text("draw_many", n=100, digits="eights", seed=6))
    assert not page.is_visible("#draw-slant")


def test_field_slider_caption_link_and_picture_are_one_seed(open_page):
    page = open_page("/?tab=write&text=12&seed=229343628")
    shows(page, "seed=229343628&", "write")
    assert page.input_value("#write-seed input") == "229343628"
    assert page.input_value("#write-seed-bar input[type=range]") == "65535"  # rests at its end
    page.click("#write-picture [data-do=copy]")
    says(page, text("copied"), "write")
    assert "seed=229343628&" in page.evaluate("navigator.clipboard.readText()")
    page = open_page("/?digit=3&seed=7&n=16")
    for typed, seed in (("", 7), ("70000", 70000), ("-5", 70000)):
        page.click(NUMBER)
        page.keyboard.press("Control+a")
        page.keyboard.type(typed) if typed else page.keyboard.press("Delete")
        page.keyboard.press("Tab")
        page.wait_for_function(HOLDS, arg=str(seed))
        shows(page, f"seed={seed}&")
        says(page, text("draw_many", n=16, digits="threes", seed=seed))
    page.wait_for_function("location.search.includes('seed=70000&')")
    page.fill(NUMBER, "4294967296")
    page.keyboard.press("Enter")
    page.wait_for_function(HOLDS, arg="70000")
    page.fill(NUMBER, "4294967295")
    shows(page, "seed=4294967295&")
    page.click("#draw-randomize")
    page.wait_for_function("Number(document.querySelector('#draw-seed input').value) < 65536")
    assert page.input_value(NUMBER) == page.input_value(BAR)
    shows(page, f"seed={page.input_value(NUMBER)}&")


def test_randomize_generate_and_back(open_page):
    page = open_page("/?digit=3&seed=1&n=16")
    page.evaluate("addEventListener('animationstart', ({ target }) => (window.moved = target), true)")
    page.click("#draw-generate")  # it answers, though nothing changes
    page.wait_for_selector("#draw-picture .beat-a")
    page.wait_for_function(
        "(picture) => document.querySelector(picture) === window.moved", arg=picture("draw")
    )
    page.click("#draw-generate")
    page.wait_for_selector("#draw-picture .beat-b")
    page.click("#draw-randomize")
    page.wait_for_function(MOVED, arg="1")
    second = page.input_value(NUMBER)
    page.keyboard.press("r")
    page.wait_for_function(MOVED, arg=second)
    third = page.input_value(NUMBER)
    for key, seed in (("go_back", second), ("go_back", "1"), ("go_forward", second), ("go_forward", third)):
        getattr(page, key)()
        shows(page, f"seed={seed}&")
        page.wait_for_function(HOLDS, arg=seed)


def test_a_picture_is_opened_and_left(open_page):
    page = open_page("/?digit=3&seed=178&n=16")
    picture_box = page.locator(picture("draw")).bounding_box()
    page.mouse.click(picture_box["x"] + picture_box["width"] + 8, picture_box["y"] + 50)  # beside it
    page.mouse.move(*point(page, picture("draw"), 0.3, 0.6))  # row 2, column 1
    frame = page.locator("#draw-picture .tile").bounding_box()
    assert abs(frame["x"] - picture_box["x"] - picture_box["width"] / 4) < 2
    assert abs(frame["y"] - picture_box["y"] - picture_box["height"] / 2) < 2
    assert "i=" not in source(page)
    page.mouse.click(*point(page, picture("draw"), 0.3, 0.6))
    shows(page, "i=9&n=1&")
    page.wait_for_selector("#draw-picture .reads b:has-text('3')")
    assert page.get_attribute("#draw-picture .reads span", "translate") == "no"
    for key, part in (("ArrowRight", "i=10&"), ("ArrowLeft", "i=9&")):
        page.keyboard.press(key)
        shows(page, part)
    name = page.locator("#draw-picture nav a").first.get_attribute("download")
    assert name == "digit_3_seed_178_10.png"
    page.keyboard.press("Escape")
    shows(page, "n=16")
    page.focus("#draw-picture button.paper")
    page.keyboard.press("Enter")
    shows(page, "i=0&")
    page.click("#draw-more > button")
    page.click("#draw-n label:has-text('64')")  # leaves it
    shows(page, "seed=178&n=64&")
    page.go_back()
    shows(page, "i=0&")


def test_from_all_ten_to_one_and_back(open_page):
    page = open_page("/?seed=5&digit=all")
    page.mouse.click(*point(page, picture("draw"), 0.75, 0.21))
    shows(page, "digits/7.png?seed=5&i=2&n=1&")
    assert page.input_value("#draw-digit input") == "7"
    page.click("#draw-picture [data-what=back]")
    shows(page, "digits/all.png?seed=5&n=10&")
    page.click("#draw-more > button")
    page.wait_for_selector("#draw-model", state="visible")
    assert not page.is_visible("#draw-n")  # always ten hands


def test_downloads_and_links(open_page):
    page = open_page("/?digit=3&seed=178&n=16")
    large, outlines, raw = page.locator("#draw-picture nav a").all()
    assert image(page, raw.get_attribute("href")).size == (112, 112)
    assert raw.get_attribute("download") == "digit_3_seed_178_28px.png"
    paper = image(page, large.get_attribute("href")).convert("RGB")
    assert paper.size == (896, 896) and paper.getpixel((0, 0)) == (0xFB, 0xFA, 0xF7)
    assert received(page, outlines.get_attribute("href")).lstrip().startswith((b"<svg", b"<?xml"))
    with page.expect_download() as download:
        large.click()
    assert download.value.suggested_filename == "digit_3_seed_178.png"
    page.click("#draw-picture [data-do=copy]")
    says(page, text("copied"))
    link = page.evaluate("navigator.clipboard.readText()")
    assert parse_qs(urlparse(link).query).keys() == {"digit", "seed", "n", "model", "w"}
    page.evaluate("navigator.clipboard.writeText = async () => { throw new Error('denied') }; 0")
    page.click("#draw-picture [data-do=copy]")
    page.wait_for_selector("#draw-picture input[readonly]")
    assert page.input_value("#draw-picture input[readonly]") == link
    page.click("#draw-more > button")
    page.click("#set-total label:has-text('100') >> nth=0")
    with page.expect_download() as download:
        page.click("#set-go")
    pack = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    assert sum(name.endswith(".png") for name in pack.namelist()) == 100
