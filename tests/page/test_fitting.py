"""Hands from drawings by POST: fitted one at a time, with a place in the queue, refused in a sentence."""

import asyncio
import base64
import io
import json
import threading

import httpx
import pytest
import torch
from PIL import Image
from starlette.applications import Starlette

from cgan import hands, images, sampling, weights
from cgan.page import access, fitting


def data_url(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return fitting.PREFIX + base64.b64encode(buffer.getvalue()).decode()


def drawing(digit, seed=3):
    """A digit as on a pad: dark on light, enlarged."""
    picture = images.to_uint8(sampling.generate([digit], seed, weights.shipped()))[0]
    return data_url(Image.fromarray(255 - picture.numpy()).resize((140, 140)))


@pytest.fixture
def client():
    """An asynchronous client of an app with the address, whose answers come in pieces."""
    ours = [fitting.route(weights.shipped())]
    app = Starlette(**access.launch_options(ours)["app_kwargs"])
    app.auth, app.cookie_id, app.tokens = None, "x", {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def post(client, drawings):
    async def ask():
        return await client.post("/gradio_api/hand", json={"drawings": drawings})

    return asyncio.run(ask())


def test_a_hand_is_fitted_to_what_was_drawn(client):
    answer = post(client, [{"image": drawing(3)}, {"image": drawing(7), "digit": 7}])
    first, last = map(json.loads, answer.text.splitlines())
    assert first["digits"] == [3, 7] and len(first["read"]) == 2 and len(first["read"][0]) == 10
    z = hands.decode(last["z"], weights.shipped().z_dim)
    assert last["w"] == weights.shipped().id
    drawn = sampling.generate([3], weights=weights.shipped(), hand=z)
    wanted = hands.from_image(
        Image.open(io.BytesIO(base64.b64decode(drawing(3).removeprefix(fitting.PREFIX))))
    )
    assert (drawn[0] - wanted).square().mean() < 0.1


BLANK, DOT = Image.new("L", (140, 140), 255), Image.new("L", (140, 140), 255)
DOT.paste(0, (60, 60, 64, 64))


@pytest.mark.parametrize(
    "drawings",
    [
        [],
        [{"image": data_url(BLANK)}],
        [{"image": data_url(DOT)}],
        [{"image": fitting.PREFIX + "iVBORw0KGgo="}],
    ]
    + [[{"image": "data:,"}], [{"image": "%%%"}], [{"image": 3}], [{}], [3], "x", None, {"image": "a"}]
    + [[{"image": data_url(Image.new("1", (20_000, 20_000)))}], [{"image": drawing(3)}] * 11]
    + [[{"image": drawing(3), "digit": digit}] for digit in (10, "x", [3], 1.5)],
)
def test_bad_drawings_are_refused_in_a_sentence(client, drawings):
    answer = post(client, drawings)
    assert answer.status_code == 400 and answer.text.endswith(".") and "\n" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 50_000])
def test_what_is_no_json_is_refused(body):
    with pytest.raises(fitting.BadInput, match="Send"):
        fitting.parse(body)


def test_one_at_a_time_and_everyone_sees_his_place(client, monkeypatch):
    monkeypatch.setattr(fitting, "MAX_WAITING", 1)
    go_on, at_once, most = threading.Event(), 0, 0

    def fit(weights, drawings, digits):
        nonlocal at_once, most
        at_once, most = at_once + 1, max(most, at_once + 1)
        go_on.wait(20)
        at_once -= 1
        if digits == [9]:
            raise fitting.BadInput("No hand comes near.")
        return torch.zeros(weights.z_dim)

    monkeypatch.setattr(hands, "fit", fit)

    async def ask():
        body = {"drawings": [{"image": drawing(9), "digit": 9}]}
        asked = [asyncio.create_task(client.post("/gradio_api/hand", json=body)) for _ in range(2)]
        await asyncio.sleep(1)
        refused = await client.post("/gradio_api/hand", json=body)
        go_on.set()
        return refused, [[json.loads(line) for line in (await each).text.splitlines()] for each in asked]

    refused, answers = asyncio.run(ask())
    assert refused.status_code == 503 and most == 1
    assert sorted(len(lines) for lines in answers) == [2, 3]
    assert {"waiting": 1} in max(answers, key=len)
    assert all(lines[-1] == {"error": "No hand comes near."} for lines in answers)
    go_on.set()
    assert "error" in post(client, [{"image": drawing(9), "digit": 9}]).text  # the queue is free again


def test_who_leaves_makes_room(client, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(hands, "fit", lambda w, *_: go_on.wait(20) and torch.zeros(w.z_dim))

    async def ask():
        body = {"drawings": [{"image": drawing(3)}]}
        first = asyncio.create_task(client.post("/gradio_api/hand", json=body))
        await asyncio.sleep(0.5)
        leaving = asyncio.create_task(client.post("/gradio_api/hand", json=body))
        await asyncio.sleep(0.5)
        leaving.cancel()
        last = asyncio.create_task(client.post("/gradio_api/hand", json=body))
        await asyncio.sleep(0.5)
        go_on.set()
        return await first, await last

    for answer in asyncio.run(ask()):
        assert json.loads(answer.text.splitlines()[-1])["w"] == weights.shipped().id
