"""Addresses (GET) beside the page; each answer is a pure function of the query.

    /gradio_api/digits/7.png?seed=42&n=64&model=report&w=1f2e3d4c5b6a   (all.png: ten digits, a hand a row)
    /gradio_api/digits/7.json?seed=42&i=17                              what the classifier reads in it
    /gradio_api/samples.png?seed=7&n=16&model=vae                       of a model that is not conditional
    /gradio_api/text.png?text=2026-11-24&seed=7&hand=natural&turn=2&ground=black
    /gradio_api/digits/7.svg?seed=42&n=64                               outlines (all.svg, text.svg, too)
    /gradio_api/hand.ttf?seed=42&i=17&name=My%20hand                    a hand as a font (hand.woff2: packed)
    /gradio_api/morph.gif?from=3&to=8&seed=7&to_seed=9&frames=48        (morph.png: the frames in a row)
    /gradio_api/set.zip?digit=0-9&seed=7&count=100&format=png           (idx: in MNIST's format)
    /gradio_api/real/3.png?i=0&n=16                                     real digits to compare with
    /gradio_api/digits.html?model=compact                               the page without a server, one file

A hand is given by `seed` and `i` or by its code `z`, and changed by `slant`, `stroke` and `width`. `ground`
is black, white, paper (ink as the page shows it) or transparent (black behind its alpha, so all black to
programs that drop it). The weights are those with the id `w`, those called `model`, or the default ones. With
`w` a picture never changes and may be cached for ever. ADDRESSES lists the parameters of each address. More
addresses are in runs.py, fitting.py and code.py.
"""

import math

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgan.cli import BadInput, need, whole_number
from cgan.draw import font, hands, images, sets, styles, writing
from cgan.page import code, fitting, outlines, pictures
from cgan.page import runs as training
from cgan.page.access import sentence


class NoSuchModel(BadInput):
    """The requested model or weights do not exist here; answered with 404 instead of 400."""

    status = 404


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
    """Parse a number from -2 to 2 in steps of 0.1."""
    try:
        tenths = 10 * float(text)
    except ValueError:
        tenths = math.nan
    is_step = abs(tenths) <= 20 and abs(tenths - round(tenths)) < 1e-6
    need(is_step, f"{name} must be a number from -2 to 2 in steps of 0.1, not {text[:40]!r}.")
    return round(tenths) / 10


def digits(name, text):
    try:
        return sets.digit_range(text)
    except BadInput as error:
        raise BadInput(f"{name}: {error}.") from error


PARAMETERS = {  # name -> parser; pictures.py has the defaults
    **dict.fromkeys(("digit", "from", "to"), whole(0, 9)),
    **dict.fromkeys(("seed", "to_seed"), whole(0, hands.MAX_SEED)),
    **dict.fromkeys(("i", "to_i"), whole(0, 9999)),
    **dict.fromkeys(styles.STYLES, style),
    **dict.fromkeys(("z", "to_z", "text", "model", "w"), lambda name, text: text),
    "n": whole(1, pictures.MAX_TILES),
    "scale": whole(1, images.MAX_SCALE),
    "frames": whole(2, 120),
    "hand": one_of(*hands.VARIATIONS),
    "turn": whole(0, hands.MAX_TURN),
    "ground": one_of(*images.BACKGROUNDS),
    "wrap": whole(1, writing.MAX_TEXT),
    "count": whole(1, pictures.MAX_SET),
    "format": one_of("png", "idx"),
    "name": lambda name, text: font.check_name(text),
}
REQUIRED = {"from", "to", "text"}


def some(names):
    return {name: PARAMETERS[name] for name in names.split()}


