"""Write numbers, dates and sums: the network draws the digits, signs are strokes of the same weight.

Lengths are in the pixels of a 28 x 28 digit.
"""

import json
import textwrap
import unicodedata
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch.nn.functional import avg_pool2d, pad

from cgan.cli import need, whole_number
from cgan.draw import images, sampling
from cgan.draw.ink import outline_picture, outline_strokes
from cgan.draw.styles import edge_lengths
from cgan.networks.settings import usual

MAX_TEXT = 64
BASELINE, LINE, MARGIN, GAP, SPACE = 24, 32, 6, 2, 9
# Of each sign: what else people type for it, after NFKC, and its strokes; x from 0, y from the top.
SIGNS = json.loads(Path(__file__).parents[1].joinpath("web/signs.json").read_text("utf-8"))
TYPED = {ord(typed): sign for sign, about in SIGNS.items() for typed in about["typed"]}
STROKES = {sign: about["strokes"] for sign, about in SIGNS.items()}


@usual()
def write(text, weights, hands, background="black", wrap=None):
    """Write a text as an image: ink with soft edges on one of `images.BACKGROUNDS`.

    Args:
        text: 1 to 64 digits, signs, spaces and newlines; for the signs, see STROKES and `normalise`.
        hands: float (1, z_dim), one hand for all digits, or (n, z_dim), one for each digit of the text.
        wrap: characters in a line; longer lines are broken.

    Raises:
        BadInput: the text cannot be written, or there is no such background.
    """
    _, glyphs, (width, height) = _lay_out(text, weights, hands, wrap)
    ink = Image.new("L", (width, height))
    for _, glyph, x, y in glyphs:
        ink.paste(glyph, (x, y))
    return images.on_background(ink, background)


def outlines(text, weights, hands, wrap=None):
    """Return a text as outlines in the places of `write`.

    Returns:
        A list of (character, outlines, x, y), the width and the height; see `ink.svg`.
    """
    weight, glyphs, (width, height) = _lay_out(text, weights, hands, wrap)
    placed = []
    for character, glyph, x, y in glyphs:
        if character.isdigit():
            placed.append((character, outline_picture(np.asarray(glyph)), x, y))
        else:
            placed.append((character, outline_strokes(STROKES[character], weight), x + (1 + weight) / 2, y))
    return placed, width, height


def _lay_out(text, weights, hands, wrap):
    """Lay out a text. Returns the stroke weight, a list of (character, glyph, x, y), and (width, height)."""
    text = normalise(text)
    lines = text.split("\n")
    if wrap is not None:
        wrap = whole_number("wrap", wrap, 1, MAX_TEXT)
        lines = [part for line in lines for part in textwrap.wrap(line, wrap, break_on_hyphens=False) or [""]]
    digits = torch.tensor([int(character) for character in text if character.isdigit()], dtype=torch.long)
    tiles = sampling.draw(weights, hands.expand(len(digits), -1), digits)
    tiles = without_stray_ink(images.to_uint8(tiles))
    weight, tiles = stroke_weight(tiles), iter(tiles)
    lines, placed = [_typeset(line, tiles, weight) for line in lines], []
    for row, (_, glyphs) in enumerate(lines):
        placed += [(character, glyph, MARGIN + x, MARGIN + LINE * row) for character, glyph, x in glyphs]
    width = max(width for width, _ in lines)
    return weight, placed, (2 * MARGIN + width, 2 * MARGIN + LINE * len(lines))


def normalise(text):
    """Replace signs as people type them by those that can be written. Raises BadInput.

    Full-width characters become narrow (NFKC); multiplication signs become x, dashes and minus signs -,
    division signs /.
    """
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n")).translate(TYPED)
    need(text.strip(), "There is nothing to write; type digits or signs, such as 2026-11-25.")
    need(len(text) <= MAX_TEXT, f"text must have at most {MAX_TEXT} characters, not {len(text)}.")
    known = f"the digits 0-9, the signs {' '.join(STROKES)}, spaces and new lines"
    for character in text:
        need(character in {*"0123456789 \n", *STROKES}, f"text may contain {known}, not {character!r}.")
    return text


def count_digits(text):
    """Return the number of digits that `write` draws for this text. Raises BadInput."""
    return sum(character.isdigit() for character in normalise(text))


def _typeset(line, tiles, weight):
    """Typeset a line with the next digits of `tiles`. Returns its width and [(character, glyph, x), ...]."""
    x, glyphs = 0, []
    for character in line:
        if character == " ":
            x += SPACE
            continue
        glyph = _digit(next(tiles)) if character.isdigit() else _sign(character, weight)
        glyphs.append((character, glyph, x))
        x += glyph.width + GAP
    return x, glyphs


def without_stray_ink(tiles):
    """Blacken pixels of uint8 (N, 28, 28) with less than three pixels' worth of ink in the 5 x 5 around."""
    ink = tiles[:, None].float() / 255
    return tiles * (25 * avg_pool2d(ink, 5, stride=1, padding=2)[:, 0] >= 3)


def stroke_weight(tiles):
    """Return the stroke weight in uint8 (N, 28, 28): twice the area over the length of the edges."""
    ink = tiles.double() / 255
    edges = edge_lengths(ink).sum().item()
    return min(5.0, max(1.5, 2 * ink.sum().item() / edges)) if edges else 2.5


def _digit(tile):
    """Turn a tile, uint8 (28, 28), into an image as wide as its ink, LINE high, standing on the baseline."""
    strong = tile > 90
    columns = (strong.sum(dim=0) > 1).nonzero()  # a single dot is not a stroke
    rows = (strong.sum(dim=1) > 1).nonzero()
    left, right = (columns[0].item(), columns[-1].item() + 1) if len(columns) else (9, 19)
    bottom = rows[-1].item() + 1 if len(rows) else BASELINE
    canvas = torch.zeros(LINE, right - left + 2, dtype=torch.uint8)
    canvas[LINE - 28 :] = pad(tile, (1, 1, 0, 0))[:, left : right + 2]
    return Image.fromarray(canvas.roll(BASELINE - bottom - (LINE - 28), 0).numpy())


def _sign(character, weight, scale=8):
    """Draw a sign, LINE high: `scale` times larger, then reduced for soft edges."""
    strokes = STROKES[character]
    width = max(x for stroke in strokes for x, _ in stroke) + weight
    image = Image.new("L", (scale * (int(width) + 2), scale * LINE))
    draw, radius = ImageDraw.Draw(image), scale * weight / 2
    for stroke in strokes:
        points = [(scale * (x + 0.5) + radius, scale * y) for x, y in stroke]
        draw.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in points:  # round ends
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return image.reduce(scale)
