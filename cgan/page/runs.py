"""What the tab Training shows: how shipped weights learned, and runs of train.py.

    /gradio_api/training/compact/3.png    the fourth preview of a training

For shipped weights, weights/logs/NAME.json holds what `history` returned and the weights' id, and
weights/previews/NAME.webp the previews, one below the other. A run's folder holds both.
"""

import functools
import json
from contextlib import suppress
from pathlib import Path

from PIL import Image
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
            file, top = path.parent.parent / "previews" / f"{path.stem}.webp", FRAME[1] * position
        else:
            file, top = path / history(path)["files"][position], 0
        image = Image.open(file).convert("L")
    except (IndexError, OSError) as error:
        raise BadInput("There is no such preview of this training.") from error
    need(top < image.height, "There is no such preview of this training.")
    return image.crop((0, top, FRAME[0], top + FRAME[1]))


def route(models, folders=()):
    """Return the Starlette route of the previews. Names are looked up, never used as paths."""

    def respond(request: Request):
        path = trainings(models, folders).get(request.path_params["name"])
        if path is None:
            return sentence(404, "There is no training of this name here.")
        try:
            data = images.png(preview(path, request.path_params["position"]))
        except BadInput as error:
            return sentence(404, str(error))
        return Response(data, media_type="image/png", headers={"Cache-Control": "private, no-cache"})

    return Route("/gradio_api/training/{name}/{position:int}.png", respond)


@functools.cache
def _shipped_logs():
    """Return the logs of shipped weights: id -> Path. The page works without one that is damaged."""
    logs = {}
    for file in visible(weights.SHIPPED, "logs/*.json"):
        with suppress(ValueError, KeyError, TypeError):
            logs[json.loads(file.read_bytes())["id"]] = file
    return logs
