import io
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import MNIST

from cgan import generate, images, sampling
from cgan.cli import BadInput


def tile(digit, seed, index, compact):
    return images.to_uint8(sampling.generate([digit] * (index + 1), seed, compact))[index].numpy()


def test_one_picture_of_one_digit(tmp_path, compact):
    out = tmp_path / "seven.png"
    generate.main(["--digit", "7", "--seed", "42", "--count", "64", "--out", str(out)])
    image = Image.open(out)
    assert image.mode == "L" and image.size == (224, 224)
    assert (np.asarray(image)[28:56, 28:56] == tile(7, 42, 9, compact)).all()


def test_a_sheet_of_all_digits_has_a_handwriting_a_row(tmp_path, compact):
    generate.main(["--count", "3", "--seed", "5", "--out", str(tmp_path / "all.png")])
    image = Image.open(tmp_path / "all.png")
    assert image.size == (280, 84)
    assert (np.asarray(image)[56:, 252:] == tile(9, 5, 2, compact)).all()


def test_a_zip_of_single_pictures(tmp_path, compact):
    for name in ("a.zip", "b.zip"):
        generate.main(["--digit", "2-3", "--count", "2", "--seed", "8", "--out", str(tmp_path / name)])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = {f"digit{d}_seed8_0000{i}.png" for d in (2, 3) for i in (0, 1)}
        assert set(archive.namelist()) == names
        image = Image.open(io.BytesIO(archive.read("digit3_seed8_00001.png")))
        assert (np.asarray(image) == tile(3, 8, 1, compact)).all()


def test_a_set_in_mnists_format_is_read_by_torchvision(tmp_path, compact, judge):
    generate.main(["--count", "12", "--seed", "3", "--idx", str(tmp_path)])
    train, test = MNIST(tmp_path, train=True), MNIST(tmp_path, train=False)
    assert train.data.shape == (120, 28, 28) and test.data.shape == (20, 28, 28)
    assert train.targets.bincount().tolist() == [12] * 10 and test.targets.bincount().tolist() == [2] * 10
    # digit d comes from the seed 3 + d; the test pictures are further rows of the same
    assert (train.data[17].numpy() == tile(7, 10, 1, compact)).all()
    assert (test.data[4].numpy() == tile(4, 7, 12, compact)).all()
    x = train.data.unsqueeze(1) / 127.5 - 1
    assert (judge(x) == train.targets).float().mean() > 0.9
    with pytest.raises(BadInput, match="holds a data set already"):
        generate.main(["--count", "12", "--idx", str(tmp_path)])


def test_weights_of_ones_own(tmp_path):
    from cgan import weights
    from cgan.networks.report import Generator

    torch.manual_seed(0)
    weights.save(tmp_path / "own.safetensors", "report", Generator(z_dim=3), {})
    arguments = ["--digit", "1", "--count", "1", "--out", str(tmp_path / "1.png")]
    generate.main([*arguments, "--weights", str(tmp_path / "own.safetensors")])
    assert Image.open(tmp_path / "1.png").size == (28, 28)


@pytest.mark.parametrize(
    "options",
    [["--digit", "10"], ["--digit", "9-0"], ["--seed", "-1"], ["--seed", "1.5"], ["--count", "0"]],
)
def test_bad_options_end_with_status_2(options, tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        generate.main([*options, "--out", str(tmp_path / "x.png")])
    assert f"{options[0]}: this must be" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--out", "x.jpeg"], "must end in .png or .zip"),
        (["--out", "nowhere/x.png"], "no folder nowhere to write x.png to"),
        (["--out", "x.png", "--model", "nonsense"], "no weights 'nonsense'"),
        (["--out", "x.png", "--model", "judge"], "a judge draw no digits"),
        (["--out", "x.png", "--weights", "nothing.safetensors"], "no weights file nothing.safetensors"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(options, sentence):
    with pytest.raises(BadInput, match=sentence):
        generate.main(options)
