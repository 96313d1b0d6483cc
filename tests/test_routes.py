import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cgan.cli import BadInput
from cgan.page import access, routes


@pytest.fixture
def client(report):
    app = Starlette(**access.app_kwargs(routes.routes({"report": report})))
    app.auth, app.cookie_id, app.tokens = None, "x", {}  # what Gradio's app has
    return TestClient(app)


def digits(client, path="7.png", headers=None, **asked):
    return client.get(f"/gradio_api/digits/{path}", params=asked, headers=headers)


def test_a_picture_is_that_of_its_address(client, report):
    answer = digits(client, seed=42, n=16, model="report", w=report.id)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    image = Image.open(io.BytesIO(answer.content))
    assert image.mode == "L" and image.size == (112, 112)
    assert image.tobytes() == routes.draw(report, 7, 42, 16).tobytes()
    assert digits(client, seed=42, n=16).content == answer.content
    assert digits(client, "3.png", seed=42, n=16).content != answer.content


def test_the_id_finds_the_weights_under_another_name(client, report):
    client.app.router.routes[:] = routes.routes({"mine": report})
    answer = digits(client, seed=3, model="report", w=report.id)
    assert answer.status_code == 200 and answer.content == digits(client, seed=3).content


def test_a_tile_is_the_same_in_a_larger_grid(report):
    sixteen, hundred = (np.asarray(routes.draw(report, 5, 9, n)) for n in (16, 100))
    assert (sixteen[:28, :112] == hundred[:28, :112]).all()
    assert (sixteen[28:56, :28] == hundred[:28, 112:140]).all()  # tile 4


def test_caching(client, report):
    lasting = digits(client, seed=1, model="report", w=report.id)
    assert lasting.headers["cache-control"] == "public, max-age=31536000, immutable"
    todays = digits(client, seed=1)
    assert todays.headers["cache-control"] == "no-cache"
    etag = todays.headers["etag"]
    assert etag == lasting.headers["etag"] and etag[0] == etag[-1] == '"'
    again = digits(client, seed=1, headers={"If-None-Match": f'"other", {etag}'})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == etag
    assert digits(client, seed=2, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    "path, asked, status, sentence",
    [
        ("10.png", {}, 400, "digit must be a whole number from 0 to 9, not '10'."),
        ("x.png", {}, 400, "digit must be a whole number"),
        ("7.png", {"seed": "-1"}, 400, "seed must be a whole number from 0 to 4294967295, not '-1'."),
        ("7.png", {"seed": "1.5"}, 400, "seed must be a whole number"),
        ("7.png", {"n": "0"}, 400, "n must be a whole number from 1 to 100, not '0'."),
        ("7.png", {"n": "101"}, 400, "n must be a whole number"),
        ("7.png", {"n": ""}, 400, "n must be a whole number"),
        ("7.png", {"model": "nonsense"}, 404, "There is no model 'nonsense' here; there is report."),
        ("7.png", {"model": "../report"}, 404, "There is no model"),
        ("7.png", {"w": "0123456789ab"}, 404, "The weights of report here are"),
    ],
)
def test_a_bad_address_is_answered_with_a_sentence(client, path, asked, status, sentence):
    answer = digits(client, path, **asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert answer.text.startswith(sentence) and answer.headers["cache-control"] == "no-store"


def test_a_page_with_a_log_in_keeps_its_pictures_too(client):
    client.app.auth, client.app.tokens = {"ann": "secret"}, {"token": "ann"}
    assert digits(client).status_code == 401
    client.cookies.set("access-token-x", "forged")
    assert digits(client).status_code == 401
    client.cookies.set("access-token-x", "token")
    answer = digits(client, model="report", w=digits(client).headers["etag"].split("-")[1])
    assert answer.status_code == 200 and answer.headers["cache-control"].startswith("private")


@pytest.mark.parametrize("digit, seed, count", [(10, 0, 1), (1, -1, 1), (1, 0, 0), (1, 0, 101), (None, 0, 1)])
def test_draw_refuses_what_it_cannot_draw(report, digit, seed, count):
    with pytest.raises(BadInput, match="must be a whole number from"):
        routes.draw(report, digit, seed, count)


def image(answer):
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_a_tile_has_an_address_of_its_own(client):
    sheet = np.asarray(image(digits(client, seed=42, n=64)))
    assert (np.asarray(image(digits(client, seed=42, i=17))) == sheet[56:84, 28:56]).all()
    rows = np.asarray(image(digits(client, "all.png", seed=42, n=10)))
    assert rows.shape == (280, 280)
    assert (rows[84:112, 196:224] == np.asarray(image(digits(client, seed=42, i=3)))).all()


def test_what_the_judge_reads(client):
    answer = digits(client, "7.json", seed=42, i=17).json()
    assert answer["digit"] == 7 and len(answer["probabilities"]) == 10
    assert answer["read"] == np.argmax(answer["probabilities"])
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)


