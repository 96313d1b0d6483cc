"""Addresses: what they answer is the library's picture; what is wrong with one is said in a sentence."""

import dataclasses
import io
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cgan import hands, images, sampling, weights, writing
from cgan.page import access, pictures, real, routes


@pytest.fixture(scope="module")
def styled():
    """The report's weights with style directions, as newer files have."""
    report = weights.shipped("report")
    directions = torch.eye(3, report.z_dim)
    return dataclasses.replace(report, directions=directions, digest="5" + report.digest[1:])


@pytest.fixture
def client(styled):
    models = {"vae": weights.shipped("vae"), "report": weights.shipped("report"), "styled": styled}
    app = Starlette(**access.launch_options(routes.routes(models))["app_kwargs"])
    app.auth, app.cookie_id, app.tokens = None, "x", {}  # as on Gradio's app
    return TestClient(app)


def get(client, path, headers=None, **asked):
    return client.get(f"/gradio_api/{path}", params=asked, headers=headers)


def pixels(answer):
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def drawn(digits, z, model=None):
    y = torch.tensor(digits)
    return images.to_uint8(sampling.draw(model or weights.shipped("report"), z.expand(len(y), -1), y))


def sheet(digits, z, columns=None, model=None):
    return np.asarray(images.grid(drawn(digits, z, model), columns))


def seeded(seed, indices, model=None):
    return hands.seeded(seed, indices, (model or weights.shipped("report")).z_dim)


def test_a_digit_is_drawn_from_its_seed_and_index(client):
    assert (
        pixels(get(client, "digits/7.png", seed=42, n=13)) == sheet([7] * 13, seeded(42, range(13)))
    ).all()
    assert (pixels(get(client, "digits/7.png")) == sheet([7], seeded(0, [0]))).all()  # no seed: seed 0
    assert (pixels(get(client, "digits/7.png", seed=42, i=9999)) == sheet([7], seeded(42, [9999]))).all()


def test_all_digits_are_rows_of_one_hand(client):
    rows = seeded(5, [3, 4]).repeat_interleave(10, 0)
    assert (
        pixels(get(client, "digits/all.png", seed=5, i=3, n=2)) == sheet([*range(10)] * 2, rows, 10)
    ).all()


def test_what_the_classifier_reads(client):
    answer = get(client, "digits/7.json", seed=42, i=17).json()
    expected = pictures.read(sampling.generate([7], 42, weights.shipped("report"), [17]))[0]
    assert answer["digit"] == 7 and answer["read"] == expected.argmax()
    assert answer["probabilities"] == pytest.approx(expected.tolist())


def test_a_model_that_is_not_conditional(client):
    expected = images.grid(images.to_uint8(sampling.unconditional(4, 9, weights.shipped("vae"))))
    assert (pixels(get(client, "samples.png", seed=9, n=4, model="vae")) == np.asarray(expected)).all()


def test_a_text(client):
    report, asked = weights.shipped("report"), {"text": "３−1\n（4）", "seed": 7, "ground": "transparent"}
    one = writing.write("3-1\n(4)", report, seeded(7, [2]), "transparent")
    fresh = writing.write("3-1\n(4)", report, seeded(7, [2, 3, 4]), "transparent")
    assert (pixels(get(client, "text.png", i=2, **asked)) == np.asarray(one)).all()
    assert (pixels(get(client, "text.png", i=2, hand="fresh", **asked)) == np.asarray(fresh)).all()
    wrapped = writing.write("123456", report, seeded(0, [0]), wrap=3)
    assert (pixels(get(client, "text.png", text="123456", wrap=3)) == np.asarray(wrapped)).all()


def test_a_morph_goes_from_one_picture_to_the_other(client):
    ends = {"from": 3, "to": 8, "seed": 7, "to_seed": 9, "to_i": 2}
    frames = pixels(get(client, "morph.png", frames=12, **ends))
    assert frames.shape == (28, 336)
    assert (frames[:, :28] == sheet([3], seeded(7, [0]))).all()
    assert (frames[:, -28:] == sheet([8], seeded(9, [2]))).all()
    gif = Image.open(io.BytesIO(get(client, "morph.gif", frames=12, **ends).content))
    assert (gif.n_frames, gif.size) == (12, (224, 224))
    gif.seek(6)  # the turning point
    assert (np.asarray(gif.convert("L"))[::8, ::8] == frames[:, -28:]).all()


def test_what_is_not_given_of_a_morphs_end_is_as_at_its_start(client):
    full = get(client, "morph.png", **{"from": 3, "to": 8, "seed": 7, "i": 5, "to_seed": 7, "to_i": 5})
    assert get(client, "morph.png", **{"from": 3, "to": 8, "seed": 7, "i": 5}).content == full.content
    w, z = weights.shipped("report").id, hands.encode(seeded(7, [5])[0])
    same = get(client, "morph.png", **{"from": 3, "to": 8, "z": z, "w": w, "to_z": z})
    assert get(client, "morph.png", **{"from": 3, "to": 8, "z": z, "w": w}).content == same.content
    other = get(client, "morph.png", **{"from": 3, "to": 8, "z": z, "w": w, "to_seed": 4})
    assert (pixels(other)[:, -28:] == sheet([8], seeded(4, [0]))).all()


