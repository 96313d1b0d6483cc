"""Addresses by GET beside the page, each a pure function of its query.

    /gradio_api/digits/7.png?seed=42&n=64&model=report&w=1f2e3d4c5b6a   (all.png: ten digits, a hand a row)
    /gradio_api/digits/7.json?seed=42&i=17                              what the classifier reads in it
    /gradio_api/samples.png?seed=7&n=16&model=vae                       of a model that is not conditional
    /gradio_api/text.png?text=2026-11-24&seed=7&hand=one&ground=black
    /gradio_api/morph.gif?from=3&to=8&seed=7&to_seed=9&frames=48        (morph.png: the frames in a row)
    /gradio_api/set.zip?digit=0-9&seed=7&count=100&format=png           (idx: in MNIST's format)
    /gradio_api/real/3.png?i=0&n=16                                     real digits to compare with

A hand is given by `seed` and `i` or by its code `z`, and changed by `slant`, `stroke` and `width`. The
weights are those with the id `w`, or those called `model`, or the default ones. With `w` the answer never
changes and is cached for ever; without it, it is what this server draws today. runs.py and fitting.py have
two more addresses: previews of trainings, and a hand from drawings by POST.
"""

import math
from argparse import ArgumentTypeError

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgan import generate, hands, images, writing
from cgan.cli import BadInput, need, whole_number
from cgan.files import digest
from cgan.page import fitting, pictures
from cgan.page import runs as training
from cgan.page.access import Refused, sentence

DRAWING_VERSION = 1  # raise it when the same address gives other pixels than before
MAX_TILES, MAX_INDEX, MAX_FRAMES = 100, 9999, 120
REQUIRED = object()


def whole(low, high):
    return lambda name, text: whole_number(name, text, low, high)


def one_of(*choices):
    def parse(name, text):
        need(
            text in choices, f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {text[:40]!r}."
        )
        return text

    return parse


def style(name, text):
    """-2 to 2 in steps of 0.1."""
    try:
        tenths = 10 * float(text)
    except ValueError:
        tenths = math.nan
    is_step = abs(tenths) <= 20 and abs(tenths - round(tenths)) < 1e-6
    need(is_step, f"{name} must be a number from -2 to 2 in steps of 0.1, not {text[:40]!r}.")
    return round(tenths) / 10


def digit_range(name, text):
    try:
        return generate.digit_range(text)
    except ArgumentTypeError as error:
        raise BadInput(f"{name}: {error}.") from error


def as_given(name, text):
    return text


PARAMETERS = {  # name -> (parser, default)
    **dict.fromkeys(("digit", "from", "to"), (whole(0, 9), REQUIRED)),
    **dict.fromkeys(("seed", "to_seed"), (whole(0, hands.MAX_SEED), None)),
    **dict.fromkeys(("i", "to_i"), (whole(0, MAX_INDEX), None)),
    **dict.fromkeys(hands.STYLES, (style, 0.0)),
    **dict.fromkeys(("z", "to_z", "model", "w"), (as_given, None)),
    "n": (whole(1, MAX_TILES), 1),
    "scale": (whole(1, images.MAX_SCALE), 1),
    "frames": (whole(2, MAX_FRAMES), 48),
    "text": (as_given, REQUIRED),
    "hand": (one_of("one", "fresh"), "one"),
    "ground": (one_of("black", "white", "transparent"), "black"),
    "wrap": (whole(1, writing.MAX_TEXT), None),
    "count": (whole(1, pictures.MAX_SET), 10),
    "format": (one_of("png", "idx"), "png"),
}
HAND, END, MODEL = "seed i z slant stroke width", "to to_seed to_i to_z", "model w"
GIF_SCALE, DIGITS = {"scale": (whole(1, images.MAX_SCALE), 8)}, {"digit": (digit_range, range(10))}


def some(*names):
    return {name: PARAMETERS[name] for name in " ".join(names).split()}


