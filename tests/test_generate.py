import contextlib
import functools
import io
import os
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import MNIST

from cgan import generate, hands, images, sampling, weights
from cgan.cli import BadInput
from cgan.networks.report import Generator


def tile(digit, seed, index, compact):
    return images.to_uint8(sampling.generate([digit], seed, compact, [index]))[0].numpy()


def run(tmp_path, *options):
    """Draw into a PNG and return it."""
    generate.main([*map(str, options), "--out", str(tmp_path / "x.png")])
    return Image.open(tmp_path / "x.png")


def test_one_picture_of_one_digit(tmp_path, compact):
    image = run(tmp_path, "--digit", 7, "--seed", 42, "--count", 64)
    assert image.mode == "L" and image.size == (224, 224)
    assert (np.asarray(image)[28:56, 28:56] == tile(7, 42, 9, compact)).all()


def test_a_sheet_of_all_digits_has_a_hand_in_each_row(tmp_path, compact):
    image = run(tmp_path, "--count", 3, "--seed", 5)
    assert image.size == (280, 84)
    assert (np.asarray(image)[56:, 252:] == tile(9, 5, 2, compact)).all()


def test_without_a_seed_one_is_drawn_and_printed(tmp_path, capsys):
    first = np.asarray(run(tmp_path, "--count", 1))
    seed = capsys.readouterr().out.split("seed ")[1].split(":")[0]
    assert (np.asarray(run(tmp_path, "--count", 1, "--seed", seed)) == first).all()
    assert (np.asarray(run(tmp_path, "--count", 1)) != first).any()


def test_scale_and_background(tmp_path):
    small = np.asarray(run(tmp_path, "--count", 1, "--seed", 3))
    large = run(tmp_path, "--count", 1, "--seed", 3, "--scale", 4, "--background", "white")
    assert (np.asarray(large) == 255 - np.kron(small, np.ones((4, 4)))).all()
    clear = run(tmp_path, "--count", 1, "--seed", 3, "--background", "transparent")
    assert clear.mode == "LA" and (np.asarray(clear)[..., 1] == small).all()


def test_a_text_in_one_hand(tmp_path, compact):
    image = run(tmp_path, "--text", "7×7", "--seed", 3)
    assert image.height == 44 and image.width > 50
    z = hands.seeded(3, [0], compact.z_dim)[0]
    code = hands.encode(z)
    drawn = np.asarray(run(tmp_path, "--digit", "3-4", "--hand", code))
    expected = images.to_uint8(sampling.generate([3, 4], hand=code)).numpy()
    assert (drawn == np.concatenate(list(expected), axis=1)).all()


def test_a_hand_like_a_drawing(tmp_path, compact, capsys):
    Image.fromarray(255 - np.pad(tile(3, 8, 0, compact), 9)).save(tmp_path / "three.png")
    image = run(tmp_path, "--like", tmp_path / "three.png", "--digit", 3)
    code = capsys.readouterr().out.split("hand ")[1].split(":")[0]
    assert image.size == (280, 28) and hands.decode(code, compact.z_dim).shape == (64,)
    assert (np.asarray(run(tmp_path, "--hand", code)) == np.asarray(image)).all()
    text = run(tmp_path, "--like", tmp_path / "three.png", "--digit", 3, "--text", "33")
    assert (np.asarray(text) == np.asarray(run(tmp_path, "--hand", code, "--text", "33"))).all()


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
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)  # an empty folder is free
    generate.main(["--count", "12", "--seed", "3", "--idx", str(tmp_path)])
    train, test = MNIST(tmp_path, train=True), MNIST(tmp_path, train=False)
    assert train.data.shape == (120, 28, 28) and test.data.shape == (20, 28, 28)
    assert train.targets.bincount().tolist() == [12] * 10 and test.targets.bincount().tolist() == [2] * 10
    # digit d comes from the seed 3 + d; the test pictures are further rows of the same
    assert (train.data[17].numpy() == tile(7, 10, 1, compact)).all()
    assert (test.data[4].numpy() == tile(4, 7, 12, compact)).all()
    x = train.data.unsqueeze(1) / 127.5 - 1
    assert (judge(x) == train.targets).float().mean() > 0.9
    with pytest.raises(BadInput, match="already holds files; choose another folder"):
        generate.main(["--count", "12", "--idx", str(tmp_path)])


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_a_set_that_is_interrupted_leaves_its_folder_free(tmp_path):
    command = [sys.executable, "-m", "cgan.generate", "--count", "60000", "--idx", str(tmp_path)]
    options = {"cwd": weights.SHIPPED.parent, "stderr": subprocess.PIPE, "text": True}
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also if the tests ignore it
    process = subprocess.Popen(command, preexec_fn=heed, **options)
    partial = tmp_path / "MNIST"
    while process.poll() is None and not list(partial.rglob("train-labels-idx1-ubyte")):
        time.sleep(0.02)
    while process.poll() is None:  # once, for reasons unknown, the first signal had no effect
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    assert process.communicate()[1].endswith("Stopped.\n")
    assert process.returncode in (130, -signal.SIGINT)
    assert list(partial.iterdir()) == []
    generate.main(["--count", "1", "--idx", str(tmp_path)])
    assert len(list((partial / "raw").iterdir())) == 4


def test_your_own_weights(tmp_path):
    torch.manual_seed(0)
    weights.save(tmp_path / "own.safetensors", "report", Generator(z_dim=3), {})
    assert run(tmp_path, "--digit", 1, "--count", 1, "--weights", tmp_path / "own.safetensors").size == (
        28,
        28,
    )


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
        ("--out x.jpeg", "must end in .png or .zip"),
        ("--out nowhere/x.png", "no folder nowhere to write to"),
        ("--out x.png --model nonsense", "no weights 'nonsense'"),
        ("--out x.png --model judge", "A judge cannot be asked for a digit"),
        ("--out x.png --weights nothing.safetensors", "no weights file nothing.safetensors"),
        ("--out x.png --model vae", "A vae cannot be asked for a digit"),
        ("--out x.zip --text 1", "need --out FILE.png"),
        ("--idx x --scale 2", "need --out FILE.png"),
        ("--out x.png --hand AA", "it has 1 numbers, not 64"),
        ("--out x.png --hand AA --seed 1", "leave out --seed and --count"),
        ("--out x.png --like x.png", "needs --digit D"),
        ("--out x.png --text 1a", "not 'a'"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(options, sentence):
    with pytest.raises(BadInput, match=sentence):
        generate.main(options.split())
