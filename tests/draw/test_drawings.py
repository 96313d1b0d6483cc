import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from cgan.cli import BadInput
from cgan.draw import drawings, images


@pytest.fixture
def drawing():
    """A 3, drawn with a round pen on a pad of 280 pixels."""
    points = [(90, 60), (190, 60), (130, 130), (180, 190), (120, 230), (80, 210)]
    return marked(lambda draw: draw.line(points, fill=0, width=22, joint="curve"))


def saved(image, kind, **options):
    image.save(file := io.BytesIO(), kind, **options)
    return file


def marked(function):
    image = Image.new("L", (280, 280), 255)
    function(ImageDraw.Draw(image))
    return image


def test_a_drawing_is_converted_to_mnists_format(drawing):
    x = drawings.from_image(drawing)
    assert x.shape == (1, 28, 28) and x.min() == -1 and x.max() == 1
    ink = (x[0] + 1) / 2
    rows, columns = ink.sum(1).nonzero(), ink.sum(0).nonzero()
    assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 == 20
    assert ((ink > 0.05) & (ink < 0.95)).sum() > 20  # soft edges
    for axis in (0, 1):
        assert (ink.sum(axis) @ torch.arange(28.0) / ink.sum()).item() == pytest.approx(14, abs=0.55)


def test_ink_is_found_in_any_mode_and_contrast(drawing, tmp_path):
    expected = drawings.from_image(drawing)
    ink = ImageOps.invert(drawing)
    modes = ("1", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "I", "F")
    variants = [drawing.convert(mode) for mode in modes] + [drawing.convert("P").convert("PA")]
    variants += [ink, drawing.point(lambda v: 120 + v // 3), drawing.resize((1120, 1120), 0)]
    for image in variants:
        assert (drawings.from_image(image) - expected).abs().mean() < 0.02
    drawing.save(tmp_path / "three.png")
    assert torch.equal(drawings.from_image(tmp_path / "three.png"), expected)


def test_16_and_32_bits_give_the_same_as_8(drawing):
    """Scanners write 12 or 16 bits into two bytes, other programs any range of numbers."""
    expected, levels = drawings.from_image(drawing), np.asarray(drawing).astype(np.float32)
    wide = [Image.fromarray((scale * levels).astype(np.uint16)) for scale in (257, 16, 1)]
    wide += [Image.fromarray(65535 - 257 * levels.astype(np.uint16)), wide[0].convert("I;16B")]
    wide += [Image.fromarray(scale * levels - shift) for scale, shift in ((1 / 255, 0), (1, 0), (257, 9000))]
    wide += [Image.fromarray((1000 * levels - 9000).astype(np.int32))]
    for image in [*wide, saved(wide[0], "PNG"), saved(wide[0], "TIFF")]:
        assert (drawings.from_image(image) - expected).abs().mean() < 0.01


def test_files_of_cameras_and_scanners(drawing):
    expected, turned, mirrored = drawings.from_image(drawing), Image.Exif(), Image.Exif()
    turned[0x112], mirrored[0x112] = 6, 2  # how the camera was held
    files = [
        saved(drawing, "JPEG"),
        saved(drawing.convert("CMYK"), "JPEG"),
        saved(drawing.rotate(90), "JPEG", exif=turned),
        saved(ImageOps.mirror(drawing), "JPEG", exif=mirrored),
        saved(drawing.convert("RGB"), "MPO", save_all=True, append_images=[drawing.convert("RGB")]),
        saved(drawing.convert("1"), "TIFF", compression="group4"),
    ]
    for file in files:
        assert (drawings.from_image(file) - expected).abs().mean() < 0.02


def test_large_photos_are_reduced_on_the_way(drawing):
    expected = drawings.from_image(drawing)
    for size, kind in ((4032, "JPEG"), (8064, "JPEG"), (4032, "PNG")):
        large = drawing.resize((size, size), Image.Resampling.BICUBIC)
        assert (drawings.from_image(saved(large, kind)) - expected).abs().mean() < 0.02


def test_a_little_transparency_is_no_ink(drawing):
    """Round corners, a window's shadow; but on a transparent background what is opaque is ink."""
    expected, ink = drawings.from_image(drawing), ImageOps.invert(drawing)
    corners = Image.new("L", drawing.size)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, 279, 279), 50, 255)
    shadow = Image.new("L", (380, 380))
    ImageDraw.Draw(shadow).rectangle((50, 60, 330, 340), 220)
    window = Image.new("RGBA", shadow.size)
    window.putalpha(shadow.filter(ImageFilter.GaussianBlur(12)))
    window.alpha_composite(Image.merge("LA", [drawing, corners]).convert("RGBA"), (50, 50))
    variants = [Image.merge("LA", [sheet, corners]) for sheet in (drawing, ink)]
    variants += [Image.merge("LA", [ink, ink]), images.on_background(ink, "transparent"), window]
    variants += [images.on_background(ink.point(lambda v: v // 2), "transparent")]  # a pale pen
    variants += [Image.merge("LA", [drawing, Image.new("L", drawing.size, 200)])]
    for image in [*variants, saved(drawing.convert("P"), "PNG", transparency=255)]:
        assert (drawings.from_image(image) - expected).abs().mean() < 0.01
    one = Image.new("RGBA", (280, 280))
    ImageDraw.Draw(one).line((140, 40, 140, 240), (0, 0, 0, 255), 20)
    assert (drawings.from_image(one) > 0).sum() == 20 * 2  # a bar that fills its own box is ink


@pytest.mark.parametrize("size", [300, 1500])
@pytest.mark.parametrize("across", [0, 0.6, -1])
def test_uneven_light_and_shadows_on_paper_are_no_ink(drawing, size, across):
    """A lamp from one side, and the shadow of a hand with a soft edge."""
    x, y = np.meshgrid(*[np.arange(size) / size] * 2)
    light = (0.5 + 0.4 * x) * (1 - 0.4 / (1 + np.exp((0.6 - y - across * (x - 0.5)) / 0.02)))
    sheet = np.asarray(drawing.resize((size, size), Image.Resampling.BICUBIC)) / 255
    photo = (0.15 + 0.8 * sheet) * light + 0.01 * np.random.RandomState(0).standard_normal(light.shape)
    photo = Image.fromarray((255 * photo.clip(0, 1)).astype(np.uint8))
    found, expected = drawings.from_image(photo), drawings.from_image(drawing)
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]  # the centre of mass is rounded to a pixel
    assert min((found.roll(shift, (1, 2)) - expected).abs().mean() for shift in shifts) < 0.03


def test_ink_may_touch_the_edges_of_the_picture(drawing):
    for sheet in (drawing, ImageOps.invert(drawing)):
        cut = sheet.crop(ImageOps.invert(drawing).getbbox())
        assert (drawings.from_image(cut) - drawings.from_image(drawing)).abs().mean() < 0.01


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (280, 280), 255),
        Image.new("RGBA", (280, 280)),
        Image.new("L", (1, 1)),
        marked(lambda draw: draw.point((100, 100), 0)),
        marked(lambda draw: draw.ellipse((100, 100, 122, 122), 0)),
        marked(lambda draw: draw.rectangle((40, 40, 240, 240), 0)),
        Image.fromarray(np.random.RandomState(0).randint(0, 255, (280, 280, 3), dtype=np.uint8)),
    ],
    ids=["empty", "transparent", "1x1", "point", "dot", "block", "noise"],
)
def test_images_without_a_digit_are_refused(image):
    with pytest.raises(BadInput, match="No digit can be made out"):
        drawings.from_image(image)


def test_files_that_are_not_pictures_are_refused(drawing, tmp_path):
    file, large = saved(drawing, "PNG"), saved(Image.new("1", (10_000, 6001)), "PNG")
    bomb = saved(Image.new("1", (14_000, 13_000)), "PNG")  # Pillow refuses it, too
    for content in (
        b"",
        b"hello",
        file.getvalue()[:200],
        file.getvalue()[:-40],
        large.getvalue(),
        bomb.getvalue(),
    ):
        with pytest.raises(BadInput, match="cannot be read; use a PNG or JPEG of up to 60 million pixels"):
            drawings.from_image(io.BytesIO(content))
    with pytest.raises(BadInput, match="cannot be read"):
        drawings.from_image(saved(drawing, "GIF"), formats=["PNG"])
    with pytest.raises(FileNotFoundError):
        drawings.from_image(tmp_path / "nothing.png")
