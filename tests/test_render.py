import io

import pytest
import torch
from PIL import Image

from cgan import images


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


def test_curves_are_drawn_for_any_log():
    empty, one, many = [], [{"step": 50, "d": 1.0, "g": 2.0, "seconds": 3}], []
    many = [{"step": 50 * i, "d": 0.5, "g": 2.0, "seconds": i} for i in range(1, 9)]
    pictures = [images.curves(log).tobytes() for log in (empty, one, many)]
    assert len(set(pictures)) == 3
    colours = images.curves(many).getcolors(1_000_000)
    assert len(colours) > 10  # lines in colour on white
