"""Image addresses: pictures by GET, beside the page. A picture is a pure function of its address.

    /gradio_api/digits/7.png?seed=42&n=64&model=report&w=1f2e3d4c5b6a    (all.png: a handwriting a row)
    /gradio_api/digits/7.json?seed=42&i=17                               what the judge reads in picture 17
    /gradio_api/text.png?text=2026-11-24&seed=7&hand=one&ground=black
    /gradio_api/morph.gif?from=3&to=8&seed=7&to_seed=9&frames=48         (morph.png: the frames in a row)
    /gradio_api/set.zip?digit=0-9&seed=7&count=100&format=png            (idx: in MNIST's format)
    /gradio_api/samples.png?seed=7&n=16&model=vae                        of a model that knows no digit
    /gradio_api/real/3.png?i=0&n=16                                      real digits to compare with
(and what cgan/training.py has of how models learned)

`w`, the weights' id, makes the address good for ever, and so it may be cached for ever. Without it, or
without `model`, the answer is what this server draws by default today, and is asked for again each time.
"""

import itertools
import json
import math
import threading
from argparse import ArgumentTypeError

import torch
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from cgan import generate, hands, images, sampling, writing
from cgan import weights as weights_files
from cgan.cli import BadInput, whole_number
from cgan.files import digest
from cgan.page import learned, real
from cgan.page.access import sentence

DRAWING_VERSION = 1  # raise it when the same address gives other pixels than before
MAX_TILES, MAX_INDEX, MAX_FRAMES, MAX_SET = 100, 9999, 120, 10_000
_making_a_set = threading.Lock()


def draw(weights, digit, seed, count, first=0):
    """The page's picture as a mode L image: `count` tiles (1 to MAX_TILES) of one digit, from index `first`
    on; of "all" digits, as many rows of ten. Raises BadInput."""
    digits = range(10) if digit == "all" else [whole_number("digit", digit, 0, 9)]
    count = whole_number("n", count, 1, MAX_TILES)
    first = whole_number("i", first, 0, MAX_INDEX)
    indices = [first + i for i in range(count) for _ in digits]
    tiles = sampling.generate([*digits] * count, seed, weights, indices)
    return images.grid(images.to_uint8(tiles), 10 if digit == "all" else None)


def digits_png(weights, asked):
    seed, count, first = asked.get("seed", "0"), asked.get("n", "1"), asked.get("i", "0")
    return images.png(draw(weights, asked["digit"], seed, count, first))


def digits_json(weights, asked):
    digit = whole_number("digit", asked["digit"], 0, 9)
    index = whole_number("i", asked.get("i", "0"), 0, MAX_INDEX)
    picture = sampling.generate([digit], asked.get("seed", "0"), weights, [index])
    judge = weights_files.shipped("judge").network
    with torch.inference_mode():
        read = judge(picture).softmax(dim=1)[0]
    return json.dumps({"digit": digit, "read": read.argmax().item(), "probabilities": read.tolist()})


def samples_png(weights, asked):
    count = whole_number("n", asked.get("n", "1"), 1, MAX_TILES)
    return images.png(
        images.grid(images.to_uint8(sampling.unconditional(count, asked.get("seed", "0"), weights)))
    )


def real_png(weights, asked):
    digit = whole_number("digit", asked["digit"], 0, 9)
    first = whole_number("i", asked.get("i", "0"), 0, real.EACH - 1)
    count = whole_number("n", asked.get("n", "1"), 1, real.EACH - first)
    return images.png(images.grid(real.pictures(digit)[first : first + count]))


def text_png(weights, asked):
    text, hand, ground = asked.get("text", ""), asked.get("hand", "one"), asked.get("ground", "black")
    if hand not in ("one", "fresh"):
        raise BadInput(f"hand must be one or fresh, not {hand[:40]!r}.")
    sampling.conditional(weights)
    indices = range(writing.count_digits(text)) if hand == "fresh" else [0]
    z = hands.seeded(asked.get("seed", "0"), indices, weights.z_dim)
    return images.png(writing.write(text, weights, z, ground))


def _ends(weights, asked):
    sampling.conditional(weights)
    seed, index = asked.get("seed", "0"), whole_number("i", asked.get("i", "0"), 0, MAX_INDEX)
    to_index = whole_number("to_i", asked.get("to_i", index), 0, MAX_INDEX)
    start, end = (whole_number(name, asked.get(name, ""), 0, 9) for name in ("from", "to"))
    frames = whole_number("frames", asked.get("frames", "48"), 2, MAX_FRAMES)
    z0 = hands.seeded(seed, [index], weights.z_dim)[0]
    z1 = hands.seeded(asked.get("to_seed", seed), [to_index], weights.z_dim)[0]
    return (start, z0), (end, z1), frames


