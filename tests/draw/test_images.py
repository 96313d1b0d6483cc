import numpy as np
import pytest
import torch
from PIL import Image

from cgan.cli import BadInput
from cgan.draw import images


def test_background_is_exactly_black_and_ink_exactly_white():
    tones = torch.tensor([-1.0, -0.9999, 0.0, 0.9999, 1.0]).view(5, 1, 1, 1).expand(5, 1, 28, 28)
    assert images.to_uint8(tones)[:, 0, 0].tolist() == [0, 0, 128, 255, 255]


def test_enlarging_repeats_each_pixel_up_to_12_million():
    image = Image.fromarray(np.random.RandomState(0).randint(0, 256, (5, 7), dtype=np.uint8))
    assert (np.array(images.enlarge(image, "3")) == np.kron(image, np.ones((3, 3)))).all()
    assert images.enlarge(image, 1) is image
    for scale in (0, 9, 1.5, "x", None):
        with pytest.raises(BadInput, match="scale must be a whole number from 1 to 8"):
            images.enlarge(image, scale)
    assert images.enlarge(Image.new("L", (2000, 1500)), 2).size == (4000, 3000)
    with pytest.raises(BadInput, match="4000 x 3002 pixels, more than 12 million"):
        images.enlarge(Image.new("L", (2000, 1501)), 2)
