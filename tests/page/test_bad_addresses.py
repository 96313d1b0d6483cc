"""Bad addresses: what is wrong with one is said in a sentence."""

import random

import pytest

from cgan.page import routes
from page.addresses import CODE, REPORT, get, new_client


@pytest.fixture
def client():
    return new_client()


BY_CODE = {"z": CODE, "w": REPORT.id}
BAD = [
    ("digits/10.png", {}, "digit must be a whole number from 0 to 9, not '10'."),
    ("digits/7.png", {"seed": "-1"}, "seed must be a whole number from 0 to 4294967295, not '-1'."),
    ("digits/7.png", {"n": "101"}, "n must be a whole number from 1 to 100"),
    ("digits/all.png", {"n": "100", "scale": "8"}, "At scale 8 this picture would have"),
    ("digits/7.png", {"sed": "1"}, "There is no parameter 'sed' here; there are digit, n, scale, ground,"),
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


@pytest.mark.parametrize("count", [pytest.param(count, marks=pytest.mark.soak) for count in (0, 200)])
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