def morph_png(weights, asked):
    *ends, frames = _ends(weights, asked)
    steps = [i / (frames - 1) for i in range(frames)]
    return images.png(images.grid(images.to_uint8(sampling.morph(weights, *ends, steps)), frames))


def morph_gif(weights, asked):
    *ends, frames = _ends(weights, asked)  # there and back again, slower at both ends
    steps = [(1 - math.cos(2 * math.pi * i / frames)) / 2 for i in range(frames)]
    return images.gif(images.to_uint8(sampling.morph(weights, *ends, steps)), milliseconds=50)


def set_zip(weights, asked):
    """The pieces of a .zip, as `python -m cgan.generate` makes it; one is made at a time."""
    try:
        digits = generate.digit_range(asked.get("digit", "0-9"))
    except ArgumentTypeError as error:
        raise BadInput(f"digit: {error}.") from error
    seed = whole_number("seed", asked.get("seed", "0"), 0, hands.MAX_SEED)
    per_digit, form = MAX_SET // len(digits), asked.get("format", "png")
    if form not in ("png", "idx"):
        raise BadInput(f"format must be png or idx, not {form[:40]!r}.")
    most = per_digit if form == "png" else per_digit * 6 // 7  # a sixth more to test on
    count = whole_number("count", asked.get("count", "10"), 1, most)
    sampling.generate([0], seed, weights)  # refuses those that know no digit before the stream begins
    entries = generate.png_entries if form == "png" else generate.idx_entries
    return [generate.zip_bytes(entries(digits, count, seed, weights))]


def routes(models, runs=()):
    """The Starlette routes that draw with `models`, a dict of name -> Weights; the first that knows digits is
    the default. runs: folders of train.py's, beside those that `learned.runs` finds."""
    kept = {
        "digits/{digit}.png": (digits_png, "image/png"),
        "digits/{digit}.json": (digits_json, "application/json"),
        "text.png": (text_png, "image/png"),
        "morph.png": (morph_png, "image/png"),
        "morph.gif": (morph_gif, "image/gif"),
        "samples.png": (samples_png, "image/png"),
        "real/{digit}.png": (real_png, "image/png"),
    }
    answers = {path: _kept(path, make, media_type) for path, (make, media_type) in kept.items()}
    answers["set.zip"] = lambda request, weights, asked: _stream(set_zip(weights, asked))

    def address(path, answer):
        def respond(request: Request):
            asked = {**request.query_params, **request.path_params}
            try:
                weights = _chosen(models, asked)
            except BadInput as error:
                return sentence(404, str(error))
            try:
                return answer(request, weights, asked)
            except BadInput as error:
                return sentence(400, str(error))

        return Route(f"/gradio_api/{path}", respond)

    drawn = [address(path, answer) for path, answer in answers.items()]
    return [*drawn, *learned.routes(models, runs)]


def _kept(path, make, media_type):
    """Answers with the bytes that make(weights, asked) returns, unless the visitor's browser kept them."""

    def answer(request, weights, asked):
        what = {key: value for key, value in asked.items() if key not in ("model", "w")}
        etag = f'"{DRAWING_VERSION}-{weights.id}-{digest([path, what])[:16]}"'
        lasting = "model" in asked and "w" in asked
        whose = "public" if request.app.auth is None else "private"
        caching = f"{whose}, max-age=31536000, immutable" if lasting else "no-cache"
        headers = {"ETag": etag, "Cache-Control": caching, "Vary": "Cookie"}
        if etag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return Response(make(weights, asked), media_type=media_type, headers=headers)

    return answer


def _chosen(models, asked):
    default = next(name for name, weights in models.items() if weights.conditional)
    name = asked.get("model", default)
    for other, weights in models.items():  # the weights' id decides, by whatever name they go here
        name = other if weights.id == asked.get("w") else name
    if name not in models:
        raise BadInput(f"There is no model {name[:40]!r} here; there is {', '.join(models)}.")
    if asked.get("w", models[name].id) != models[name].id:
        raise BadInput(f"The weights of {name} here are {models[name].id}, not the ones asked for.")
    return models[name]


def _stream(pieces):
    if not _making_a_set.acquire(blocking=False):
        return sentence(503, "Another set is being made at this moment; try again in a minute.")

    def held():
        try:
            yield b""
            yield from pieces
        finally:
            _making_a_set.release()

    stream = held()
    first = next(stream)  # from here on it releases the lock even if the visitor has gone
    headers = {"Cache-Control": "no-store", "Content-Disposition": "attachment; filename=digits.zip"}
    return StreamingResponse(itertools.chain([first], stream), media_type="application/zip", headers=headers)
