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

from cgan import weights
from cgan.draw import images, sampling
from cgan.page import fitting
from page.conftest import app_with, run_async


def data_url(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return fitting.PREFIX + base64.b64encode(buffer.getvalue()).decode()


def drawing(digit):
    """A digit as on a pad: dark on light, enlarged."""
    picture = images.to_uint8(sampling.generate([digit], 3, weights.shipped()))[0]
    return data_url(Image.fromarray(255 - picture.numpy()).resize((140, 140)))


@pytest.fixture
def client():
    """An asynchronous client of an app with the address, whose answers come in pieces."""
    app = app_with([fitting.route(weights.shipped())])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def post(client, drawings):
    return client.post("/gradio_api/hand", json={"drawings": drawings})


def lines(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_hand_is_fitted_to_what_was_drawn(client):
    first, last = lines(run_async(post(client, [{"image": drawing(3)}, {"image": drawing(7), "digit": 7}])))
    assert first["digits"] == [3, 7] and len(first["read"]) == 2 and len(first["read"][0]) == 10
    assert last["w"] == weights.shipped().id
    drawn = sampling.generate([3], weights=weights.shipped(), hand=last["z"])
    wanted = fitting.parse(json.dumps({"drawings": [{"image": drawing(3)}]}))[0]
    assert (drawn - wanted).square().mean() < 0.1


BLANK = data_url(Image.new("L", (140, 140), 255))
BAD = [[], [{"image": drawing(3)}] * 11, [{}], [3], "x", None]
BAD += [[{"image": image}] for image in (BLANK, fitting.PREFIX + "iVBORw0KGgo=", "data:,", "%%%", "a", 3)]
BAD += [[{"image": drawing(3), "digit": digit}] for digit in (10, "x", [3], 1.5)]
NO_JSON = [b"", b"{", b"[]", b"\xff", b"[" * 50_000]


@pytest.mark.parametrize("body", [*NO_JSON, *(json.dumps({"drawings": drawings}) for drawings in BAD)])
def test_bad_drawings_are_refused_in_a_sentence(client, body):
    answer = run_async(client.post("/gradio_api/hand", content=body))
    assert answer.status_code == 400 and answer.text.endswith(".") and "\n" not in answer.text


def test_one_at_a_time_and_who_leaves_makes_room(client, monkeypatch):
    """While a hand is fitted one waits, the next is refused, and when the first of them leaves, one may."""
    monkeypatch.setattr(fitting, "MAX_WAITING", 1)
    go_on, log = threading.Event(), []

    def fit(weights, drawings, digits):
        log.append("begins")
        go_on.wait(20)
        log.append("ends")
        if digits == [9]:
            raise fitting.BadInput("No hand comes near.")
        return torch.zeros(weights.z_dim)

    monkeypatch.setattr(fitting, "fit", fit)

    async def visit():
        async def ask(digit):
            asked = asyncio.create_task(post(client, [{"image": drawing(digit)}]))
            await asyncio.sleep(0.7)
            return asked

        first, leaving = await ask(9), await ask(3)
        refused = await ask(3)
        leaving.cancel()
        last = await ask(3)
        go_on.set()
        return await refused, lines(await first), lines(await last)

    refused, first, last = run_async(visit())
    assert refused.status_code == 503 and log == ["begins", "ends"] * 2
    assert first[-1] == {"error": "No hand comes near."}
    assert last[1:] == [{"waiting": 1}, {"z": last[2]["z"], "w": weights.shipped().id}]
