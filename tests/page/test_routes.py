"""Addresses: what they answer is the library's picture; what is wrong with one is said in a sentence."""

import dataclasses
import io
import random
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.testclient import TestClient

from cgan import weights
from cgan.draw import hands, images, sampling, styles, writing
from cgan.page import pictures, routes
from page.conftest import app_with

REPORT = weights.shipped("report")
# The report's weights with style directions, as newer files have.
STYLED = dataclasses.replace(REPORT, directions=torch.eye(3, REPORT.z_dim), digest="5" + REPORT.digest[1:])
MODELS = {"vae": weights.shipped("vae"), "report": REPORT, "styled": STYLED}
CODE = hands.encode(hands.seeded(3, [1], REPORT.z_dim)[0])
ENDS = {"from": 3, "to": 8}


@pytest.fixture
def client():
    return TestClient(app_with(routes.routes(MODELS)))


def get(client, path, **asked):
    return client.get(f"/gradio_api/{path}", params=asked)


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
RANDOM = images.to_uint8(sampling.unconditional(4, 9, MODELS["vae"]))
WRITTEN = "3-1\n(4)"


@pytest.mark.parametrize(
    "path, asked, expected",
    [
        ("digits/7.png", {}, sheet([7], seeded(0, 0))),  # no seed: seed 0
        ("digits/7.png", {"seed": 42, "n": 13}, sheet([7] * 13, seeded(42, *range(13)))),
        ("digits/7.png", {"seed": 42, "i": 9999}, sheet([7], seeded(42, 9999))),
        ("digits/7.png", {"scale": 3}, images.enlarge(sheet([7], seeded(0, 0)), 3)),
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
        assert len(archive.namelist()) == 150 and archive.testzip() is None
        last = get(client, "digits/3.png", seed=5, i=149, **style)
        assert archive.read("digit3_seed5_00149.png") == last.content
    answer = get(client, "set.zip", count=12, format="idx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    assert sizes["train-images-idx3-ubyte"] == 16 + 120 * 784 and sizes["t10k-labels-idx1-ubyte"] == 8 + 20


def test_what_caches_may_keep(client):
    def caching(**asked):
        return get(client, "digits/7.png", **asked).headers["cache-control"]

    assert caching(w=STYLED.id) == "public, max-age=31536000, immutable"
    assert caching() == "public, no-cache"
    client.app.auth, client.app.tokens = {"ann": "secret"}, {"token": "ann"}
    client.cookies.set("access-token-x", "token")
    assert caching(w=STYLED.id) == "private, max-age=31536000, immutable"


BY_CODE = {"z": CODE, "w": REPORT.id}
BAD = [
    ("digits/10.png", {}, "digit must be a whole number from 0 to 9, not '10'."),
    ("digits/7.png", {"seed": "-1"}, "seed must be a whole number from 0 to 4294967295, not '-1'."),
    ("digits/7.png", {"n": "101"}, "n must be a whole number from 1 to 100"),
    ("digits/all.png", {"n": "100", "scale": "8"}, "At scale 8 this picture would have"),
    ("digits/7.png", {"sed": "1"}, "There is no parameter 'sed' here; there are digit, n, scale, seed,"),
    ("digits/7.png", {"seed": ["1", "2"]}, "Give each parameter once."),
    ("digits/7.png", {"digit": "3"}, "Give each parameter once."),
    ("digits/7.png", {"slant": "0.05"}, "slant must be a number from -2 to 2 in steps of 0.1"),
    ("digits/7.png", {"width": "nan"}, "width must be a number from -2 to 2"),
    ("digits/7.png", {"z": CODE}, "A hand's code needs its weights' id: give w, too."),
    ("digits/7.png", {"z": "AAAA", "w": REPORT.id}, "This hand was made for other weights"),
    ("digits/7.png", {"seed": "1", **BY_CODE}, "Give z, or seed and i, not both."),
    ("digits/7.png", {"n": "2", **BY_CODE}, "z is one hand"),
    ("digits/7.png", {"model": "vae"}, "A vae cannot be asked for a digit"),
    ("digits/7.png", {"model": "../report"}, "There is no model '../report' here; there is vae, report"),
    ("digits/7.png", {"w": "0123456789ab"}, "The weights of report here are"),
    ("text.png", {}, "Give text, too."),
    ("text.png", {"text": "a"}, "text may contain the digits 0-9"),
    ("text.png", {"text": "1", "hand": "left"}, "hand must be one, natural or fresh, not 'left'."),
    ("text.png", {"text": "1", "turn": "10000"}, "turn must be a whole number from 0 to 9999"),
    ("text.png", {"text": "12", "hand": "fresh", **BY_CODE}, "z is one hand"),
    ("morph.gif", {"from": "3"}, "Give to, too."),
    ("set.zip", {"count": "1001"}, "count must be a whole number from 1 to 1000, not '1001'."),
    (
        "set.zip",
        {"digit": "7", "count": "9000", "format": "idx"},
        "count must be a whole number from 1 to 857",
    ),
    ("set.zip", {"digit": "9-0"}, "digit: this must be a digit"),
    ("set.zip", {"model": "vae"}, "A vae cannot be asked for a digit"),
    ("real/3.png", {"i": "28", "n": "3"}, "There are 30 real pictures of each digit"),
]


@pytest.mark.parametrize("path, asked, sentence", BAD)
def test_a_bad_address_is_answered_with_a_sentence(client, path, asked, sentence):
    answer = get(client, path, **asked)
    is_unknown = sentence.startswith(("There is no model", "The weights of"))
    assert answer.status_code == (404 if is_unknown else 400)
    assert answer.text.startswith(sentence) and answer.text.endswith(".")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("count", [0, pytest.param(200, marks=pytest.mark.soak)])
@pytest.mark.parametrize("path, parameters", [(address[0], address[-1]) for address in routes.ADDRESSES])
def test_whatever_is_asked_no_address_fails(client, path, parameters, count):
    values = ["", "0", "3", "-1", "1e3", "NaN", "٣", "a\0b", "<b>", "../x", "9" * 400, "idx", "fresh"]
    chosen = random.Random(path)
    values += ["".join(chosen.choices("01239.-+e%&=\x7f é√", k=chosen.randrange(1, 9))) for _ in range(count)]
    required = {name: "1" for name in parameters if name in routes.REQUIRED}
    for name in [*parameters, "unknown"]:
        for value in values:
            answer = get(client, path.replace("{digit}", "3"), **required | {name: value})
            assert answer.status_code in (200, 400, 404)
