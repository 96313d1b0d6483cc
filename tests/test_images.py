import io

import numpy as np
import pytest
import torch
from PIL import Image

from cgan import images
from cgan.cli import BadInput


def test_background_is_exactly_black_and_ink_exactly_white():
    tones = torch.tensor([-1.0, -0.9999, 0.0, 0.9999, 1.0]).view(5, 1, 1, 1).expand(5, 1, 28, 28)
    assert images.to_uint8(tones)[:, 0, 0].tolist() == [0, 0, 128, 255, 255]


@pytest.mark.parametrize("n, size", [(1, (1, 1)), (2, (2, 1)), (7, (3, 3)), (16, (4, 4)), (100, (10, 10))])
def test_a_grid_is_as_square_as_can_be(n, size):
    tiles = torch.arange(1, n + 1, dtype=torch.uint8).view(n, 1, 1).expand(n, 28, 28)
    image = images.grid(tiles)
    columns, rows = size
    assert image.mode == "L" and image.size == (28 * columns, 28 * rows)
    corners = [(28 * (i % columns), 28 * (i // columns)) for i in range(n)]
    assert [image.getpixel(corner) for corner in corners] == list(range(1, n + 1))


def test_a_png_gives_the_pixels_back():
    image = images.grid(torch.randint(0, 256, (4, 28, 28), dtype=torch.uint8))
    assert Image.open(io.BytesIO(images.png(image))).tobytes() == image.tobytes()


def test_enlarging_repeats_each_pixel():
    image = Image.fromarray(np.random.RandomState(0).randint(0, 256, (5, 7), dtype=np.uint8))
    assert (np.array(images.enlarge(image, 3)) == np.kron(image, np.ones((3, 3)))).all()
    assert images.enlarge(image, "1") is image


@pytest.mark.parametrize("scale", [0, 9, -1, 1.5, "x", None])
def test_scales_that_are_refused(scale):
    with pytest.raises(BadInput, match="scale must be a whole number from 1 to 8"):
        images.enlarge(Image.new("L", (28, 28)), scale)


def test_pictures_of_more_than_12_million_pixels_are_refused():
    assert images.enlarge(Image.new("L", (2000, 1500)), 2).size == (4000, 3000)
    with pytest.raises(BadInput, match="4000 x 3002 pixels, more than 12 million"):
        images.enlarge(Image.new("L", (2000, 1501)), 2)


def test_ink_on_every_background():
    ink = Image.new("L", (2, 1))
    ink.putpixel((0, 0), 200)
    assert images.on_background(ink, "black").tobytes() == bytes([200, 0])
    assert images.on_background(ink, "white").tobytes() == bytes([55, 255])
    assert images.on_background(ink, "transparent").tobytes() == bytes([0, 200, 0, 0])
    with pytest.raises(BadInput, match="background must be black, white or transparent, not 'red'"):
        images.on_background(ink, "red")


def test_a_gif_has_every_frame(tmp_path):
    frames = torch.arange(3, dtype=torch.uint8).mul(100).view(3, 1, 1).expand(3, 28, 28)
    image = Image.open(io.BytesIO(images.gif(frames, 50, scale=2)))
    assert (image.n_frames, image.size, image.info["duration"], image.info["loop"]) == (3, (56, 56), 50, 0)
