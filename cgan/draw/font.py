"""Turn a hand into a TrueType font: digits in four forms, which take turns as one types, and signs.

The first form is the hand itself, the others vary as a person's digits do. OpenType's feature `calt` (on by
default in browsers and LibreOffice) sets form a + 1 after form a, so that 2222 shows four twos.
"""

import io
import re
import zlib

import numpy as np
import torch
from fontTools.agl import UV2AGL
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables.ttProgram import Program
from fontTools.ttLib.woff2 import haveBrotli

from cgan.cli import need
from cgan.draw import hands, images, ink, sampling, styles, writing
from cgan.networks.settings import usual

MAX_NAME = 40
LICENCE = "Made from your own drawing or from a seed; free for any use."
FORMS, EM, PIXEL = 4, 1000, 35  # forms of each digit; units of an em, and of a pixel
GAP, SPACE, CAPITAL = PIXEL * writing.GAP, PIXEL * writing.SPACE, PIXEL * (writing.BASELINE - 4)
ASCENT, DESCENT = PIXEL * writing.BASELINE, PIXEL * (writing.LINE - writing.BASELINE)
BOX = [(0, 4), (10, 4), (10, 24), (0, 24), (0, 4)]  # in place of a character the font does not have
NO_BREAK_SPACE = 0xA0
DATE = 3_850_000_000  # seconds since 1904, fixed: the same hand gives the same bytes


@usual()
def make_font(weights, z, name=None, woff2=False, **style):
    """Make the font of a hand.

    Args:
        z: float (z_dim,), before the style is applied.
        name: the font's name in menus, see `check_name`; if None, one that differs from hand to hand.
        woff2: compress the font for web pages; needs the package brotli.
        style: slant, stroke and width for `styles.styled`.

    Returns:
        The bytes of the file, and a sentence that names the digits too faint to outline, or "".

    Raises:
        BadInput: the name or the style is unusable, or brotli is missing.
    """
    identity = f"{weights.id} {hands.encode(z)} {sorted(style.items())}"
    name = check_name(name or f"Hand {zlib.crc32(identity.encode()):08x}")
    z = torch.cat([z.expand(10, -1), hands.natural(z, range(10 * (FORMS - 1)))])  # form a of d: row 10 a + d
    z = styles.styled(z, weights, **style)
    need(not woff2 or haveBrotli, "A .woff2 needs the package brotli; without it, make a .ttf.")
    pictures = images.to_uint8(sampling.draw(weights, z, torch.arange(10).repeat(FORMS)))
    return font_of(pictures, name, woff2)


def check_name(name):
    """Return a font's name without spaces at its ends. Raises BadInput."""
    name = name.strip()
    is_right = 1 <= len(name) <= MAX_NAME and name.isprintable()
    need(is_right, f"A font's name has 1 to {MAX_NAME} printable characters, such as My hand.")
    return name


def font_of(pictures, name, woff2=False):
    """Make a font of pictures, uint8 (10 FORMS, 28, 28): row 10 a + d is form a of digit d.

    Returns as `make_font` does.
    """
    pictures = writing.without_stray_ink(pictures)
    shapes = [ink.outline_picture(picture) for picture in pictures.numpy()]
    sentence = ink.too_faint(zip("0123456789", shapes, strict=False))
    weight = writing.stroke_weight(pictures[:10])
    slant = styles.measure(pictures[:, None].float() / 127.5 - 1)[:, 0].nanmedian().nan_to_num().item()

    forms = [[_name(str(d)) + f".alt{a}" * (a > 0) for d in range(10)] for a in range(FORMS)]
    drawn = {".notdef": ink.outline_strokes([BOX], weight), "space": []}
    for i, digit in enumerate(sum(forms, [])):
        shape = shapes[i] or shapes[i % 10]
        lowest = max((outline[:, 1].max() for outline in shape), default=0)
        drawn[digit] = [outline + (0, writing.BASELINE - lowest) for outline in shape]
    for sign, strokes in writing.STROKES.items():
        drawn[_name(sign)] = ink.outline_strokes(strokes, weight)
    placed = {name: _place(shape, slant) for name, shape in drawn.items()}
    glyphs = {name: (_glyph(shape), width) for name, (shape, width) in placed.items()}
    typed = {ord(character): _name(character) for character in [*"0123456789 ", *writing.STROKES]}
    typed |= {code: _name(sign) for code, sign in writing.TYPED.items()} | {NO_BREAK_SPACE: "space"}

    file = io.BytesIO()
    font = _assemble(glyphs, typed, forms, name, sentence)
    font.flavor = "woff2" if woff2 else None
    font.save(file)
    return file.getvalue(), sentence


