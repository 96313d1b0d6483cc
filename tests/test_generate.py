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
from cgan.draw import font, hands, images, ink, sampling, writing
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
    paper = run(tmp_path, "--text", 1, "--seed", 3, "--scale", 4, "--background", "paper")
    assert paper.height == 4 * 44 and paper.getpixel((0, 0)) == (251, 250, 247)


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


def test_natural_writing_varies_with_the_turn_and_is_the_pages(tmp_path, compact):
    expected = hands.choose(compact, 7, count=4, variation="natural", turn=3)
    natural = ["--text", "22-22", "--seed", 7, "--natural"]
    assert (
        np.asarray(run(tmp_path, *natural, 3)) == np.asarray(writing.write("22-22", compact, expected))
    ).all()
    first, plain = np.asarray(run(tmp_path, *natural)), np.asarray(run(tmp_path, *natural[:-1]))
    assert (np.asarray(run(tmp_path, *natural, "0")) == first).all() and not np.array_equal(first, plain)


@pytest.mark.parametrize(
    "text, written", [("-3+4=1", "-3+4=1"), ("-5", "-5"), ("--1", "--1"), ("−2×3", "-2x3")]
)
def test_a_text_and_a_hand_may_begin_with_a_minus_sign(tmp_path, compact, text, written):
    code = hands.encode(torch.full((compact.z_dim,), -0.2))
    code = "-" + code[1:]
    expected = writing.write(written, compact, hands.decode(code, compact.z_dim)[None])
    assert (np.asarray(run(tmp_path, "--hand", code, "--text", text)) == np.asarray(expected)).all()


def test_digits_and_texts_as_outlines(tmp_path, compact):
    generate.main(["--digit", "3-4", "--count", "2", "--seed", "8", "--out", str(tmp_path / "x.svg")])
    tiles = np.stack([tile(digit, 8, i, compact) for i in (0, 1) for digit in (3, 4)])
    assert (tmp_path / "x.svg").read_bytes() == ink.svg(*ink.grid([3, 4, 3, 4], tiles, 2))
    generate.main(["--text", "3-4", "--natural", "--seed", "8", "--out", str(tmp_path / "x.SVG")])
    z = hands.choose(compact, 8, count=2, variation="natural")
    assert (tmp_path / "x.SVG").read_bytes() == ink.svg(*writing.outlines("3-4", compact, z))


def test_a_hand_as_a_font(tmp_path, compact, capsys):
    Image.fromarray(255 - np.pad(tile(3, 8, 0, compact), 9)).save(tmp_path / "three.png")
    like = ["--like", str(tmp_path / "three.png"), "--digit", "3", "--name", "Ann"]
    generate.main([*like, "--font", str(tmp_path / "x.ttf")])
    z = hands.decode(capsys.readouterr().out.split("hand ")[1].split(":")[0], compact.z_dim)
    assert (tmp_path / "x.ttf").read_bytes() == font.make_font(compact, z, "Ann")[0]
    generate.main(["--seed", "8", "--font", str(tmp_path / "x.woff2")])
    z = hands.seeded(8, [0], compact.z_dim)[0]
    assert (tmp_path / "x.woff2").read_bytes() == font.make_font(compact, z, woff2=True)[0]


def test_what_is_too_faint_to_outline_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ink, "outline_picture", lambda picture: [])
    sentence = "Left out, as no part is more than half black: 3."
    generate.main(["--digit", "3", "--seed", "8", "--out", str(tmp_path / "x.svg")])
    assert capsys.readouterr().out.endswith(f"\n{sentence}\n")
    generate.main(["--seed", "8", "--font", str(tmp_path / "x.ttf")])
    assert capsys.readouterr().out.count("Left out") == 1


def test_a_suffix_counts_in_any_case_and_files_are_named_as_asked(tmp_path):
    for name in ("x.PNG", "x.Zip"):
        generate.main(["--digit", "1", "--count", "1", "--out", str(tmp_path / name)])
    assert Image.open(tmp_path / "x.PNG").format == "PNG" and zipfile.is_zipfile(tmp_path / "x.Zip")
    assert {path.name for path in tmp_path.iterdir()} == {"x.PNG", "x.Zip"}


def test_sets_by_writers_by_command(tmp_path):
    generate.main(["--writers", "2", "--count", "1", "--seed", "3", "--idx", str(tmp_path)])
    generate.main(["--writers", "2", "--digit", "3", "--seed", "3", "--out", str(tmp_path / "x.zip")])
    assert len(MNIST(tmp_path, train=True)) == 20 and len(MNIST(tmp_path, train=False)) == 10
    assert len(zipfile.ZipFile(tmp_path / "x.zip").namelist()) == 1 + 2 * 10


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
        ("--out x.jpeg", "--out must end in .png, .svg or .zip"),
        ("--out nowhere/x.png", "no folder nowhere to write to"),
        ("--out x.png --model nonsense", "no weights 'nonsense'"),
        ("--out x.png --weights nothing.safetensors", "no weights file nothing.safetensors"),
        ("--out x.png --model vae", "A vae cannot be asked for a digit"),
        ("--out x.zip --text 1", "--text needs --out FILE.png or --out FILE.svg."),
        ("--idx x --scale 2", "--scale needs --out FILE.png."),
        ("--out x.svg --scale 1", "--scale needs --out FILE.png."),
        ("--font x.ttf --background white", "--background needs --out FILE.png."),
        ("--font x.ttf --text 1", "--text needs --out FILE.png or --out FILE.svg."),
        ("--font x.ttf --count 3", "--count needs --out FILE.png"),
        ("--font x.ttf --digit 3", "A font has all digits; leave out --digit."),
        ("--font x.otf", "--font must end in .ttf or .woff2"),
        ("--font nowhere/x.ttf", "no folder nowhere to write to"),
        ("--font x.ttf --out x.png", "argument --out: not allowed with argument --font"),
        ("--font x.ttf --hand AA --seed 1", "leave out --seed and --count"),
        (f"--font x.ttf --name {'a' * 41}", "argument --name: A font's name has 1 to 40 printable"),
        ("--out x.png --name Ann", "--name needs --font FILE."),
        ("--out x.png --natural", "--natural varies the digits of --text"),
        (
            "--out x.png --text 1 --natural 10000",
            "argument --natural: this must be a whole number from 0 to 9999",
        ),
        ("--out x.png --writers 3", "--writers needs --out FILE.zip or --idx DIR."),
        ("--idx x --writers 6001", "must be at most 60,000, not 60,010"),
        ("--idx x --writers 3 --hand AA", "--hand needs --out FILE.png or --out FILE.svg or --font FILE."),
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