def test_a_hand_by_its_code_and_styles(client, styled):
    z = hands.decode(hands.encode(seeded(3, [1])[0]), styled.z_dim)[None]
    asked = {"z": hands.encode(z[0]), "w": styled.id}
    assert (pixels(get(client, "digits/4.png", **asked)) == sheet([4], z)).all()
    assert (
        get(client, "digits/4.png", slant=0, **asked).content == get(client, "digits/4.png", **asked).content
    )
    moved = hands.styled(z, styled, slant=-0.7, stroke=1, width=2)
    style = {"slant": "-0.7", "stroke": "1", "width": "2.0", **asked}
    assert (pixels(get(client, "digits/all.png", **style)) == sheet([*range(10)], moved, 10)).all()
    text = writing.write("12", styled, moved)
    assert (pixels(get(client, "text.png", text="12", **style)) == np.asarray(text)).all()
    strip = pixels(get(client, "morph.png", frames=3, **{"from": 1, "to": 2}, **style))
    assert (strip[:, :28] == sheet([1], moved)).all() and (strip[:, -28:] == sheet([2], moved)).all()
    assert get(client, "digits/4.json", **style).json()["digit"] == 4


@pytest.mark.parametrize(
    "path, asked",
    [
        ("digits/7.png", {"n": 3}),
        ("text.png", {"text": "1"}),
        ("morph.png", {"from": 1, "to": 2, "frames": 3}),
        ("real/3.png", {"n": 4}),
    ],
)
def test_scale_enlarges_pixels_to_squares(client, path, asked):
    small, large = (pixels(get(client, path, scale=scale, **asked)) for scale in (1, 3))
    assert (large == small.repeat(3, 0).repeat(3, 1)).all()
    assert (pixels(get(client, path, **asked)) == small).all()


def test_real_digits(client):
    expected = images.grid(real.pictures(3)[26:30])
    assert (pixels(get(client, "real/3.png", i=26, n=4)) == np.asarray(expected)).all()


