"""Image addresses: pictures by GET, beside the page. A picture is a pure function of its address.

    /gradio_api/digits/7.png?seed=42&n=64&model=report&w=1f2e3d4c5b6a

`w`, the weights' id, makes the address good for ever, and so it may be cached for ever. Without it, or
without `model`, the answer is what this server draws by default today, and is asked for again each time.
"""

from cgan import render, sampling
from cgan.errors import BadInput, whole_number
from cgan.guard import sentence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

DRAWING_VERSION = 1  # raise it when the same address gives other pixels than before
MAX_TILES = 100


def draw(weights, digit, seed, count):
    """The page's picture as a mode L image: `count` tiles (1 to MAX_TILES) of one digit. Raises BadInput."""
    digit = whole_number("digit", digit, 0, 9)
    count = whole_number("n", count, 1, MAX_TILES)
    return render.grid(render.to_uint8(sampling.generate([digit] * count, seed, weights)))


def routes(models):
    """The Starlette routes that draw with `models`, a dict of name -> Weights; the first is the default."""

    def digits(request: Request):
        asked = request.query_params
        name = asked.get("model", next(iter(models)))
        for other, weights in models.items():  # the weights' id decides, by whatever name they go here
            name = other if weights.id == asked.get("w") else name
        if name not in models:
            return sentence(404, f"There is no model {name[:40]!r} here; there is {', '.join(models)}.")
        weights = models[name]
        if asked.get("w", weights.id) != weights.id:
            return sentence(404, f"The weights of {name} here are {weights.id}, not the ones asked for.")
        try:
            digit = whole_number("digit", request.path_params["digit"], 0, 9)
            seed = whole_number("seed", asked.get("seed", "0"), 0, sampling.MAX_SEED)
            count = whole_number("n", asked.get("n", "1"), 1, MAX_TILES)
        except BadInput as error:
            return sentence(400, str(error))
        etag = f'"{DRAWING_VERSION}-{weights.id}-{digit}-{seed}-{count}"'
        lasting = "model" in asked and "w" in asked
        whose = "public" if request.app.auth is None else "private"
        caching = f"{whose}, max-age=31536000, immutable" if lasting else "no-cache"
        headers = {"ETag": etag, "Cache-Control": caching, "Vary": "Cookie"}
        if etag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        picture = render.png(draw(weights, digit, seed, count))
        return Response(picture, media_type="image/png", headers=headers)

    return [Route("/gradio_api/digits/{digit}.png", digits)]