STYLE, MODEL = some("slant stroke width"), some("model w")
HAND = some("seed i z") | STYLE | MODEL
FONT = HAND | some("name")
MORPH = some("from to to_seed to_i to_z frames scale") | HAND
SET = {"digit": digits} | some("seed count format") | STYLE | MODEL
ADDRESSES = [  # path, media type, what answers, parameters
    ("digits/all.png", "image/png", pictures.all_png, some("n scale ground") | HAND),
    ("digits/{digit}.png", "image/png", pictures.digit_png, some("digit n scale ground") | HAND),
    ("digits/all.svg", "image/svg+xml", outlines.all_svg, some("n") | HAND),
    ("digits/{digit}.svg", "image/svg+xml", outlines.digit_svg, some("digit n") | HAND),
    ("digits/{digit}.json", "application/json", pictures.digit_json, some("digit") | HAND),
    ("samples.png", "image/png", pictures.samples_png, some("seed n scale") | MODEL),
    ("text.png", "image/png", pictures.text_png, some("text hand turn ground wrap scale") | HAND),
    ("text.svg", "image/svg+xml", outlines.text_svg, some("text hand turn wrap") | HAND),
    ("hand.ttf", "font/ttf", outlines.hand_ttf, FONT),
    ("hand.woff2", "font/woff2", outlines.hand_woff2, FONT),
    ("morph.png", "image/png", pictures.morph_png, MORPH),
    ("morph.gif", "image/gif", pictures.morph_gif, MORPH),
    ("set.zip", "application/zip", pictures.set_zip, SET),
    ("real/{digit}.png", "image/png", pictures.real_png, some("digit i n scale")),
]


def routes(models, runs=(), digits_html=None):
    """Return the Starlette routes of all addresses.

    Args:
        models: name -> Weights; the first conditional one is the default.
        runs: run folders, or folders of them, for runs.py.
        digits_html: a function from Weights to a page and its headers, which answers digits.html.
    """
    more = [("digits.html", "text/html", digits_html, MODEL)] if digits_html else []
    addresses = [_route(models, *address) for address in [*ADDRESSES, *more]]
    return [*addresses, *training.routes(models, runs), fitting.route(chosen(models)), code.route()]


def _route(models, path, media_type, answer, parameters):
    def respond(request: Request):
        try:
            asked = _parse(parameters, request)
            w, weights = asked.pop("w", None), None
            if "model" in parameters:
                weights = chosen(models, asked.pop("model", None), w)
            need(w or not asked.keys() & {"z", "to_z"}, "A hand's code needs its weights' id: give w, too.")
            data = answer(weights, **asked)
            data, headers = data if isinstance(data, tuple) else (data, {})
        except BadInput as error:
            return sentence(getattr(error, "status", 400), str(error))
        whose = "public" if request.app.auth is None else "private"
        is_kept = w and path not in ("set.zip", "digits.html")
        how_long = "max-age=31536000, immutable" if is_kept else "no-cache"
        headers["Cache-Control"] = f"{whose}, {how_long}"
        return Response(data, media_type=media_type, headers=headers)

    return Route(f"/gradio_api/{path}", respond)


def _parse(parameters, request):
    """Return the given parameters as a dict of name -> value. Raises BadInput."""
    given = [*request.query_params.multi_items(), *request.path_params.items()]
    names, known = [name for name, _ in given], ", ".join(parameters)
    for name in names:
        need(name in parameters, f"There is no parameter {name[:40]!r} here; there are {known}.")
        need(names.count(name) == 1, "Give each parameter once.")
    for name in parameters:
        need(name in names or name not in REQUIRED, f"Give {name}, too.")
    return {name: parameters[name](name, text) for name, text in given}


def chosen(models, name=None, w=None):
    """Return the weights with the id `w`, else those called `name`, else the default. Raises NoSuchModel."""
    for weights in models.values():
        if weights.id == w:
            return weights
    if name is None:
        name = next(name for name, weights in models.items() if weights.conditional)
    if name not in models:
        raise NoSuchModel(f"There is no model {name[:40]!r} here; there is {', '.join(models)}.")
    if w is not None:
        raise NoSuchModel(f"The weights of {name} here are {models[name].id}, not the ones asked for.")
    return models[name]
