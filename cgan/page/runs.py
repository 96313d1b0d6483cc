"""What the tab Training shows: how shipped weights learned, and runs of train.py.

    /gradio_api/training/compact/3.png    the fourth preview of a training
    /gradio_api/training/compact.gif      all of them, as a film of ink on paper

For shipped weights, weights/logs/NAME.json holds what `history` returned and the weights' id, and
weights/previews/NAME.webp the previews, one below the other. A run's folder holds both.
"""

import functools
import io
import json
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageOps
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgan import weights
from cgan.cli import BadInput, need
from cgan.draw import images
from cgan.files import visible
from cgan.learn.history import history as read_history
from cgan.page.access import sentence

FRAME = (280, 140)  # pixels of a preview: the first five of its ten rows
SECONDS = 6  # of a film, as training.js plays it


def trainings(models, folders=()):
    """Return all trainings by the name to show: logs of shipped weights, then runs, the newest first.

    Args:
        models: name -> Weights.
        folders: run folders, and folders of run folders; read anew on each call.

    Returns:
        name -> Path of a log or of a run folder, as `history` and `preview` take it.
    """
    logs = _shipped_logs()
    found = {name: logs[model.id] for name, model in models.items() if model.id in logs}
    folders = [Path(folder).resolve() for folder in folders]
    inside = [path for folder in folders for path in visible(folder, "*")]
    runs = {path for path in [*folders, *inside] if (path / "log.jsonl").is_file()}
    for path in sorted(runs, key=lambda path: (path / "log.jsonl").stat().st_mtime, reverse=True):
        name = path.name
        while name in found:
            name += " (run)"
        found[name] = path
    return found


def history(path):
    """Return the history of a run folder, or what is kept of it for shipped weights. Raises BadInput."""
    return json.loads(path.read_bytes()) if path.suffix == ".json" else read_history(path)


def preview(path, position):
    """Return a preview as an image of FRAME's size; position: of its epoch in history(path)["previews"].

    Raises BadInput if there is none.
    """
    try:
        if path.suffix == ".json":
            image = _strip(path.parent.parent / "previews" / f"{path.stem}.webp")
            top = FRAME[1] * position
        else:
            image, top = Image.open(path / history(path)["files"][position]).convert("L"), 0
    except (IndexError, OSError) as error:
        raise BadInput("There is no such preview of this training.") from error
    need(top < image.height, "There is no such preview of this training.")
    return image.crop((0, top, FRAME[0], top + FRAME[1]))


def film(path):
    """Return all previews as a GIF that lasts SECONDS, and two more on the last one. Raises BadInput."""
    count = len(history(path)["previews"])
    need(count, "There is no preview of this training yet.")
    frames = [images.enlarge(preview(path, i), 2, Image.Resampling.BICUBIC) for i in range(count)]
    ramp = ImageOps.colorize(Image.linear_gradient("L").resize((1, 256)), images.PAPER, "black").tobytes()
    for frame in frames:
        frame.putpalette(ramp)
    pace = [max(20, round(1000 * SECONDS / count))] * (count - 1) + [2000]
    frames[0].save(
        data := io.BytesIO(), "GIF", save_all=True, append_images=frames[1:], duration=pace, loop=0
    )
    return data.getvalue()


def routes(models, folders=()):
    """Return the Starlette routes of previews and films. Names are looked up, never used as paths."""

    def route(address, media_type, answer):
        def respond(request: Request):
            asked = dict(request.path_params)
            path = trainings(models, folders).get(asked.pop("name"))
            if path is None:
                return sentence(404, "There is no training of this name here.")
            try:
                data = answer(path, **asked)
            except BadInput as error:
                return sentence(404, str(error))
            return Response(data, media_type=media_type, headers={"Cache-Control": "private, no-cache"})

        return Route(f"/gradio_api/training/{address}", respond)

    def png(path, position):
        return images.png(preview(path, position))

    return [route("{name}/{position:int}.png", "image/png", png), route("{name}.gif", "image/gif", film)]


@functools.lru_cache(maxsize=8)
def _strip(file):
    """Return the previews of shipped weights, one below the other."""
    return Image.open(file).convert("L")


@functools.cache
def _shipped_logs():
    """Return the logs of shipped weights: id -> Path. The page works without one that is damaged."""
    logs = {}
    for file in visible(weights.SHIPPED, "logs/*.json"):
        with suppress(ValueError, KeyError, TypeError):
            logs[json.loads(file.read_bytes())["id"]] = file
    return logs
