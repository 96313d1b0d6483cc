"""Addresses of outlines: SVG files and fonts are the library's; what is wrong is said in a sentence."""

import io
import re
from xml.etree import ElementTree

import pytest
import torch
from fontTools.ttLib import TTFont
from starlette.testclient import TestClient

from cgan import weights
from cgan.draw import font, hands, images, ink, sampling, styles, writing
from cgan.page import access, routes
from page.conftest import app_with

WEIGHTS = weights.shipped("compact")
MODELS = {"vae": weights.shipped("vae"), "compact": WEIGHTS}
CODE = hands.encode(hands.seeded(3, [1], WEIGHTS.z_dim)[0])
HAND = hands.decode(CODE, WEIGHTS.z_dim)
STYLE = {"slant": "-0.7", "stroke": "1", "width": "2.0"}
MOVED = {name: float(value) for name, value in STYLE.items()}
BY_CODE = {"z": CODE, "w": WEIGHTS.id}
SEED_0 = hands.seeded(0, [0], WEIGHTS.z_dim)


@pytest.fixture
def client():
    return TestClient(app_with(routes.routes(MODELS)))


def get(client, path, **asked):
    return client.get(f"/gradio_api/{path}", params=asked)


def sheet(digits, z, columns=None):
    tiles = images.to_uint8(sampling.draw(WEIGHTS, z.expand(len(digits), -1), torch.tensor(digits)))
    return ink.svg(*ink.grid(digits, tiles.numpy(), columns))


def text(typed, z):
    return ink.svg(*writing.outlines(typed, WEIGHTS, z))


@pytest.mark.parametrize(
    "path, asked, expected",
    [
        ("digits/7.svg", {}, sheet([7], SEED_0)),  # no z and no seed: seed 0
        (
            "digits/7.svg",
            {"seed": 4, "i": 2, "n": 3},
            sheet([7] * 3, hands.seeded(4, [2, 3, 4], WEIGHTS.z_dim)),
        ),
        (
            "digits/all.svg",
            BY_CODE | STYLE,
            sheet([*range(10)], styles.styled(HAND[None], WEIGHTS, **MOVED), 10),
        ),
        ("text.svg", {"text": "３−1\n（4）"}, text("3-1\n(4)", SEED_0)),
        (
            "text.svg",
            {"text": "22", "hand": "natural", "turn": 5},
            text("22", hands.natural(SEED_0[0], [0, 1], 5)),
        ),
    ],
)
def test_an_svg_is_the_librarys(client, path, asked, expected):
    answer = get(client, path, **asked)
    assert answer.content == expected and answer.headers["content-type"] == "image/svg+xml"
    assert len(ElementTree.fromstring(answer.content).findall("{*}path")) >= 1


@pytest.mark.parametrize("suffix", ["ttf", "woff2"])
def test_a_font_is_the_librarys(client, suffix):
    answer = get(client, f"hand.{suffix}", name="Ann’s 手 ../1", **BY_CODE, **STYLE)
    expected, _ = font.make_font(WEIGHTS, HAND, "Ann’s 手 ../1", suffix == "woff2", **MOVED)
    assert answer.content == expected and answer.headers["content-type"] == f"font/{suffix}"
    named = f"attachment; filename=\"hand.{suffix}\"; filename*=UTF-8''Ann-s-%E6%89%8B-1.{suffix}"
    assert answer.headers["content-disposition"] == named
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_fonts_without_a_name_differ_in_theirs(client):
    names = set()
    for asked in ({}, {"i": 1}, {"slant": 1}, {"seed": 1}):
        answer = get(client, "hand.ttf", **asked)
        assert re.search(
            "filename=\"hand.ttf\"; filename\\*=UTF-8''hand.ttf$", answer.headers["content-disposition"]
        )
        names.add(TTFont(io.BytesIO(answer.content))["name"].getDebugName(1))
    assert len(names) == 4
    assert get(client, "hand.ttf").content == font.make_font(WEIGHTS, SEED_0[0])[0]


@pytest.mark.parametrize(
    "path, asked, status, sentence",
    [
        ("digits/10.svg", {}, 400, "digit must be a whole number from 0 to 9"),
        ("digits/7.svg", {"scale": 2}, 400, "There is no parameter 'scale' here"),
        ("digits/7.svg", {"z": CODE}, 400, "A hand's code needs its weights' id: give w, too."),
        ("text.svg", {"text": "1", "ground": "white"}, 400, "There is no parameter 'ground' here"),
        ("text.svg", {"text": "12", "hand": "fresh", **BY_CODE}, 400, "z is one hand"),
        ("hand.ttf", {"z": CODE}, 400, "A hand's code needs its weights' id: give w, too."),
        ("hand.ttf", {"seed": 1, **BY_CODE}, 400, "Give z, or seed and i, not both."),
        ("hand.ttf", {"w": "0123456789ab"}, 404, "The weights of compact here are"),
        ("hand.ttf", {"model": "vae"}, 400, "A vae cannot be asked for a digit"),
        ("hand.ttf", {"name": "a" * 41}, 400, "A font's name has 1 to 40 printable characters"),
        ("hand.woff2", {"name": "a\nb"}, 400, "A font's name has 1 to 40 printable characters"),
        ("hand.woff2", {"n": 2}, 400, "There is no parameter 'n' here"),
    ],
)
def test_what_cannot_be_made_is_said(client, path, asked, status, sentence):
    answer = get(client, path, **asked)
    assert answer.status_code == status and answer.text.startswith(sentence)


def test_a_woff2_without_brotli_is_said(client, monkeypatch):
    monkeypatch.setattr(font, "haveBrotli", False)
    assert get(client, "hand.woff2").text.startswith("A .woff2 needs the package brotli")
    assert get(client, "hand.ttf").status_code == 200


@pytest.mark.parametrize(
    "path", ["digits/7.svg", "digits/all.svg", "text.svg?text=1", "hand.ttf", "hand.woff2"]
)
def test_a_password_covers_outlines(client, path):
    client.app.auth = access.login("ann:secret")
    client.app.tokens, client.app.cookie_id = {"token": "ann"}, "x"
    assert client.get(f"/gradio_api/{path}").status_code == 401
    client.cookies.set("access-token-x", "token")
    assert client.get(f"/gradio_api/{path}").status_code == 200
