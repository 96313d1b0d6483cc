import io

from cgan import guard, routes
from cgan.errors import BadInput

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient


@pytest.fixture
def client(report):
    app = Starlette(**guard.app_kwargs(routes.routes({"report": report})))
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