def get(client, path, **asked):
    return client.get(f"/gradio_api/{path}", params=asked)


def test_a_morph_goes_from_one_picture_to_the_other(client):
    ends = {"from": 3, "to": 8, "seed": 7, "to_seed": 9, "to_i": 2}
    frames = np.asarray(image(get(client, "morph.png", frames=12, **ends)))
    assert frames.shape == (28, 336)
    assert (frames[:, :28] == np.asarray(image(digits(client, "3.png", seed=7)))).all()
    assert (frames[:, -28:] == np.asarray(image(digits(client, "8.png", seed=9, i=2)))).all()
    gif = image(get(client, "morph.gif", frames=12, **ends))
    assert gif.n_frames == 12 and gif.size == (224, 224)
    gif.seek(6)  # the turning point
    assert (np.asarray(gif.convert("L"))[::8, ::8] == frames[:, -28:]).all()


def test_each_digit_half_way_to_each(client):
    between = np.asarray(image(get(client, "between.png", seed=7)))
    tiles = between.reshape(10, 28, 10, 28).swapaxes(1, 2)
    assert (tiles == tiles.swapaxes(0, 1)).all()
    assert (tiles[4, 4] == np.asarray(image(digits(client, "4.png", seed=7)))).all()


def test_text_by_its_address(client, report):
    answer = get(client, "text.png", text="3+4=7\n1", seed=7, hand="fresh", ground="transparent")
    assert (
        image(answer).tobytes()
        == routes.writing.write("3+4=7\n1", 7, report, "fresh", "transparent").tobytes()
    )


def test_sets(client):
    png = get(client, "set.zip", digit="3", seed=5, count=150)
    with zipfile.ZipFile(io.BytesIO(png.content)) as archive:
        assert len(archive.namelist()) == 150 and archive.testzip() is None
        assert archive.read("digit3_seed5_00149.png") == digits(client, "3.png", seed=5, i=149).content
    idx = get(client, "set.zip", seed=5, count=12, format="idx")
    with zipfile.ZipFile(io.BytesIO(idx.content)) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    assert sizes["train-images-idx3-ubyte"] == 16 + 120 * 784 and sizes["t10k-labels-idx1-ubyte"] == 8 + 20
    with routes._making_a_set:
        assert get(client, "set.zip").status_code == 503
    assert get(client, "set.zip").status_code == 200


@pytest.mark.parametrize(
    "path, asked, sentence",
    [
        ("digits/7.png", {"i": "10000"}, "i must be a whole number from 0 to 9999"),
        ("text.png", {"text": "abc"}, "text may have the digits"),
        ("text.png", {"text": "1" * 65}, "text must have 1 to 64 characters, not 65"),
        ("text.png", {"text": "1", "hand": "left"}, "hand must be one or fresh"),
        ("morph.gif", {"from": "3"}, "to must be a whole number from 0 to 9"),
        (
            "morph.gif",
            {"from": "3", "to": "8", "frames": "121"},
            "frames must be a whole number from 2 to 120",
        ),
        ("between.png", {"seed": "x"}, "seed must be a whole number"),
        ("set.zip", {"count": "1001"}, "count must be a whole number from 1 to 1000"),
        (
            "set.zip",
            {"digit": "7", "count": "9000", "format": "idx"},
            "count must be a whole number from 1 to 8571",
        ),
        ("set.zip", {"format": "tar"}, "format must be png or idx"),
        ("set.zip", {"digit": "9-0"}, "digit: this must be a digit"),
    ],
)
def test_other_bad_addresses(client, path, asked, sentence):
    answer = get(client, path, **asked)
    assert answer.status_code == 400 and answer.text.startswith(sentence)
