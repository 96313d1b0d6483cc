"""Cards of the page without a server: those of a text and of a hand, with an address if it has a home."""

import io

import pytest
from PIL import Image

from cgan import weights
from cgan.site import bundle

HOME = "https://example.org/digits/"
ADDRESS, SEAL, TOP, LINES = (700, 555, 1140, 600), (74, 570), (60, 30, 300, 270), (60, 290, 900, 520)


def saved(page):
    with page.expect_download() as download:
        page.click("#save-card")
    card = Image.open(io.BytesIO(download.value.path().read_bytes())).convert("RGB")
    assert card.size == (1200, 630) and card.getpixel(SEAL) == (168, 50, 31)
    return download.value.suggested_filename, card


def darkest(card, box):
    return card.crop(box).convert("L").getextrema()[0]


@pytest.mark.parametrize("home", [None, HOME])
def test_a_card_of_a_text(visit, folder, home):
    (folder / "card.html").write_bytes(bundle.one_file(weights.shipped(), home))
    page = visit("?tab=write&text=2026&lang=zh", f"file://{folder}/card.html")
    name, card = saved(page)
    assert name == "write_card.png" and darkest(card, (60, 60, 1140, 440)) < 30
    assert (darkest(card, ADDRESS) < 130) == bool(home)
    page.click("#draw")
    page.wait_for_selector("#save-card", state="hidden")


def test_a_card_of_a_hand(visit):
    page = visit("?tab=hand&z=" + "A" * 86, wait="about && !isDrawing")
    page.wait_for_selector("#save-card", state="visible")
    name, card = saved(page)
    assert name == "hand_card.png" and darkest(card, LINES) < 30 and darkest(card, (60, 30, 300, 100)) > 200
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    assert darkest(saved(page)[1], TOP) < 30