ADDRESSES = [  # path, media type, what answers, parameters
    ("digits/all.png", "image/png", pictures.all_png, some("n scale", HAND, MODEL)),
    ("digits/{digit}.png", "image/png", pictures.digit_png, some("digit n scale", HAND, MODEL)),
    ("digits/{digit}.json", "application/json", pictures.digit_json, some("digit", HAND, MODEL)),
    ("samples.png", "image/png", pictures.samples_png, some("seed n scale", MODEL)),
    ("text.png", "image/png", pictures.text_png, some("text hand ground wrap scale", HAND, MODEL)),
    ("morph.png", "image/png", pictures.morph_png, some("from", END, "frames scale", HAND, MODEL)),
    (
        "morph.gif",
        "image/gif",
        pictures.morph_gif,
        some("from", END, "frames scale", HAND, MODEL) | GIF_SCALE,
    ),
    ("set.zip", "application/zip", pictures.set_zip, some("seed count format", MODEL) | DIGITS),
    ("real/{digit}.png", "image/png", pictures.real_png, some("digit i n scale")),
]


def parse(parameters, request):
    """Return the values of an address's parameters by name. Raises BadInput."""
    given = [*request.query_params.multi_items(), *request.path_params.items()]
    for name, _ in given:
        need(
            name in parameters,
            f"There is no parameter {name[:40]!r} here; there are {', '.join(parameters)}.",
        )
    need(len(dict(given)) == len(given), "Give each parameter once.")
    values = {name: default for name, (_, default) in parameters.items()}
    values |= {name: parameters[name][0](name, text) for name, text in given}
    for name, value in values.items():
        need(value is not REQUIRED, f"Give {name}, too.")
    return values


def routes(models, runs=()):
    """Return the Starlette routes of all addresses.

    Args:
        models: name -> Weights; the first conditional one is the default.
        runs: folders of runs, for the addresses of page/runs.py.
    """
    addresses = [_route(models, *address) for address in ADDRESSES]
    return [*addresses, *training.routes(models, runs), fitting.route(chosen(models))]


def _route(models, path, media_type, answer, parameters):
    def respond(request: Request):
        try:
            asked = parse(parameters, request)
            weights, w = None, asked.pop("w", None)
            if "model" in parameters:
                weights = chosen(models, asked.pop("model"), w)
                has_code = {asked.get("z"), asked.get("to_z")} != {None}
                need(w or not has_code, "A hand's code needs its weights' id: give w, too.")
            etag = f'"{digest([DRAWING_VERSION, path, weights and weights.digest, str(asked)])[:16]}"'
            headers = {"ETag": etag, **_caching(request, w)}
            if path.endswith(".zip"):
                headers["Content-Disposition"] = "attachment; filename=digits.zip"
            if etag in request.headers.get("If-None-Match", ""):
                return Response(status_code=304, headers=headers)
            return Response(answer(weights, **asked), media_type=media_type, headers=headers)
        except BadInput as error:
            return sentence(getattr(error, "status", 400), str(error))

    return Route(f"/gradio_api/{path}", respond)


def chosen(models, name=None, w=None):
    """Return the weights with the id `w`, else those called `name`, else the default. Raises Refused."""
    if name is None:
        name = next(name for name, weights in models.items() if weights.conditional)
    for weights in models.values():
        if weights.id == w:
            return weights
    if name not in models:
        raise Refused(404, f"There is no model {name[:40]!r} here; there is {', '.join(models)}.")
    if w is not None:
        raise Refused(404, f"The weights of {name} here are {models[name].id}, not the ones asked for.")
    return models[name]


def _caching(request, w):
    """What never changes is kept for ever, by everyone unless visitors must log in."""
    whose, vary = ("public", {}) if request.app.auth is None else ("private", {"Vary": "Cookie"})
    return {"Cache-Control": f"{whose}, {'max-age=31536000, immutable' if w else 'no-cache'}", **vary}
