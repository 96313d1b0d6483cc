"""Numbers, dates and sums as handwriting: digits drawn by the network, signs by strokes as thick as theirs.

Lengths are pixels of a drawn digit's 28.
"""

import torch
from PIL import Image, ImageChops, ImageDraw
from torch.nn.functional import avg_pool2d, pad

from cgan import images, sampling
from cgan.cli import BadInput

MAX_TEXT = 64
HANDS = ["one", "fresh"]
GROUNDS = ["black", "white", "transparent"]
BASELINE, LINE, MARGIN, GAP, SPACE = 24, 32, 6, 2, 9
BOW = [(4, 3), (1.6, 7), (0.4, 11), (0, 15), (0.4, 19), (1.6, 23), (4, 27)]
STROKES = {  # from x = 0 on; y is counted from the top, and digits stand between 4 and the baseline
    "+": [[(0, 15), (9, 15)], [(4.5, 10.5), (4.5, 19.5)]],
    "-": [[(0, 15), (7, 15)]],
    "x": [[(0, 11), (8, 20)], [(8, 11), (0, 20)]],
    "=": [[(0, 12.5), (9, 12.5)], [(0, 17.5), (9, 17.5)]],
    ".": [[(0, 23), (0.2, 23)]],
    ",": [[(1.2, 22.5), (0, 26.5)]],
    ":": [[(0, 13), (0.2, 13)], [(0, 22), (0.2, 22)]],
    "/": [[(8, 4), (0, 25)]],
    "(": [BOW],
    ")": [[(4 - x, y) for x, y in BOW]],
}


def write(text, seed, weights, hand="one", ground="black"):
    """The text as an image, with ink and its soft edges on a black, white or transparent ground.

    hand: "one" writes all digits from the seed's first row of noise, "fresh" each from its own.
    Raises BadInput.
    """
    check(text, hand, ground)
    digits = [int(character) for character in text if character.isdigit()]
    indices = [0] * len(digits) if hand == "one" else list(range(len(digits)))
    tiles = _without_specks(images.to_uint8(sampling.generate(digits, seed, weights, indices)))
    thickness, tiles = _thickness(tiles), iter(tiles)
    lines = []
    for line in text.split("\n"):
        x, placed = 0, []
        for character in line:
            if character == " ":
                x += SPACE
                continue
            glyph = _digit(next(tiles)) if character.isdigit() else _sign(character, thickness)
            placed.append((x, glyph))
            x += glyph.width + GAP
        lines.append((x, placed))
    size = 2 * MARGIN + max(x for x, _ in lines), 2 * MARGIN + LINE * len(lines)
    ink = Image.new("L", size)
    for row, (_, placed) in enumerate(lines):
        for x, glyph in placed:
            ink.paste(glyph, (MARGIN + x, MARGIN + LINE * row))
    if ground == "transparent":
        image = Image.new("LA", size)
        image.putalpha(ink)
        return image
    return ink if ground == "black" else ImageChops.invert(ink)


def check(text, hand, ground):
    """Raises BadInput unless `write` can write this."""
    known = set("0123456789 \n").union(STROKES)
    if strange := [character for character in text if character not in known]:
        raise BadInput(
            f"text may have the digits 0-9, the signs {' '.join(STROKES)}, spaces and new lines, "
            f"not {strange[0]!r}."
        )
    if not 1 <= len(text) <= MAX_TEXT or text.isspace():
        raise BadInput(f"text must have 1 to {MAX_TEXT} characters, not {len(text.strip()) and len(text)}.")
    for name, value, choices in (("hand", hand, HANDS), ("ground", ground, GROUNDS)):
        if value not in choices:
            raise BadInput(f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {value[:40]!r}.")


def _without_specks(tiles):
    """uint8 (N, 28, 28), black where less than three pixels' worth of ink are near: a stroke has more."""
    ink = tiles[:, None].float() / 255
    return tiles * (25 * avg_pool2d(ink, 5, stride=1, padding=2)[:, 0] >= 3)


def _thickness(tiles):
    """Of the strokes in uint8 (N, 28, 28): twice the area of a stroke over the length of its two edges."""
    ink = tiles.double() / 255
    down, right = ink.diff(dim=1)[:, :, 1:], ink.diff(dim=2)[:, 1:]
    edges = (down**2 + right**2).sqrt().sum().item()
    return min(5.0, max(1.5, 2 * ink.sum().item() / edges)) if edges else 2.5


def _digit(tile):
    """A tile, uint8 (28, 28), as an image of its ink's width and LINE high, standing on the baseline."""
    strong = tile > 90
    columns = (strong.sum(dim=0) > 1).nonzero()  # one dot alone is no stroke
    rows = (strong.sum(dim=1) > 1).nonzero()
    left, right = (columns[0].item(), columns[-1].item() + 1) if len(columns) else (9, 19)
    bottom = rows[-1].item() + 1 if len(rows) else BASELINE
    canvas = torch.zeros(LINE, right - left + 2, dtype=torch.uint8)
    canvas[LINE - 28 :] = pad(tile, (1, 1, 0, 0))[:, left : right + 2]
    return Image.fromarray(canvas.roll(BASELINE - bottom - (LINE - 28), 0).numpy())


def _sign(character, thickness, scale=8):
    """A sign as an image of its strokes' width and LINE high: drawn larger and reduced, for soft edges."""
    strokes = STROKES[character]
    width = max(x for stroke in strokes for x, _ in stroke) + thickness
    image = Image.new("L", (scale * (int(width) + 2), scale * LINE))
    draw, radius = ImageDraw.Draw(image), scale * thickness / 2
    for stroke in strokes:
        points = [(scale * (x + 0.5) + radius, scale * y) for x, y in stroke]
        draw.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in points:  # round ends
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return image.reduce(scale)
