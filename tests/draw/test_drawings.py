import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps

from cgan.cli import BadInput
from cgan.draw import drawings, images


@pytest.fixture
def drawing():
    """A 3, drawn with a round pen on a pad of 280 pixels."""
    points = [(90, 60), (190, 60), (130, 130), (180, 190), (120, 230), (80, 210)]
    return marked(lambda draw: draw.line(points, fill=0, width=22, joint="curve"))


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
    variants = [drawing.convert(mode) for mode in ("1", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F", "HSV")]
    variants += [ink, images.on_background(ink, "transparent"), drawing.point(lambda v: 120 + v // 3)]
    variants.append(Image.merge("LA", [ink, ink]))  # light ink on a transparent background
    variants.append(drawing.resize((1120, 1120), 0))
    for image in variants:
        assert (drawings.from_image(image) - expected).abs().mean() < 0.02
    drawing.save(tmp_path / "three.png")
    assert torch.equal(drawings.from_image(tmp_path / "three.png"), expected)


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
    drawing.save(file := io.BytesIO(), "PNG")
    Image.new("1", (4000, 3001)).save(large := io.BytesIO(), "PNG")
    for content in (b"", b"hello", file.getvalue()[:200], file.getvalue()[:-40], large.getvalue()):
        with pytest.raises(BadInput, match="cannot be read; use a PNG or JPEG of up to 12 million pixels"):
            drawings.from_image(io.BytesIO(content))
    with pytest.raises(FileNotFoundError):
        drawings.from_image(tmp_path / "nothing.png")
