"""The page without a server, in Chromium: where it opens, its links, its files."""

import io
import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from PIL import Image, ImageChops

from cgan import weights
from cgan.draw import hands, images, sampling, writing
from cgan.site import bundle
from tests.site.browser import DRAWN, FOLDER
from tests.site.test_shared_rules import image_of

TEXTS = json.loads((FOLDER.parent / "web/texts.json").read_text("utf-8"))
STATE = "JSON.stringify(Object.fromEntries(Object.entries(state).filter(([, value]) => value !== null)))"


def shown(page):
    """The picture that the page shows, white on black, a pixel for each of its own."""
    return image_of(page.evaluate("$('picture').firstElementChild.toDataURL()")).convert("L")


def off_by(page, expected):
    drawn = shown(page)
    assert drawn.size == expected.size
    return np.asarray(ImageChops.difference(drawn, expected)).max()


def says(page, key, **words):
    sentence = TEXTS[key]["en"].format(**words)
    page.wait_for_function("(text) => $('caption').textContent.includes(text)", arg=sentence)


def grid(z, digits, columns=None):
    return images.grid(images.to_uint8(sampling.draw(weights.shipped(), z, torch.tensor(digits))), columns)


def test_opened_from_the_disk(visit):
    page = visit()
    assert (
        off_by(page, grid(hands.seeded(51, range(10), 64).repeat_interleave(10, 0), [*range(10)] * 10, 10))
        <= 1
    )
    assert page.evaluate(DRAWN)


@pytest.mark.parametrize("path", ["/digits.html", "/parts/"])
def test_served_and_then_without_a_network(visit, server, path):
    page = visit("?digit=7&seed=6&n=64", f"{server}{path}")
    assert off_by(page, grid(hands.seeded(6, range(64), 64), [7] * 64)) <= 1
    page.context.set_offline(True)
    page.fill("[name=seed]", "7")
    says(page, "draw_many", n=64, digits="sevens", seed=7)
    page.click("#write")
    page.wait_for_function("$('picture').className.includes('written')")
    assert "tab=write" in page.url


def test_in_a_sandboxed_frame_of_another_site(chromium, server):
    page, problems = chromium.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    source = f"{server}/digits.html?digit=3&seed=1&n=16"
    page.set_content(f'<iframe sandbox="allow-scripts" width="1000" height="800" src="{source}">')
    frame = page.frames[1]
    frame.wait_for_function(DRAWN)
    assert shown(frame).size == (112, 112)
    frame.click("#copy")
    frame.wait_for_selector("#link:visible")
    assert frame.input_value("#link").startswith("?digit=3&seed=1&n=16")
    frame.click("#randomize")
    frame.wait_for_function("state.seed !== 1 && !isDrawing")
    assert problems == []
    page.close()


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", {"tab": "draw", "digit": "all", "seed": 51}),
        ("?digit=7&seed=6&n=64", {"digit": "7", "seed": 6, "n": 64}),
        ("?seed=6", {"digit": "3", "seed": 6, "n": 64}),
        ("?digit=4&seed=4294967295&n=25&i=3&slant=-1.5", {"seed": 2**32 - 1, "n": 25, "i": 3, "slant": -1.5}),
        ("?digit=12&seed=-1&n=101&slant=2.05", {"digit": "3", "seed": 13, "n": 64, "slant": 0}),
        ("?tab=write", {"hand": "natural", "text": "2026-11-25"}),
        ("?tab=write&text=1%2B1", {"hand": "one", "text": "1+1"}),
        ("?tab=write&text=22&hand=natural&turn=7&seed=5", {"hand": "natural", "turn": 7}),
        ("?tab=training&digit=5", {"tab": "draw", "digit": "5"}),
        ("?lang=zh&tab=write&w=67a737f36ad7", {"lang": "zh", "tab": "write", "hand": "natural"}),
    ],
)
def test_links(visit, query, expected):
    page = visit(query)
    found = json.loads(page.evaluate(STATE))
    assert {key: found[key] for key in expected} == expected
    again = visit(page.evaluate("query()"))
    assert again.evaluate("query()") == page.evaluate("query()")
    assert shown(again).tobytes() == shown(page).tobytes()


