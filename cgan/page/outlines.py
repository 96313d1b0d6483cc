"""The answers in routes.py that are outlines: digits and texts as SVG, the font of a hand."""

import re
from urllib.parse import quote

import torch

from cgan.draw import font, hands, images, ink, sampling, styles, writing
from cgan.page.pictures import styled_hands


def digit_svg(weights, digit, n=1, **hand):
    z = styled_hands(weights, n, **hand)
    return _svg(weights, z, [digit] * n)


def all_svg(weights, n=1, **hand):
    z = styled_hands(weights, n, **hand).repeat_interleave(10, dim=0)
    return _svg(weights, z, [*range(10)] * n, columns=10)


def text_svg(weights, text, hand="one", wrap=None, **start):
    z = styled_hands(weights, writing.count_digits(text), variation=hand, **start)
    return ink.svg(*writing.outlines(text, weights, z, wrap))


def hand_ttf(weights, name=None, woff2=False, **hand):
    """Return a font and headers with its file name."""
    sampling.conditional(weights)  # raises BadInput
    style = {key: hand.pop(key) for key in styles.STYLES if key in hand}
    z = hands.choose(weights, **hand)[0]
    data, _ = font.make_font(weights, z, name, woff2, **style)
    return data, _download(name or "hand", "woff2" if woff2 else "ttf")


def hand_woff2(weights, **asked):
    return hand_ttf(weights, woff2=True, **asked)


def _svg(weights, z, digits, columns=None):
    tiles = images.to_uint8(sampling.draw(weights, z, torch.tensor(digits)))
    return ink.svg(*ink.grid(digits, tiles.numpy(), columns))


def _download(name, suffix):
    """Return the header that names a download: letters and digits of any script, the rest as hyphens."""
    stem = re.sub(r"[\W_]+", "-", name).strip("-") or "hand"
    unicode = quote(f"{stem}.{suffix}")
    return {"Content-Disposition": f"attachment; filename=\"hand.{suffix}\"; filename*=UTF-8''{unicode}"}
