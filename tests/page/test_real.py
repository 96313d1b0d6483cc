import numpy as np
import torch
from PIL import Image

from cgan import images
from cgan.page import real


def test_the_first_of_each_digit_in_the_test_set(tmp_path, monkeypatch):
    digits = torch.arange(10).repeat(real.EACH + 2)
    tiles = (torch.arange(len(digits)) // 10).byte()[:, None, None].expand(-1, 28, 28)
    monkeypatch.setattr("cgan.data.load", lambda root, train: (tiles, digits))
    monkeypatch.setattr(real, "SHEET", tmp_path / "real.png")
    real.main([])
    sheet = np.asarray(Image.open(tmp_path / "real.png")).reshape(10, 28, real.EACH, 28)
    assert (sheet == np.arange(real.EACH)[:, None]).all()


def test_the_shipped_ones_are_read_as_what_they_are(judge):
    for digit in range(10):
        pictures = real.pictures(digit)
        assert pictures.shape == (real.EACH, 28, 28)
        assert (judge(pictures[:, None] / 127.5 - 1) == digit).float().mean() > 0.9
    assert images.grid(real.pictures(0)).size == (168, 140)
