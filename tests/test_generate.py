import functools
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

from cgan import generate, weights
from cgan.cli import BadInput
from cgan.draw import images, sampling
from cgan.networks.report import Generator


def tile(digit, seed, index, compact):
    return images.to_uint8(sampling.generate([digit], seed, compact, [index]))[0].numpy()


def run(tmp_path, *options):
    """Draw into a PNG and return it."""
    generate.main([*map(str, options), "--out", str(tmp_path / "x.png")])
    return Image.open(tmp_path / "x.png")


def test_without_a_seed_one_is_drawn_and_printed(tmp_path, capsys):
    first = np.asarray(run(tmp_path, "--count", 1))
    seed = capsys.readouterr().out.split("seed ")[1].split(":")[0]
    assert (np.asarray(run(tmp_path, "--count", 1, "--seed", seed)) == first).all()
    assert (np.asarray(run(tmp_path, "--count", 1)) != first).any()


def test_scale_background_and_your_own_weights(tmp_path):
    torch.manual_seed(0)
    weights.save(tmp_path / "own.safetensors", "report", Generator(z_dim=3), {})
    options = ["--digit", 1, "--count", 1, "--seed", 3, "--weights", tmp_path / "own.safetensors"]
    small = np.asarray(run(tmp_path, *options))
    large = run(tmp_path, *options, "--scale", 4, "--background", "white")
    assert (np.asarray(large) == 255 - np.kron(small, np.ones((4, 4)))).all()
    clear = run(tmp_path, *options, "--background", "transparent")
    assert clear.mode == "LA" and (np.asarray(clear)[..., 1] == small).all()


def test_a_hand_is_given_by_its_code_or_by_a_drawing(tmp_path, compact, capsys):
    Image.fromarray(255 - np.pad(tile(3, 8, 0, compact), 9)).save(tmp_path / "three.png")
    like = ["--like", tmp_path / "three.png", "--digit", 3]
    image = np.asarray(run(tmp_path, *like))
    code = capsys.readouterr().out.split("hand ")[1].split(":")[0]
    expected = images.to_uint8(sampling.generate(range(10), hand=code)).numpy()
    assert (image == np.concatenate(list(expected), axis=1)).all()
    assert (np.asarray(run(tmp_path, "--hand", code, "--digit", "3-4")) == image[:, 84:140]).all()
    text = np.asarray(run(tmp_path, *like, "--text", "7×7"))
    assert text.shape[0] == 44 and (text == np.asarray(run(tmp_path, "--hand", code, "--text", "7x7"))).all()


def test_a_zip_has_the_same_bytes_each_time(tmp_path):
    for name in ("a.zip", "b.zip"):
        generate.main(["--digit", "2-3", "--count", "2", "--seed", "8", "--out", str(tmp_path / name)])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    names = {f"digit{digit}_seed8_0000{i}.png" for digit in (2, 3) for i in (0, 1)}
    assert set(zipfile.ZipFile(tmp_path / "a.zip").namelist()) == names


def test_a_set_in_mnists_format_is_read_by_torchvision(tmp_path, compact):
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)  # an empty folder is free
    generate.main(["--count", "12", "--seed", "3", "--idx", str(tmp_path)])
    train, test = MNIST(tmp_path, train=True), MNIST(tmp_path, train=False)
    assert train.targets.bincount().tolist() == [12] * 10 and test.targets.bincount().tolist() == [2] * 10
    # digit d comes from the seed 3 + d; the test pictures are further rows of the same
    assert (train.data[17].numpy() == tile(7, 10, 1, compact)).all() and train.targets[17] == 7
    assert (test.data[4].numpy() == tile(4, 7, 12, compact)).all() and test.targets[4] == 4
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
    process.send_signal(signal.SIGINT)
    try:
        assert process.communicate(timeout=60)[1].endswith("Stopped.\n")
    finally:
        process.kill()
    assert process.returncode == 130
    assert list(partial.iterdir()) == []
    generate.main(["--count", "1", "--idx", str(tmp_path)])
    assert len(list((partial / "raw").iterdir())) == 4


@pytest.mark.parametrize(
    "options, sentence",
    [
        ("--out x.png --digit 10", "argument --digit: this must be a digit 0-9 or a range"),
        ("--out x.png --digit 9-0", "argument --digit: this must be a digit 0-9 or a range"),
        ("--out x.png --seed -1", "argument --seed: this must be a whole number from 0 to 4294967295"),
        ("--out x.png --count 0", "argument --count: this must be"),
        ("--out x.jpeg", "must end in .png or .zip"),
        ("--out nowhere/x.png", "no folder nowhere to write to"),
        ("--out x.png --model nonsense", "no weights 'nonsense'"),
        ("--out x.png --weights nothing.safetensors", "no weights file nothing.safetensors"),
        ("--out x.png --model vae", "A vae cannot be asked for a digit"),
        ("--out x.zip --text 1", "need --out FILE.png"),
        ("--idx x --scale 2", "need --out FILE.png"),
        ("--out x.png --hand AA", "it has 1 numbers, not 64"),
        ("--out x.png --hand AA --seed 1", "leave out --seed and --count"),
        ("--out x.png --like x.png", "needs --digit D"),
        ("--out x.png --text 1a", "not 'a'"),
        ("--out x.png --text 1 --digit 3", "leave out --digit and --count"),
        ("--out x.png --text 1 --count 3", "leave out --digit and --count"),
    ],
)
def test_bad_options_are_refused(options, sentence, capsys):
    with pytest.raises((BadInput, SystemExit)) as refusal:
        generate.main(options.split())
    assert sentence in capsys.readouterr().err + str(refusal.value)
