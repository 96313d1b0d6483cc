"""Fit a hand to drawings sent by POST, for the tab "Your hand". Nothing is stored.

    curl --json '{"drawings": [{"image": "data:image/png;base64,...", "digit": 3}]}' .../gradio_api/hand

If `digit` is null, the classifier's reading is used. The answer is a stream of JSON lines:

    {"read": [[0.0, ...]], "digits": [3]}    the classifier's probabilities and the digit of each drawing
    {"waiting": 2}                           two visitors are ahead; sent again when that changes
    {"z": "AbC...", "w": "1f2e3d4c5b6a", "unlike": [false]}
                                             the code of the hand, the id of its weights, and whether each
                                             drawing is unlike what this hand writes
    {"error": "..."}                         instead, if no hand fits
"""

import asyncio
import base64
import json
from io import BytesIO

import torch
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cgan.cli import BadInput, need, whole_number
from cgan.draw import drawings, hands, sampling
from cgan.draw.fit import fit
from cgan.page import pictures
from cgan.page.access import sentence

MAX_DRAWINGS, MAX_WAITING = 10, 20
UNLIKE = 0.1  # mean squared error; 99 of 100 of MNIST's training digits are nearer to the hand fitted to them
PREFIX = "data:image/png;base64,"


def route(weights):
    """Return the Starlette route that fits hands for `weights`, one at a time."""
    queue = []  # tickets; the first one's hand is being fitted

    async def respond(request: Request):
        try:
            drawings, digits = await run_in_threadpool(parse, await request.body())
        except BadInput as error:
            return sentence(400, str(error))
        if len(queue) > MAX_WAITING:
            return sentence(503, "Too many people are having a hand fitted; try again in a minute.")
        return StreamingResponse(answer(request, drawings, digits), media_type="application/x-ndjson")

    async def answer(request, drawings, digits):
        ticket = object()
        queue.append(ticket)
        try:
            probabilities = await run_in_threadpool(pictures.read, drawings)
            read = probabilities.argmax(1).tolist()
            digits = [read[i] if digit is None else digit for i, digit in enumerate(digits)]
            yield line(read=probabilities.tolist(), digits=digits)
            place = None
            while queue[0] is not ticket:
                if place != (place := queue.index(ticket)):
                    yield line(waiting=place)
                await asyncio.sleep(0.2)
                if await request.is_disconnected():
                    return
            if await request.is_disconnected():  # after another stroke, the page asks anew
                return
            z, unlike = await run_in_threadpool(hand, weights, drawings, digits)
            yield line(z=z, w=weights.id, unlike=unlike)
        except BadInput as error:
            yield line(error=str(error))
        finally:
            queue.remove(ticket)

    return Route("/gradio_api/hand", respond, methods=["POST"])


def hand(weights, drawings, digits):
    """Fit a hand. Return its code, and for each drawing whether it is unlike what that hand writes."""
    z = fit(weights, drawings, digits)
    drawn = sampling.draw(weights, z.expand(len(digits), -1), torch.tensor(digits))
    return hands.encode(z), ((drawn - drawings).square().mean((1, 2, 3)) > UNLIKE).tolist()


def parse(body):
    """Return drawings in MNIST's form, float (n, 1, 28, 28), and their digits or None. Raises BadInput."""
    try:
        asked = [(item["image"], item.get("digit")) for item in json.loads(body)["drawings"]]
        files = [base64.b64decode(image.removeprefix(PREFIX), validate=True) for image, _ in asked]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput('Send {"drawings": [{"image": "data:image/png;base64,...", "digit": 3}]}.') from error
    need(1 <= len(files) <= MAX_DRAWINGS, f"Send 1 to {MAX_DRAWINGS} drawings, not {len(files)}.")
    digits = [digit if digit is None else whole_number("digit", digit, 0, 9) for _, digit in asked]
    return torch.stack([drawings.from_image(BytesIO(file), ["PNG"]) for file in files]), digits


def line(**value):
    return json.dumps(value).encode() + b"\n"
