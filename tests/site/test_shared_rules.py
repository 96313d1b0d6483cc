"""What the page without a server does as Python does: drawings in MNIST's form, lines of text, outlines."""

import base64
import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from PIL import Image, ImageChops, ImageDraw

from cgan.draw import drawings, hands, images, ink, sampling, writing
from tests.site.browser import FOLDER, Scripts

IN_MNISTS_FORM = """async (source) => {
  const image = Object.assign(new Image(), { src: source });
  await image.decode();
  const { width, height } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  const found = fromCanvas(canvas);
  return found && [...found];
}"""
TEXT = """([text, tiles]) => {
  const canvas = document.createElement("canvas");
  const picture = textOf(normalise(text, SIGNS), tiles.map((tile) => Uint8Array.from(tile)), SIGNS);
  paint(canvas, picture, SIGNS);
  const { width, height, weight, glyphs } = picture;
  const places = glyphs.map(({ digit, sign, x, from = 0 }) => [digit ?? sign, x + from]);
  return { width, height, weight, places, png: canvas.toDataURL(), svg: svgOf(picture, SIGNS) };
}"""
GRID = "([digits, tiles]) => svgOf(gridOf(digits, Uint8Array.from(tiles.flat())), SIGNS)"
RENDER = """async ([svg, width, height]) => {
  const image = Object.assign(new Image(), { src: `data:image/svg+xml,${encodeURIComponent(svg)}` });
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(image, 0, 0, width, height);
  return canvas.toDataURL();
}"""


@pytest.fixture(scope="module")
def more(chromium):
    """The scripts, and those of the page that need no page."""
    found = Scripts(chromium)
    signs = (FOLDER.parent / "web/signs.json").read_text("utf-8")
    found.page.add_script_tag(content=f"const SIGNS = {signs};")
    for name in ("drawings", "writing", "outlines"):
        found.page.add_script_tag(path=FOLDER / f"{name}.js")
    return found.page


def image_of(url):
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def in_browser(page, drawing):
    file = io.BytesIO()
    drawing.save(file, "PNG")
    return page.evaluate(
        IN_MNISTS_FORM, f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    )


def stroke(points, width=26):
    """A stroke, white on black, as the pad makes it."""
    drawing = Image.new("L", (280, 280))
    pen = ImageDraw.Draw(drawing)
    pen.line(points, fill=255, width=width, joint="curve")
    for x, y in points:
        pen.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)
    return drawing


def tiles_of(weights, z, digits):
    tiles = images.to_uint8(sampling.draw(weights, z.expand(len(digits), -1), torch.tensor(digits)))
    return tiles.flatten(1)


@pytest.mark.parametrize(
    "points",
    [
        [(90, 60), (180, 50), (120, 130), (200, 190), (90, 230)],  # a 3
        [(145, 40), (138, 243)],  # a 1
        [(20, 130), (260, 150)],  # flat
        [(15, 15), (90, 15), (40, 90)],  # in a corner
        [(130, 130), (135, 150)],  # small: becomes larger
    ],
)
def test_a_drawing_in_mnists_form(more, points):
    expected = drawings.from_image(stroke(points))[0].numpy()
    found = np.array(in_browser(more, stroke(points))).reshape(28, 28)
    assert found.max() == 1
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_what_shows_no_digit(more):
    scribble = [(280 * (i % 2), 20 * i) for i in range(15)]
    for drawing in (Image.new("L", (280, 280)), stroke([(140, 140)], 6), stroke(scribble, 40)):
        assert in_browser(more, drawing) is None


@pytest.mark.parametrize("text", ["2026-11-25", "(3+4)x5=35", "1.5 : 0,3 / 2", "7", "12\n345", "３×４"])
@pytest.mark.parametrize("seed", [13, 5])
def test_a_text_as_python_writes_it(more, compact, text, seed):
    z = hands.seeded(seed, [0], 64)
    digits = [int(character) for character in writing.normalise(text) if character.isdigit()]
    weight, placed, size = writing._lay_out(text, compact, z, None)
    found = more.evaluate(TEXT, [text, tiles_of(compact, z, digits).tolist()])
    assert found["places"] == [[character, x] for character, _, x, _ in placed]
    assert (found["width"], found["height"]) == size
    assert found["weight"] == pytest.approx(weight)
    drawn, expected = image_of(found["png"]).convert("L"), writing.write(text, compact, z)
    assert drawn.size == expected.size
    difference = np.asarray(ImageChops.difference(drawn, expected), float)
    for _, glyph, x, y in (glyph for glyph in placed if glyph[0].isdigit()):
        assert difference[y : y + glyph.height, x : x + glyph.width].max() == 0
    assert difference.mean() < 2  # signs have soft edges of their own


@pytest.mark.parametrize(
    "typed, key", [("1a", "bad_sign"), ("٣", "bad_sign"), (" \n", "no_text"), ("", "no_text")]
)
def test_what_cannot_be_written(more, typed, key):
    script = "(text) => { try { return normalise(text, SIGNS); } catch (error) { return error.message; } }"
    assert more.evaluate(script, typed) == key


def test_lines_are_broken_at_spaces(more):
    broken = more.evaluate("([text, most]) => wrap(text, most)", ["12 345 6789\n1234567890", 7])
    assert broken == "12 345\n6789\n1234567\n890"


def test_outlines_cover_the_ink(more, compact):
    """Of a rendered SVG, and of Python's, as much lies within the ink at half black."""
    digits = list(range(10)) * 2
    tiles = tiles_of(compact, hands.seeded(13, [0], 64), digits)
    svg = more.evaluate(GRID, [digits, tiles.tolist()])
    root = ElementTree.fromstring(svg)
    width, height = (int(root.get(name)) for name in ("width", "height"))
    assert len(root) == 20
    pictures = tiles.view(-1, 28, 28)
    theirs = ink.svg(*ink.grid(digits, pictures.numpy())).decode()
    covered, expected = (
        np.asarray(image_of(more.evaluate(RENDER, [one, 4 * width, 4 * height])).getchannel("A"), float) / 255
        for one in (svg, theirs)
    )
    assert expected.mean() > 0.1
    assert np.abs(covered - expected).mean() < 0.1 * expected.mean()


def test_faint_strokes_are_joined(more, compact):
    """Digits of many hands in pale ink have as many outlines as Python's."""
    digits = [4, 5, 7] * 20
    tiles = tiles_of(compact, hands.seeded(2, range(20), 64).repeat_interleave(3, 0), digits) // 4 * 3
    pictures = tiles.view(-1, 28, 28).numpy()
    joined, parted = ([] for _ in range(2))
    for picture in pictures:
        joined.append(len(ink.outline_picture(picture)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ink, "GAP_INK", 1)
            parted.append(len(ink.outline_picture(picture)))
    assert sum(map(int.__ne__, joined, parted)) >= 3
    svg = ElementTree.fromstring(more.evaluate(GRID, [digits, tiles.tolist()]))
    ours = [path.get("d").count("M") for path in svg]
    assert sum(map(int.__ne__, ours, joined)) <= 1  # one may lie at the edge of what is dropped


def test_signs_in_svg(more, compact):
    z = hands.seeded(13, [0], 64)
    svg = more.evaluate(TEXT, ["1+1=2", tiles_of(compact, z, [1, 1, 2]).tolist()])["svg"]
    pens = [path.get("stroke-width") for path in ElementTree.fromstring(svg)]
    assert [pen is not None for pen in pens] == [False, True, False, True, False]
