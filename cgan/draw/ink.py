"""Outlines of ink, for SVG and fonts: digits and signs as closed quadratic B-splines.

An outline is float (n, 2): x to the right and y downwards, in the pixels of a 28 x 28 digit. These are the
control points, so the curve goes from the middle of one pair to the middle of the next. Outer contours run
clockwise, holes the other way. A shape is a list of outlines.
"""

import itertools
import math

import numpy as np
from contourpy import FillType, contour_generator
from PIL import Image

HALF = 0.5  # where ink ends
ZOOM = 2  # contours are taken on a picture this much larger; at 28 pixels, small loops are lost
MIN_PART, MIN_HOLE, MIN_JOINED = 4, 1, 0.3  # square pixels; what is smaller is dropped, or not joined
GAP_INK = 0.2  # parts with at least this much ink all the way between them are joined
STEP, SMOOTH = 1.0, 2.5  # pixels: between control points; the shortest wave that is kept of an outline


def outline_picture(picture):
    """Outline the ink of a picture, uint8 (H, W), where it is more than half black. Specks are dropped."""
    ink = np.pad(np.asarray(picture), 2).astype(np.float32) / 255  # 2: contours close within the picture
    height, width = ink.shape
    size = (ZOOM * width, ZOOM * height)
    ink = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC))
    x, y = ((np.arange(n) + 0.5) / ZOOM - 2 for n in size)
    return _splines(part for part in _joined(ink, x, y) if _area(part[0]) >= MIN_PART)


def outline_strokes(strokes, weight):
    """Outline strokes, lists of points (x, y), of a pen `weight` wide with a round tip."""
    points = np.concatenate(strokes)
    low, high = points.min(0) - weight, points.max(0) + weight
    x, y = (np.arange(start, end, 1 / ZOOM / 2) for start, end in zip(low, high, strict=True))
    lines = [line for stroke in strokes for line in itertools.pairwise(stroke)]
    distance = np.min([_distance(x, y, *line) for line in lines], axis=0)
    ink = HALF + weight / 2 - distance
    return _splines(_parts(ink, x, y))


def grid(digits, pictures, columns=None):
    """Outline pictures, uint8 (n, 28, 28), in the places of `images.grid`; returns what `svg` takes."""
    columns = columns or math.ceil(math.sqrt(len(pictures)))
    shapes = zip(digits, map(outline_picture, pictures), strict=True)
    placed = [
        (digit, shape, 28 * (i % columns), 28 * (i // columns)) for i, (digit, shape) in enumerate(shapes)
    ]
    return placed, 28 * columns, 28 * math.ceil(len(pictures) / columns)


def svg(placed, width, height):
    """Return an SVG file, black on transparent, of (character, outlines, x, y): one path for each."""
    about = f"<title>{' '.join(str(character) for character, *_ in placed)}</title>\n"
    if sentence := too_faint(placed):
        about += f"<desc>{sentence}</desc>\n"
    paths = "".join(f'<path d="{_path(shape, x, y)}"/>\n' for _, shape, x, y in placed if shape)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{about}{paths}</svg>\n'.encode()


def too_faint(named):
    """Return a sentence about the characters of (character, outlines, ...) without an outline, or ""."""
    faint = ", ".join(dict.fromkeys(str(character) for character, shape, *_ in named if not shape))
    return f"Left out, as no part is more than half black: {faint}." if faint else ""


def _path(shape, x, y):
    data = []
    for outline in shape:
        outline = outline + (x, y)
        ends = (outline + np.roll(outline, -1, axis=0)) / 2
        data.append("M{:.2f} {:.2f}".format(*ends[-1]))
        data += ["Q{:.2f} {:.2f} {:.2f} {:.2f}".format(*points) for points in np.hstack([outline, ends])]
        data.append("Z")
    return "".join(data)


def _parts(ink, x, y):
    """Return the parts of the ink: lists of the outer contour, float (n, 2), and those of its holes."""
    generator = contour_generator(x, y, ink, fill_type=FillType.OuterOffset)
    parts = []
    for points, offsets in zip(*generator.filled(HALF, np.inf), strict=True):
        outer, *holes = [points[start : end - 1] for start, end in itertools.pairwise(offsets)]
        parts.append([outer, *(hole for hole in holes if -_area(hole) >= MIN_HOLE)])
    return parts


def _area(contour):
    """Return the area in a contour by the shoelace formula; negative if it runs anticlockwise."""
    x, y = contour.T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _joined(ink, x, y):
    """Return the parts of the ink, strengthened where a thin stroke is too faint to hang together."""
    for _ in range(9):
        parts = _parts(ink, x, y)
        outers = [part[0] for part in parts if _area(part[0]) >= MIN_JOINED]
        gaps = [_gap(ink, x, y, a, b) for a, b in itertools.combinations(outers, 2)]
        faintest, a, b = max(gaps, key=lambda gap: gap[0], default=(0, None, None))
        if faintest < GAP_INK:
            break
        near = np.clip(1 - _distance(x, y, a, b), 0, 1)
        ink = ink * (1 + (1.1 * HALF / faintest - 1) * near)
    return parts


def _gap(ink, x, y, a, b):
    """Find where two contours are nearest. Returns the least ink on the line between, and its ends."""
    apart = np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))
    i, j = np.unravel_index(apart.argmin(), apart.shape)
    line = np.linspace(a[i], b[j], 2 + int(4 * ZOOM * apart[i, j]))
    columns, rows = ((line - (x[0], y[0])) * ZOOM).round().astype(int).T
    return ink[rows, columns].min(), a[i], b[j]


def _distance(x, y, a, b):
    """Return the distance of the points of a grid, (len(y), len(x)), from the line between a and b."""
    grid, a, b = np.stack(np.meshgrid(x, y), axis=-1), np.asarray(a), np.asarray(b)
    along = np.clip((grid - a) @ (b - a) / max((b - a) @ (b - a), 1e-9), 0, 1)
    return np.linalg.norm(grid - a - along[..., None] * (b - a), axis=-1)


def _splines(parts):
    return [_spline(contour) for part in parts for contour in part]


def _spline(contour):
    """Return the control points of a quadratic B-spline along a closed contour, float (n, 2).

    Waves shorter than SMOOTH, the steps of pixels, are filtered out. In the middle of a segment the curve is
    at p[i-1] / 8 + 3 p[i] / 4 + p[i+1] / 8; dividing the spectrum finds the p that reach the contour there.
    """
    contour = np.vstack([contour, contour[:1]])
    at = np.append(0, np.hypot(*np.diff(contour, axis=0).T).cumsum())
    n = max(8, round(at[-1] / STEP))
    steps = np.arange(n) * at[-1] / n
    points = np.stack([np.interp(steps, at, axis) for axis in contour.T], axis=1)
    waves = np.fft.rfftfreq(n)[:, None]  # per point
    smooth = 1 / (1 + (SMOOTH * n / at[-1] * waves) ** 6)
    return np.fft.irfft(
        np.fft.rfft(points, axis=0) * smooth / (0.75 + 0.25 * np.cos(2 * np.pi * waves)), n, axis=0
    )
