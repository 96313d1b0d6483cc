#!/bin/sh
# The left side bearing in a TrueType font's hmtx table is no mere note: fontTools 4.68.0 (getGlyphSet) and
# FreeType (in Pillow 12.3.0) move the outline until its xMin is there. With 0 for all glyphs, a bar drawn from
# x = 300 begins at 0. And xMin is that of the points, on the curve or not: a circle of eight off-curve points
# is 7 % narrower than its xMax - xMin.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet fonttools==4.68.0 pillow==12.3.0
"$folder/venv/bin/python" - <<'PYTHON'
import io
import math

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image, ImageDraw, ImageFont


def font(points, bearing):
    pen = TTGlyphPen(None)
    pen.qCurveTo(*points, None) if len(points) == 8 else pen.moveTo(points[0])
    for point in points[1:4] if len(points) == 4 else []:
        pen.lineTo(point)
    pen.closePath()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "zero"])
    builder.setupCharacterMap({ord("0"): "zero"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "zero": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "zero": (1000, bearing)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    return builder.font


bar = [(300, 0), (300, 700), (400, 700), (400, 0)]
for bearing in (300, 0):
    made, file = font(bar, bearing), io.BytesIO()
    made.save(file)
    file.seek(0)
    drawn = BoundsPen(None)
    made.getGlyphSet()["zero"].draw(drawn)
    image = Image.new("L", (1000, 1000))
    ImageDraw.Draw(image).text((0, 0), "0", 255, ImageFont.truetype(file, 1000))
    left = image.getbbox()[0]
    print(f"a bar from x = 300, bearing {bearing}: fontTools draws from {drawn.bounds[0]:g}, FreeType from {left}")
    assert drawn.bounds[0] == left == bearing

circle = [(round(500 * math.cos(i * math.pi / 4)), round(500 * math.sin(i * math.pi / 4))) for i in range(8)]
made = font(circle[::-1], -500)
glyph, drawn = made["glyf"]["zero"], BoundsPen(None)
made.getGlyphSet()["zero"].draw(drawn)
print(f"a circle: xMax - xMin {glyph.xMax - glyph.xMin}, drawn {drawn.bounds[2] - drawn.bounds[0]:g} wide")
assert glyph.xMax - glyph.xMin == 1000 and drawn.bounds[2] - drawn.bounds[0] == 927
PYTHON
