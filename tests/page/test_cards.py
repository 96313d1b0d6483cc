"""Cards to send: what is on them, and the address they print."""

import io

import pytest
from PIL import Image

from cgan.page.parts import WEB
from tests.page.browsing import THREE, says, stroke, text

pytestmark = pytest.mark.soak  # takes minutes with all its pages

PAPER = (251, 250, 247)


def saved(page, tab):
    with page.expect_download() as download:
        page.click(f"#{tab}-picture [data-card]")
    assert download.value.suggested_filename == f"{tab}_card.png"
    return Image.open(io.BytesIO(download.value.path().read_bytes())).convert("RGB")


def darkness(card, box):
    """The share of dark pixels in a part of a card."""
    return sum(card.crop(box).convert("L").histogram()[:100]) / ((box[2] - box[0]) * (box[3] - box[1]))


@pytest.mark.parametrize("path, theme", [pytest.param("/", "dark", marks=pytest.mark.soak), ("/zh", "light")])
def test_cards_of_a_text_and_of_a_hand(open_page, path, theme):
    page = open_page(f"{path}?tab=write&text=2026&__theme={theme}")
    card = saved(page, "write")
    assert card.size == (1200, 630) and card.getpixel((5, 5)) == PAPER
    assert darkness(card, (60, 60, 1140, 440)) > 0.05
    assert darkness(card, (700, 550, 1140, 600)) == 0  # this address is open to nobody else
    page.click("#hand-tab-button")
    page.wait_for_selector("#hand-picture canvas", state="visible")
    stroke(page, THREE)
    says(page, text("hand_says", "zh" if path == "/zh" else "en"), "hand")
    card = saved(page, "hand")
    for box in ((60, 30, 300, 270), (330, 100, 600, 150), (60, 290, 1140, 400), (60, 410, 600, 520)):
        assert darkness(card, box) > 0.02, box
    assert card.getpixel((74, 570)) == (168, 50, 31)


def test_a_card_of_a_hand_that_was_not_drawn_here(open_page):
    page = open_page("/?tab=hand&seed=5&i=2")
    page.wait_for_selector("#hand-picture .written img")
    card = saved(page, "hand")
    assert darkness(card, (60, 30, 300, 100)) == 0 and darkness(card, (60, 290, 1140, 400)) > 0.05


@pytest.mark.parametrize(
    "address, home, printed",
    [
        ("http://localhost:7860/", None, ""),
        ("http://127.0.0.1:7860/zh", None, ""),
        ("http://[::1]:7860/", None, ""),
        ("http://digits.localhost/", None, ""),
        ("https://example.org/digits/", None, "https://example.org/digits/"),
        ("http://localhost.example.org/", None, "http://localhost.example.org/"),
        ("http://localhost:7860/", "https://example.org/x", "https://example.org/x"),
    ],
)
def test_an_address_is_printed_only_if_others_can_open_it(chromium, address, home, printed):
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(address)
    page.add_script_tag(content=(WEB / "card.js").read_text("utf-8"))
    assert page.evaluate("home => publicAddress(home)", home) == printed
    page.close()
