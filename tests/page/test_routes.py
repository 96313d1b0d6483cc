"""Addresses: what they answer is the library's picture."""

import io
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import MNIST

from cgan.draw import hands, images, sampling, sets, styles, writing
from cgan.page import pictures
from page.addresses import CODE, MODELS, REPORT, STYLED, get, new_client

ENDS = {"from": 3, "to": 8}


@pytest.fixture
def client():
    return new_client()


def pixels(answer):
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def seeded(seed, *indices):
    return hands.seeded(seed, indices, REPORT.z_dim)


def sheet(digits, z, columns=None):
    y = torch.tensor(digits)
    return images.grid(images.to_uint8(sampling.draw(REPORT, z.expand(len(y), -1), y)), columns)


HAND = hands.decode(CODE, REPORT.z_dim)[None]
MOVED = styles.styled(HAND, STYLED, slant=-0.7, stroke=1, width=2)
STYLE = {"slant": "-0.7", "stroke": "1", "width": "2.0", "z": CODE, "w": STYLED.id}
TEXT = "３−1\n（4）"
TEN = [*range(10)]
PAPER = {"ground": "paper", "scale": 8}
RANDOM = images.to_uint8(sampling.unconditional(4, 9, MODELS["vae"]))
WRITTEN = "3-1\n(4)"


@pytest.mark.parametrize(
    "path, asked, expected",
    [
        ("digits/7.png", {}, sheet([7], seeded(0, 0))),  # no seed: seed 0
        ("digits/7.png", {"seed": 42, "n": 13}, sheet([7] * 13, seeded(42, *range(13)))),
        ("digits/7.png", {"seed": 42, "i": 9999}, sheet([7], seeded(42, 9999))),
        ("digits/7.png", {"scale": 3}, images.enlarge(sheet([7], seeded(0, 0)), 3)),
        ("digits/7.png", {"ground": "white"}, images.on_background(sheet([7], seeded(0, 0)), "white")),
        ("digits/all.png", PAPER, images.on_background(sheet(TEN, seeded(0, 0), 10), "paper", 8)),
        (
            "text.png",
            {"text": "12", **PAPER},
            images.on_background(writing.write("12", REPORT, seeded(0, 0)), "paper", 8),
        ),
        ("digits/all.png", {"seed": 5, "n": 2}, sheet(TEN * 2, seeded(5, 0, 1).repeat_interleave(10, 0), 10)),
        ("digits/4.png", {"z": CODE, "w": STYLED.id, "slant": 0}, sheet([4], HAND)),
        ("digits/4.png", STYLE | {"model": "report"}, sheet([4], MOVED)),  # w decides
        ("digits/all.png", STYLE, sheet(TEN, MOVED, 10)),
        ("text.png", {"text": "12", **STYLE}, writing.write("12", STYLED, MOVED)),
        ("text.png", {"text": "123456", "wrap": 3}, writing.write("123456", REPORT, seeded(0, 0), wrap=3)),
        (
            "text.png",
            {"text": TEXT, "ground": "white"},
            writing.write(WRITTEN, REPORT, seeded(0, 0), "white"),
        ),
        ("text.png", {"text": TEXT, "hand": "fresh"}, writing.write(WRITTEN, REPORT, seeded(0, 0, 1, 2))),
        (
            "text.png",
            {"text": "1-1+2", "hand": "natural", "turn": 3, **STYLE},
            writing.write(
                "1-1+2", STYLED, styles.styled(hands.natural(HAND[0], range(3), 3), STYLED, -0.7, 1, 2)
            ),
        ),
        ("samples.png", {"seed": 9, "n": 4, "model": "vae"}, images.grid(RANDOM)),
        ("real/3.png", {"i": 26, "n": 4}, images.grid(pictures.real(3)[26:30])),
    ],
)
def test_an_address_is_the_librarys_picture(client, path, asked, expected):
    assert (pixels(get(client, path, **asked)) == np.asarray(expected)).all()


def test_real_digits_are_read_as_what_they_are(judge):
    for digit in range(10):
        assert (judge(pictures.real(digit)[:, None] / 127.5 - 1) == digit).float().mean() > 0.9


def test_what_the_classifier_reads(client):
    answer = get(client, "digits/7.json", seed=42, i=17).json()
    expected = pictures.read(sampling.generate([7], 42, REPORT, [17]))[0]
    assert answer["digit"] == 7 and answer["read"] == expected.argmax()
    assert answer["probabilities"] == pytest.approx(expected.tolist())
    assert get(client, "digits/4.json", **STYLE).json()["digit"] == 4


@pytest.mark.parametrize(
    "asked, start, end",
    [
        ({"seed": 7, "to_seed": 9, "to_i": 2}, seeded(7, 0), seeded(9, 2)),
        ({"seed": 7, "i": 5}, seeded(7, 5), seeded(7, 5)),
        ({"z": CODE, "w": REPORT.id}, HAND, HAND),
        ({"z": CODE, "w": REPORT.id, "to_seed": 4}, HAND, seeded(4, 0)),
        ({"seed": 7, "to_z": CODE, "w": REPORT.id}, seeded(7, 0), HAND),
        (STYLE, MOVED, MOVED),
    ],
)
def test_a_morph_starts_and_ends_at_its_hands(client, asked, start, end):
    """What is not given of the end is as at the start."""
    frames = pixels(get(client, "morph.png", frames=12, **ENDS, **asked))
    assert frames.shape == (28, 336)
    assert (frames[:, :28] == sheet([3], start)).all() and (frames[:, -28:] == sheet([8], end)).all()


def test_a_morph_as_gif_goes_there_and_back(client):
    gif = Image.open(io.BytesIO(get(client, "morph.gif", frames=12, **ENDS).content))
    assert (gif.n_frames, gif.size) == (12, (224, 224))
    gif.seek(6)  # the turning point
    assert (np.asarray(gif.convert("L"))[::8, ::8] == sheet([8], seeded(0, 0))).all()


def test_sets_are_sent_whole(client):
    style = {"slant": -1, "model": "styled"}
    answer = get(client, "set.zip", digit="3", seed=5, count=150, **style)
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 151 and archive.testzip() is None  # and metadata.csv
        last = get(client, "digits/3.png", seed=5, i=149, **style)
        assert archive.read("3/digit3_seed5_00149.png") == last.content


def test_the_pages_set_in_mnists_format_is_the_commands(client, tmp_path):
    answer = get(client, "set.zip", count=12, seed=3, format="idx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "page")
    sets.write_idx(tmp_path / "command", sets.idx_entries(range(10), 12, 3, REPORT))
    assert len(MNIST(tmp_path / "page", train=True)) == 120
    for file in (tmp_path / "command" / "MNIST" / "raw").iterdir():
        assert (tmp_path / "page" / "MNIST" / "raw" / file.name).read_bytes() == file.read_bytes()


def test_what_caches_may_keep(client):
    def caching(path="digits/7.png", **asked):
        return get(client, path, **asked).headers["cache-control"]

    assert caching(w=STYLED.id) == "public, max-age=31536000, immutable"
    assert caching() == "public, no-cache"
    assert caching("set.zip", count=1, w=STYLED.id) == "public, no-cache"
    client.app.auth, client.app.tokens = {"ann": "secret"}, {"token": "ann"}
    client.cookies.set("access-token-x", "token")
    assert caching(w=STYLED.id) == "private, max-age=31536000, immutable"
