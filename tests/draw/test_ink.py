"""Outlines: areas and directions by geometry, specks, gaps, and the SVG file."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from cgan.draw import hands, images, ink, sampling, writing
from cgan.measure.outlines import differences

Y, X = np.mgrid[:28, :28] - 13.5
FROM_CENTRE = np.hypot(X, Y)


def picture(distance):
    """A picture of what is at a negative distance, with soft edges a pixel wide."""
    return (255 * np.clip(0.5 - distance, 0, 1)).round().astype(np.uint8)


def area(outline):
    """By Green's theorem along the spline's segments; positive if it runs clockwise, as y is downwards."""
    start, control, end = segments(outline)
    cross = [
        a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] for a, b in ((start, control), (control, end), (start, end))
    ]
    return (cross[0] / 3 + cross[1] / 3 + cross[2] / 6).sum()


def segments(outline):
    middles = (outline + np.roll(outline, -1, axis=0)) / 2
    return np.roll(middles, 1, axis=0), outline, middles


@pytest.mark.parametrize("radius", [3, 7])
def test_a_disc_is_round(radius):
    (outline,) = ink.outline_picture(picture(FROM_CENTRE - radius))
    _, _, on_curve = segments(outline)
    assert np.abs(np.hypot(*(on_curve - 14).T) - radius).max() < 0.1
    assert area(outline) == pytest.approx(radius**2 * math.pi, rel=0.01)


def test_holes_run_the_other_way():
    ring = ink.outline_picture(picture(np.abs(FROM_CENTRE - 6) - 2))
    assert [round(area(outline) / math.pi) for outline in ring] == [64, -16]


def test_ink_that_reaches_the_border_is_closed_there():
    (outline,) = ink.outline_picture(np.full((28, 28), 255, np.uint8))
    assert area(outline) == pytest.approx(784, rel=0.01)


@pytest.mark.parametrize("radius, parts", [(1, 1), (1.3, 2)])
def test_a_speck_is_dropped(radius, parts):
    speck = np.hypot(X - 10, Y) - radius
    shape = ink.outline_picture(picture(np.minimum(FROM_CENTRE - 5, speck)))
    assert len(shape) == parts  # a radius of 1.13 is 4 square pixels


@pytest.mark.parametrize("faintest, parts", [(0.1, 2), (0.3, 1), (0.45, 1)])
def test_a_stroke_that_is_faint_in_the_middle_hangs_together(faintest, parts):
    stroke = picture(np.abs(Y) - 1.5).astype(float)
    stroke[:, :3] = stroke[:, 25:] = 0
    stroke *= 1 - (1 - faintest) * np.exp(-((X / 1.2) ** 2))
    assert len(ink.outline_picture(stroke.astype(np.uint8))) == parts


def test_strokes_have_the_area_of_a_round_pen():
    (minus,) = ink.outline_strokes([[(0, 15), (12, 15)]], 2.5)
    assert area(minus) == pytest.approx(12 * 2.5 + math.pi * 1.25**2, rel=0.01)
    assert minus.mean(0) == pytest.approx([6, 15], abs=0.02)
    for weight in (1.5, 5):
        shapes = {sign: ink.outline_strokes(strokes, weight) for sign, strokes in writing.STROKES.items()}
        assert {sign for sign, shape in shapes.items() if len(shape) == 2} == set("=:")
        assert all(area(outline) > 0 for shape in shapes.values() for outline in shape)


def test_outlines_are_like_the_pictures_they_are_of(compact):
    tiles = images.to_uint8(sampling.generate([*range(10)] * 5, 3, compact)).numpy()
    found = np.array(differences(tiles))
    assert found.mean() < 0.05 and found.max() < 0.12


def test_an_svg_file_has_a_path_for_each_digit_in_its_place(compact):
    z = hands.seeded(7, [0], compact.z_dim)
    placed, width, height = writing.outlines("12\n-3", compact, z)
    file = ElementTree.fromstring(ink.svg(placed, width, height))
    assert (
        file.get("viewBox") == f"0 0 {width} {height}"
        and (width, height) == writing.write("12\n-3", compact, z).size
    )
    paths = file.findall("{*}path")
    assert file.find("{*}title").text == "1 2 - 3" and len(paths) == 4
    for path, (_, shape, x, y) in zip(paths, placed, strict=True):
        assert re.fullmatch(r"(M[\d. ]+(Q[\d. ]+)+Z)+", path.get("d"))
        assert path.get("d").count("Z") == len(shape) and path.get("d").count("Q") == sum(map(len, shape))
        points = np.array(re.findall(r"[\d.]+", path.get("d")), float).reshape(-1, 2)
        assert points.min(0) == pytest.approx(np.concatenate(shape).min(0) + (x, y), abs=0.2)


def test_a_digit_too_faint_to_outline_is_left_out_and_named():
    faint, disc = picture(FROM_CENTRE - 7) // 3, picture(FROM_CENTRE - 7)
    placed, width, height = ink.grid([4, 0, 4], np.stack([faint, disc, faint]))
    assert (width, height) == (56, 56) and placed[1][2:] == (28, 0) and placed[2][2:] == (0, 28)
    sentence = "Left out, as no part is more than half black: 4."
    assert ink.too_faint(placed) == sentence and ink.too_faint(placed[1:2]) == ""
    file = ElementTree.fromstring(ink.svg(placed, width, height))
    assert file.find("{*}desc").text == sentence and len(file.findall("{*}path")) == 1