@pytest.mark.parametrize("variation, turn", [("one", 0), ("natural", 0), ("natural", 12), ("fresh", 0)])
def test_write(visit, compact, variation, turn):
    page = visit(f"?tab=write&seed=6&i=2&text=2026-22&hand={variation}&turn={turn}")
    z = hands.choose(compact, 6, 2, None, 6, variation, turn)
    assert off_by(page, writing.write("2026-22", compact, z)) <= 128  # at the soft edges of a sign
    digits = np.s_[:, 6:60]
    drawn, expected = (
        np.asarray(one, int)[digits] for one in (shown(page), writing.write("2026-22", compact, z))
    )
    assert np.abs(drawn - expected).max() <= 1


def test_a_learned_hand(visit, compact):
    code = hands.encode(hands.seeded(5, [0], 64)[0])
    z = hands.decode(code, 64)
    page = visit(f"?digit=all&z={code}&w={compact.id}")
    assert off_by(page, grid(z.expand(10, -1), [*range(10)], 10)) <= 1
    assert page.locator("#in-use").is_visible()
    page.click("#drop")
    page.wait_for_function("shown.picture.glyphs.length === 100")
    assert "z=" not in page.url


def test_links_of_other_weights(visit):
    other = visit("?digit=7&seed=6&n=16&w=000000000000")
    says(other, "site_other", w="000000000000", id=weights.shipped().id)
    code = hands.encode(hands.seeded(5, [0], 64)[0])
    refused = visit(f"?digit=3&z={code}&w=000000000000", wait="about")
    says(refused, "site_other_hand")
    assert not refused.locator("#picture").is_visible()
    damaged = visit(f"?digit=3&z={code[:-1]}", wait="about")
    says(damaged, "bad_hand")


def test_clicking_opens_and_back_returns(visit):
    page = visit()
    box = page.locator("#picture canvas").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.35 * box["height"])
    page.wait_for_function("state.digit === '7' && state.i === 3 && shown.picture.glyphs.length === 1")
    assert off_by(page, grid(hands.seeded(51, [3], 64), [7])) <= 1
    page.click("#next")
    page.wait_for_function("state.i === 4")
    page.go_back()
    page.wait_for_function("state.digit === 'all' && shown.picture.glyphs.length === 100")
    page.select_option("[name=digit]", "8")
    page.click("#counts label:has-text('16')")
    page.wait_for_function("shown.picture.glyphs.length === 16")
    assert re.search(r"digit=8&seed=51&n=16&w=\w{12}$", page.url)


def saved(page, button):
    with page.expect_download() as download:
        page.click(button)
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_files(visit):
    page = visit("?digit=7&seed=6&n=16")
    name, data = saved(page, "#save-raw")
    assert name == "digit_7_seed_6_28px.png"
    assert off_by(page, Image.open(io.BytesIO(data)).convert("L")) == 0
    name, data = saved(page, "#save-png")
    paper = Image.open(io.BytesIO(data)).convert("RGB")
    assert (name, paper.size) == ("digit_7_seed_6.png", (8 * 112, 8 * 112))
    assert {(251, 250, 247), (0, 0, 0)} <= {color for _, color in paper.getcolors(256)}
    name, data = saved(page, "#save-svg")
    assert name == "digit_7_seed_6.svg"
    assert len(ElementTree.fromstring(data)) == 16


def test_copy_link(visit, server, folder):
    page = visit("?digit=7&seed=6&n=16")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#copy")
    says(page, "site_copied_query")
    assert page.evaluate("navigator.clipboard.readText()").startswith("?digit=7&seed=6&n=16&w=")
    home = "https://example.org/digits"
    (folder / "home.html").write_bytes(bundle.one_file(weights.shipped(), home))
    page = visit("?digit=7&seed=6&n=16", f"{server}/home.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#copy")
    says(page, "copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{home}?digit=7")
    assert page.get_attribute("#home", "href") == home


def test_a_text_that_is_too_long_is_cut_with_a_word(visit):
    page = visit("?tab=write&text=12")
    page.fill("[name=text]", "1234567890" * 7)
    says(page, "text_cut", longest=64)
    page.wait_for_function("shown.picture.glyphs.length === 64")