def test_sets_are_sent_whole(client):
    answer = get(client, "set.zip", digit="3", seed=5, count=150)
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-disposition"] == "attachment; filename=digits.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 150 and archive.testzip() is None
        assert archive.read("digit3_seed5_00149.png") == get(client, "digits/3.png", seed=5, i=149).content
    answer = get(client, "set.zip", count=12, format="idx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    assert sizes["train-images-idx3-ubyte"] == 16 + 120 * 784 and sizes["t10k-labels-idx1-ubyte"] == 8 + 20


def test_one_set_at_a_time(client, monkeypatch):
    started, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(pictures.generate, "zip_bytes", lambda _: started.set() or go_on.wait(30) and b"PK")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(get, client, "set.zip")
        assert started.wait(30)
        assert get(client, "set.zip").status_code == 503
        go_on.set()
    assert first.result().content == b"PK" and get(client, "set.zip").status_code == 200


def test_caching(client, styled):
    kept = get(client, "digits/7.png", seed=1, w=styled.id)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    todays = get(client, "digits/7.png", seed=1)
    assert todays.headers["cache-control"] == "public, no-cache"
    again = get(client, "digits/7.png", {"If-None-Match": f'"other", {todays.headers["etag"]}'}, seed=1)
    assert (again.status_code, again.content) == (304, b"")
    tags = [
        get(client, "digits/7.png", **asked).headers["etag"] for asked in ({"seed": 2}, {"model": "styled"})
    ]
    assert len({*tags, todays.headers["etag"]}) == 3


def test_a_page_with_a_log_in_lets_only_the_visitor_keep_its_pictures(client, styled):
    client.app.auth, client.app.tokens = {"ann": "secret"}, {"token": "ann"}
    assert get(client, "digits/7.png").status_code == 401
    client.cookies.set("access-token-x", "token")
    assert get(client, "digits/7.png", w=styled.id).headers["cache-control"].startswith("private")


def test_the_weights_id_decides(client, styled):
    by_id = get(client, "digits/7.png", seed=3, model="report", w=styled.id)
    assert by_id.headers["etag"] == get(client, "digits/7.png", seed=3, model="styled").headers["etag"]
    assert get(client, "digits/7.png", seed=3, model="gone", w=styled.id).status_code == 200


BAD = [
    ("digits/10.png", {}, 400, "digit must be a whole number from 0 to 9, not '10'."),
    ("digits/all.json", {}, 400, "digit must be a whole number from 0 to 9, not 'all'."),
    ("digits/7.png", {"seed": "-1"}, 400, "seed must be a whole number from 0 to 4294967295, not '-1'."),
    ("digits/7.png", {"seed": ""}, 400, "seed must be a whole number"),
    ("digits/7.png", {"i": "10000"}, 400, "i must be a whole number from 0 to 9999"),
    ("digits/7.png", {"n": "101"}, 400, "n must be a whole number from 1 to 100"),
    ("digits/7.png", {"n": "100", "scale": "9"}, 400, "scale must be a whole number from 1 to 8"),
    ("digits/all.png", {"n": "100", "scale": "8"}, 400, "At scale 8 this picture would have"),
    ("digits/7.png", {"sed": "1"}, 400, "There is no parameter 'sed' here; there are digit, n, scale, seed,"),
    ("digits/7.png", {"seed": ["1", "2"]}, 400, "Give each parameter once."),
    ("digits/7.png", {"digit": "3"}, 400, "Give each parameter once."),
    ("digits/7.png", {"slant": "0.05"}, 400, "slant must be a number from -2 to 2 in steps of 0.1"),
    ("digits/7.png", {"width": "nan"}, 400, "width must be a number from -2 to 2"),
    ("digits/7.png", {"stroke": "1"}, 400, "The weights "),
    ("digits/7.png", {"z": "AAAA"}, 400, "A hand's code needs its weights' id: give w, too."),
    ("digits/7.png", {"z": "AAAA", "w": "report"}, 400, "This hand was made for other weights"),
    ("digits/7.png", {"z": "!", "w": "report"}, 400, "This is "),
    ("digits/7.png", {"z": "CODE", "w": "report", "seed": "1"}, 400, "Give z, or seed and i, not both."),
    ("digits/7.png", {"z": "CODE", "w": "report", "n": "2"}, 400, "z is one hand"),
    ("digits/7.png", {"model": "vae"}, 400, "A vae cannot be asked for a digit"),
    ("samples.png", {"model": "report"}, 400, "A report draws the digit it is asked for"),
    ("digits/7.png", {"model": "../report"}, 404, "There is no model '../report' here; there is vae, report"),
    ("digits/7.png", {"w": "0123456789ab"}, 404, "The weights of report here are"),
    ("text.png", {}, 400, "Give text, too."),
    ("text.png", {"text": "a"}, 400, "text"),
    ("text.png", {"text": " "}, 400, "There is nothing to write"),
    ("text.png", {"text": "1" * 65}, 400, "text must have at most 64 characters, not 65."),
    ("text.png", {"text": "1", "hand": "left"}, 400, "hand must be one or fresh, not 'left'."),
    ("text.png", {"text": "12", "hand": "fresh", "z": "CODE", "w": "report"}, 400, "z is one hand"),
    ("text.png", {"text": "1", "ground": "red"}, 400, "ground must be black, white or transparent"),
    ("text.png", {"text": "1", "wrap": "0"}, 400, "wrap must be a whole number from 1 to 64"),
    ("morph.gif", {"from": "3"}, 400, "Give to, too."),
    ("morph.gif", {"from": "3", "to": "8", "frames": "121"}, 400, "frames must be a whole number from 2 to"),
    ("set.zip", {"count": "1001"}, 400, "count must be a whole number from 1 to 1000, not '1001'."),
    (
        "set.zip",
        {"digit": "7", "count": "9000", "format": "idx"},
        400,
        "count must be a whole number from 1 to",
    ),
    ("set.zip", {"format": "tar"}, 400, "format must be png or idx"),
    ("set.zip", {"digit": "9-0"}, 400, "digit: this must be a digit"),
    ("set.zip", {"model": "vae"}, 400, "A vae cannot be asked for a digit"),
    ("real/3.png", {"i": "28", "n": "3"}, 400, "There are 30 real pictures of each digit"),
    ("real/3.png", {"seed": "1"}, 400, "There is no parameter 'seed' here; there are digit, i, n, scale."),
]


@pytest.mark.parametrize("path, asked, status, sentence", BAD)
def test_a_bad_address_is_answered_with_a_sentence(client, path, asked, status, sentence):
    report = weights.shipped("report")
    known = {"report": report.id, "CODE": hands.encode(torch.zeros(report.z_dim))}
    asked = {name: known.get(v, v) if name in ("z", "w") else v for name, v in asked.items()}
    answer = get(client, path, **asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert answer.text.startswith(sentence) and answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [address[0] for address in routes.ADDRESSES])
def test_whatever_is_asked_no_address_fails(client, path):
    values = ["", "0", "3", "-1", "1e3", "NaN", "٣", "a\0b", "<b>", "../x", "9" * 400, "idx", "fresh"]
    for name in [*routes.PARAMETERS, "unknown"]:
        for value in values:
            asked = {"text": "1", "from": "1", "to": "2"} | {name: value}
            answer = get(client, path.replace("{digit}", "3"), **asked)
            assert answer.status_code in (200, 400, 404) and "Traceback" not in answer.text
