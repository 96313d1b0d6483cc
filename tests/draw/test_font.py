"""Fonts: read back by fontTools and drawn by FreeType; their digits take turns."""

import io

import numpy as np
import pytest
import torch
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont, features

from cgan.cli import BadInput
from cgan.draw import font, hands, ink, writing

shaped = pytest.mark.skipif(
    not features.check("raqm"), reason="Pillow has no Raqm to apply OpenType features"
)


@pytest.fixture(scope="module")
def made(compact):
    return font.make_font(compact, hands.seeded(1, [0], compact.z_dim)[0], "手 of Ann")[0]


def write(data, text, size=64, **options):
    face = ImageFont.truetype(io.BytesIO(data), size)
    image = Image.new("L", (size * 12, size * 2))
    ImageDraw.Draw(image).text((size, 0), text, 255, face, **options)
    return np.asarray(image)


def glyphs_apart(picture):
    """Crop the parts of a written line that empty columns separate."""
    inked = np.flatnonzero(np.diff(np.pad(picture.any(0), 1).astype(int)))
    return [picture[:, a:b] for a, b in inked.reshape(-1, 2)]


def test_a_font_is_small_whole_and_the_same_each_time(compact, made):
    z = hands.seeded(1, [0], compact.z_dim)[0]
    again, sentence = font.make_font(compact, z, "手 of Ann")
    assert again == made and sentence == "" and len(made) <= 16_000
    assert font.make_font(compact, z, "手 of Ann", slant=1)[0] != made
    read = TTFont(io.BytesIO(made), lazy=False, checkChecksums=2)
    read.ensureDecompiled()
    saved = io.BytesIO()
    read.recalcTimestamp = False
    read.save(saved)
    assert saved.getvalue() == made
    packed = TTFont(io.BytesIO(font.make_font(compact, z, "手 of Ann", woff2=True)[0]))
    assert packed.flavor == "woff2" and packed["glyf"]["two"] == read["glyf"]["two"]


def test_what_programs_read_about_a_font(made):
    read = TTFont(io.BytesIO(made))
    names, metrics = read["name"].getDebugName, read["OS/2"]
    assert [names(i) for i in (1, 2, 4, 6)] == ["手 of Ann", "Regular", "手 of Ann", "ofAnn-Regular"]
    assert "free for any use" in names(13) and metrics.fsType == 0 and read["head"].unitsPerEm == 1000
    assert (read["hhea"].ascent, read["hhea"].descent) == (metrics.sTypoAscender, metrics.sTypoDescender)
    assert read["hhea"].ascent - read["hhea"].descent == 35 * writing.LINE
    assert metrics.usWinAscent >= read["head"].yMax and metrics.usWinDescent >= -read["head"].yMin
    typed = read.getBestCmap()
    assert set(map(chr, typed)) >= {*"0123456789 \xa0×–÷", *writing.STROKES}
    assert typed[ord("–")] == typed[ord("-")] == "hyphen" and typed[ord("×")] == "x"


def test_digits_stand_on_the_baseline_and_outer_contours_run_clockwise(made):
    read = TTFont(io.BytesIO(made))
    for name in ("zero", "one", "two.alt1", "nine.alt3"):
        glyph = read["glyf"][name]
        assert abs(glyph.yMin) <= 3 and 400 < glyph.yMax < 1000
    points, ends, _ = read["glyf"]["zero"].getCoordinates(read["glyf"])
    outer = np.array(points[: ends[0] + 1]).T
    assert (outer[0] * np.roll(outer[1], -1) - outer[1] * np.roll(outer[0], -1)).sum() < 0  # y is upwards


@shaped
def test_2222_shows_four_twos_and_a_space_starts_again(made):
    four = glyphs_apart(write(made, "2222"))
    assert len({glyph.tobytes() for glyph in four}) == len(four) == 4
    same = glyphs_apart(write(made, "2222", features=["-calt"]))
    assert len({glyph.tobytes() for glyph in same}) == 1 and same[0].tobytes() == four[0].tobytes()
    five = glyphs_apart(write(made, "22222 2 +2"))
    assert [five[i].tobytes() == four[0].tobytes() for i in range(5)] == [True, False, False, False, True]
    assert five[5].tobytes() == five[7].tobytes() == four[0].tobytes()


@shaped
def test_lines_of_a_leaning_hand_are_spaced_along_its_slant():
    """Bars that lean by half a pixel per pixel are as far apart as upright ones."""
    gaps = {}
    y, x = np.mgrid[:28, :28] - 13.5
    for slant in (0, 0.5, -0.5):
        bar = (255 * ((np.abs(x + slant * y) < 2) & (np.abs(y) < 10))).astype(np.uint8)
        data, _ = font.font_of(torch.from_numpy(bar).expand(40, -1, -1), "Bars")
        row = write(data, "11", 200, features=["-calt"])[100]
        edges = np.flatnonzero(np.diff((row > 127).astype(int)))
        gaps[slant] = edges[2] - edges[1]
    assert gaps[0] == pytest.approx(14, abs=1)  # 70 of 1000 units
    assert gaps[0.5] == pytest.approx(gaps[-0.5], abs=1) == pytest.approx(gaps[0], abs=4)


def test_a_digit_too_faint_to_outline_is_empty_and_named():
    y, x = np.mgrid[:28, :28] - 13.5
    disc = torch.from_numpy((255 * (np.hypot(x, y) < 9)).astype(np.uint8))
    pictures = disc.repeat(40, 1, 1)
    pictures[4] = pictures[14] = pictures[25] = 0  # 4, its first alternate, and the second of 5
    data, sentence = font.font_of(pictures, "Faint")
    read = TTFont(io.BytesIO(data))
    assert sentence == read["name"].getDebugName(10) == "Left out, as no part is more than half black: 4."
    assert [read["glyf"][name].numberOfContours for name in ("four", "four.alt1", "four.alt2")] == [0, 0, 1]
    assert read["glyf"]["five.alt2"] == read["glyf"]["five"]  # in place of a form that has no outline
    everything, sentence = font.font_of(pictures * 0, "Nothing")
    assert (
        sentence.endswith(": 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.")
        and len(ink.outline_picture(pictures[4].numpy())) == 0
    )
    assert TTFont(io.BytesIO(everything))["hmtx"]["four"] == (315, 0)


@pytest.mark.parametrize("name", ["", " ", "a" * 41, "a\nb", "a\u202eb", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(BadInput, match="1 to 40 printable characters"):
        font.check_name(name)


def test_a_long_name_is_cut_only_where_old_programs_read_it(compact):
    data, _ = font.make_font(compact, hands.seeded(0, [0], compact.z_dim)[0], "H" * 40)
    names = TTFont(io.BytesIO(data))["name"].getDebugName
    assert (names(1), names(4), names(16)) == ("H" * 31, "H" * 40, "H" * 40)
