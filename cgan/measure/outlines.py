"""Measure outlines against the pictures they are of, and what a font costs, for `study outlines`."""

import io
import time

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw

from cgan.draw import font, hands, images, ink, sampling
from cgan.measure import results

DIGITS, FONTS = 300, 20
SCALE, FINER = 16, 4  # outlines are drawn at 64 times, and reduced to 16 for soft edges
CONTRAST = 6


def measure_outlines(model):
    """Return records of 300 outlines and 20 fonts of `model`.

    difference: between an outline and its picture, enlarged and with the contrast the page shows it with, in
    % of the picture's ink; the mean and the worst. kilobytes, milliseconds: the largest font, and the median
    CPU time of making one.
    """
    tiles = images.to_uint8(sampling.generate([i % 10 for i in range(DIGITS)], 0, model)).numpy()
    found = 100 * np.array(differences(tiles))
    points = np.mean([sum(map(len, ink.outline_picture(tile))) for tile in tiles])
    sizes, times = [], []
    for z in hands.seeded(0, range(FONTS), model.z_dim):
        start = time.process_time()
        data, _ = font.make_font(model, z)
        times.append(1000 * (time.process_time() - start))
        TTFont(io.BytesIO(data), lazy=False).ensureDecompiled()  # raises if a table cannot be read
        sizes.append(len(data) / 1000)
    lines = {
        f"{DIGITS} digits": {"difference": found.mean(), "worst_difference": found.max(), "points": points},
        f"{FONTS} fonts": {"kilobytes": max(sizes), "milliseconds": np.median(times)},
    }
    about = {"what": "study", "name": "outlines", "weights": model.id}
    return [r for line, found in lines.items() for r in results.make(found, **about, setting=line)]


def differences(tiles):
    """Return the differences of pictures, uint8 (n, 28, 28), and their outlines, as shares of the ink."""
    found = []
    for tile in tiles:
        shown = as_shown(tile)
        found.append(float(np.abs(drawn(ink.outline_picture(tile)) - shown).sum() / shown.sum()))
    return found


def as_shown(tile):
    """Enlarge a picture smoothly and apply the page's contrast: float (448, 448) from 0 to 1."""
    size = (28 * SCALE, 28 * SCALE)
    enlarged = Image.fromarray(tile.astype(np.float32) / 255).resize(size, Image.Resampling.BICUBIC)
    return np.clip((np.asarray(enlarged) - 0.5) * CONTRAST + 0.5, 0, 1)


def drawn(shape):
    """Draw outlines by Pillow, filled by the even-odd rule: float (448, 448) from 0 to 1."""
    size = 28 * SCALE * FINER
    image = Image.new("1", (size, size))
    t = np.linspace(0, 1, 6, endpoint=False)[:, None, None]
    for p in shape:
        start, end = (p + np.roll(p, 1, axis=0)) / 2, (p + np.roll(p, -1, axis=0)) / 2
        curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * p + t**2 * end  # (6, n, 2)
        points = curve.transpose(1, 0, 2).reshape(-1, 2) * SCALE * FINER - 0.5
        inside = Image.new("1", image.size)
        ImageDraw.Draw(inside).polygon([*map(tuple, points.tolist())], fill=1)
        image = ImageChops.logical_xor(image, inside)
    return np.asarray(image.convert("L").reduce(FINER)) / 255