def _name(character):
    return UV2AGL[ord(character)]


def _place(shape, slant):
    """Convert outlines to the font's units, x from the origin, y upwards from the baseline.

    The distance to neighbours is measured along the hand's slant, or 11 in a leaning hand would gape.

    Returns:
        The outlines and the width, with the gap to the next glyph.
    """
    if not shape:
        return [], SPACE
    shape = [(outline - (0, writing.BASELINE)) * (PIXEL, -PIXEL) for outline in shape]
    upright = np.concatenate([outline[:, 0] - slant * (outline[:, 1] - CAPITAL / 2) for outline in shape])
    return [outline - (upright.min(), 0) for outline in shape], round(np.ptp(upright)) + GAP


def _glyph(shape):
    """Return the TrueType glyph of outlines, all points off the curve."""
    pen = TTGlyphPen(None)
    for outline in shape:
        points = outline.round().astype(int).tolist()
        pen.qCurveTo(*map(tuple, points), None)  # None: the curve goes through the middles of the pairs
        pen.closePath()
    return pen.glyph()


def _assemble(glyphs, typed, forms, name, sentence):
    """Return the TTFont of {name: (glyph, width)} for typed characters, {code: name}."""
    builder = FontBuilder(EM)
    font = builder.font
    font.recalcTimestamp = False
    builder.setupGlyphOrder([*glyphs])
    builder.setupCharacterMap(typed)
    builder.setupGlyf({name: glyph for name, (glyph, _) in glyphs.items()})
    inked = [glyph for glyph, _ in glyphs.values() if glyph.numberOfContours]
    metrics = {name: (width, getattr(glyph, "xMin", 0)) for name, (glyph, width) in glyphs.items()}
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=ASCENT, descent=-DESCENT)
    builder.setupNameTable(_names(name, sentence), mac=False)
    builder.setupOS2(
        version=4,
        fsType=0,  # may be embedded and installed
        fsSelection=0b11000000,  # regular; line height by the typographic metrics
        sTypoAscender=ASCENT,
        sTypoDescender=-DESCENT,
        usWinAscent=max(glyph.yMax for glyph in inked),
        usWinDescent=max(-glyph.yMin for glyph in inked),
        sCapHeight=CAPITAL,
        ulCodePageRange1=1,  # Latin 1
        achVendID="NONE",
    )
    builder.setupPost(underlinePosition=-2 * PIXEL, underlineThickness=2 * PIXEL)
    builder.setupHead(unitsPerEm=EM, created=DATE, modified=DATE, lowestRecPPEM=9)
    font["gasp"] = newTable("gasp")
    font["gasp"].gaspRange = {0xFFFF: 0b1111}  # smooth at all sizes
    font["prep"] = newTable("prep")  # keep thin strokes whole at small sizes: SCANCTRL on, SCANTYPE 4
    font["prep"].program = Program()
    font["prep"].program.fromAssembly("PUSHW[] 511 SCANCTRL[] PUSHB[] 4 SCANTYPE[]".split())
    font["maxp"].maxStackElements = 1
    addOpenTypeFeaturesFromString(font, _alternates(forms))
    return font


def _alternates(forms):
    """Return the feature `calt` in Adobe's syntax: after form a of a digit, form a + 1 of the next."""
    classes = "".join(f"@form{a} = [{' '.join(names)}];" for a, names in enumerate(forms))
    steps = range(1, len(forms))
    lookups = "".join(f"lookup to{a} {{ sub @form0 by @form{a}; }} to{a};" for a in steps)
    rules = "".join(f"sub @form{a - 1} @form0' lookup to{a};" for a in steps)
    scripts = "languagesystem DFLT dflt; languagesystem latn dflt;"
    return f"{scripts} {classes} {lookups} feature calt {{ {rules} }} calt;"


def _names(name, sentence):
    """Return the name table's strings. The family name of old Windows programs has at most 31 characters."""
    ascii_name = re.sub("[^A-Za-z0-9]", "", name) or "Hand"
    short = name[:31].strip()
    names = {
        "familyName": short,
        "styleName": "Regular",
        "uniqueFontIdentifier": f"1.000;{name}",
        "fullName": name,
        "version": "Version 1.000",
        "psName": f"{ascii_name}-Regular",
        "licenseDescription": LICENCE,
    }
    if short != name:
        names |= {"typographicFamily": name, "typographicSubfamily": "Regular"}
    if sentence:
        names["description"] = sentence
    return names
