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


def test_backgrounds_of_ink():
    ink = Image.fromarray(np.random.RandomState(0).randint(0, 256, (5, 7), dtype=np.uint8))
    assert (np.array(images.on_background(ink, "black", 2)) == np.kron(ink, np.ones((2, 2)))).all()
    assert (np.array(images.on_background(ink, "white")) == 255 - np.array(ink)).all()
    clear = np.array(images.on_background(ink, "transparent", 3))
    assert (clear[..., 1] == np.kron(ink, np.ones((3, 3)))).all() and not clear[..., 0].any()
    with pytest.raises(BadInput, match="black, white, transparent or paper, not 'red'"):
        images.on_background(ink, "red")


def test_ink_on_paper_is_as_the_pages_filter_shows_it():
    """CSS: invert(1) contrast(6), multiplied onto #fbfaf7, after smooth scaling."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    shown = np.array(images.on_background(ramp, "paper"))[0]  # (256, 3)
    bare = np.clip(6 * ((1 - np.arange(256) / 255) - 0.5) + 0.5, 0, 1)
    assert np.abs(shown - bare[:, None] * (0xFB, 0xFA, 0xF7)).max() < 2
    assert shown[0].tolist() == [0xFB, 0xFA, 0xF7] and shown[-1].tolist() == [0, 0, 0]
    step = Image.fromarray(np.repeat([[0, 0, 255, 255]], 4, axis=0).astype(np.uint8))
    large = np.array(images.on_background(step, "paper", 8))
    assert large.shape == (32, 32, 3) and (large[:, :14] == shown[0]).all() and (large[:, 18:] == 0).all()
    with pytest.raises(BadInput, match="more than 12 million"):
        images.on_background(Image.new("L", (2000, 1501)), "paper", 2)
