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
    assert last["w"] == weights.shipped().id and last["unlike"] == [False, False]
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
    assert last[1] == {"waiting": 1} and last[2]["w"] == weights.shipped().id


def test_nothing_is_fitted_for_who_has_left(monkeypatch):
    """Servers of ASGI 2.4 cancel nothing: they answer that the client is gone, if asked."""
    fitted = []
    monkeypatch.setattr(fitting, "fit", lambda *asked: fitted.append(asked))
    body = json.dumps({"drawings": [{"image": drawing(3)}]}).encode()
    messages, sent = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}], []

    async def receive():
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1"}
    scope |= {"method": "POST", "path": "/gradio_api/hand", "query_string": b"", "scheme": "http"}
    scope |= {"headers": [(b"content-length", b"%d" % len(body))], "server": ("test", 80)}
    run_async(app_with([fitting.route(weights.shipped())])(scope, receive, send))
    assert sent[0]["status"] == 200 and fitted == []
