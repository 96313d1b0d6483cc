"""How models learned, made small for the page: the losses and previews of shipped weights and of runs.

weights/logs/NAME.json       of shipped weights: what `of_run` returns, and their id
weights/previews/NAME.webp   their previews, one below the other

/gradio_api/learned/compact.json   what is kept of a shipped model's training (.webp: its previews)
/gradio_api/runs.json              the runs that train.py is writing, or wrote, and when: seconds ago
/gradio_api/runs/compact.json      where one stands
/gradio_api/runs/compact/12.png    its preview of an epoch
/gradio_api/rates/0.png            what was drawn at one of the learning rates of cgan.measure.study
"""

import json
import math
import re
import time
from io import BytesIO
from pathlib import Path

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cgan import weights
from cgan.cli import BadInput
from cgan.files import write_atomically
from cgan.page.access import sentence

POINTS = 200  # of a curve, each the mean of a stretch of the log
FRAMES, FRAME = 60, (280, 140)  # of a strip at most, and pixels: the first five of a preview's ten rows
MAX_LOG_BYTES, MAX_RUNS = 8_000_000, 50
TOLD = ("model", "epochs", "batch_size", "lr", "seed")  # of a run's options; paths are nobody's business


def runs(given=()):
    """The run folders in `given` and in the working directory's runs/, the newest first: name -> Path."""
    found = {}
    for folder in [*map(Path, given), *sorted(Path("runs").glob("*"))]:
        if (folder / "log.jsonl").is_file():
            found.setdefault(folder.resolve().name, folder)
    newest = sorted(found.items(), key=lambda item: (item[1] / "log.jsonl").stat().st_mtime, reverse=True)
    return dict(newest[:MAX_RUNS])


def of_run(folder):
    """Where the run in `folder` stands, as JSON has it: options, epochs, epochs_done, seconds, seconds_left,
    age (seconds since it wrote), previews (their epochs) and their version, and the curves.

    A line that is being written is left out. Raises BadInput if there is no log.
    """
    try:
        with open(Path(folder) / "log.jsonl", "rb") as file:
            options, *log = _lines(file.read(MAX_LOG_BYTES))
        epochs, batch_size = int(options["epochs"]), int(options["batch_size"])
        steps = options.get("steps") or epochs * math.ceil(60_000 / batch_size)  # MNIST's
        epochs_a_step = epochs / steps
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise BadInput(f"The run {Path(folder).name} has no log that can be read.") from error
    last = log[-1] if log else {"step": 0, "seconds": 0}
    named = [re.fullmatch(r"preview-(\d{3,})\.png", file.name) for file in Path(folder).iterdir()]
    previews = sorted(int(match[1]) for match in named if match)
    return {
        "options": {name: options[name] for name in TOLD if name in options},
        "epochs": epochs,
        "epochs_done": round(last["step"] * epochs_a_step, 2),
        "seconds": round(last["seconds"]),
        "seconds_left": round(last["seconds"] * max(0, steps / last["step"] - 1)) if log else None,
        "age": _age(folder),
        "previews": previews,
        "version": round((Path(folder) / f"preview-{previews[0]:03d}.png").stat().st_mtime)
        if previews
        else 0,
        **curves(log, epochs_a_step),
    }


def curves(log, epochs_a_step):
    """A log's losses over the epochs, as at most POINTS means: {"epoch": [...], "losses": {name: [...]}}."""
    names = [name for name in (log[0] if log else []) if name not in ("step", "seconds")]
    stretch = math.ceil(len(log) / POINTS) or 1
    parts = [log[i : i + stretch] for i in range(0, len(log), stretch)]

    def means(name, factor=1.0):
        return [float(f"{factor * sum(line[name] for line in part) / len(part):.4g}") for part in parts]

    return {"epoch": means("step", epochs_a_step), "losses": {name: means(name) for name in names}}


def keep(run, file):
    """Write the log and the previews of the folder `run` beside the weights file `file`, as the page reads
    them. Returns the paths that were written: none of what the folder lacks."""
    run, file, written = Path(run), Path(file), []
    if not (run / "log.jsonl").is_file():
        return written
    learned = of_run(run)
    every = math.ceil(len(learned["previews"]) / FRAMES) or 1
    learned["previews"] = learned["previews"][::-1][::every][::-1]  # with the last one
    for name in ("age", "seconds_left", "version"):
        del learned[name]
    log, strip = (
        file.parent / kind / f"{file.stem}.{end}" for kind, end in (("logs", "json"), ("previews", "webp"))
    )
    log.parent.mkdir(exist_ok=True)
    write_atomically(log, (json.dumps({"id": weights.load(file).id, **learned}) + "\n").encode())
    written.append(log)
    if learned["previews"]:
        width, height = FRAME
        sheet = Image.new("L", (width, height * len(learned["previews"])))
        for i, epoch in enumerate(learned["previews"]):
            sheet.paste(Image.open(run / f"preview-{epoch:03d}.png"), (0, i * height))
        buffer = BytesIO()
        sheet.save(buffer, "WEBP", quality=60, method=6)
        strip.parent.mkdir(exist_ok=True)
        write_atomically(strip, buffer.getvalue())
        written.append(strip)
    return written


def shipped(models, folder=weights.SHIPPED):
    """What `keep` wrote of `models`, name -> Weights: {name: (what of_run returned, path of the previews)}.
    Models without a log are left out. Raises BadInput if one is damaged."""
    logs = {}
    for file in sorted(Path(folder).glob("logs/*.json")):
        try:
            learned = json.loads(file.read_bytes())
            logs[learned["id"]] = learned, file.parents[1] / "previews" / f"{file.stem}.webp"
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"{file} is damaged; restore it, or delete it.") from error
    return {name: logs[w.id] for name, w in models.items() if w.id in logs}


def routes(models, given=()):
    """The Starlette routes to all that. A name is looked up among those there are; no path is made of it."""

    kept = shipped(models)

    def address(path, answer):
        def respond(request: Request):
            asked = request.path_params
            try:
                content, media_type = answer(**asked)
            except (KeyError, OSError, BadInput):
                return sentence(404, "Nothing is known here of how this model learned, or not of that epoch.")
            lasting = "v" in request.query_params  # the asker says which version
            caching = "private, max-age=31536000, immutable" if lasting else "no-store"
            return Response(content, media_type=media_type, headers={"Cache-Control": caching})

        return Route(f"/gradio_api/{path}", respond)

    def as_json(value):
        return json.dumps(value), "application/json"

    answers = {
        "learned/{name}.json": lambda name: as_json(kept[name][0]),
        "learned/{name}.webp": lambda name: (kept[name][1].read_bytes(), "image/webp"),
        "runs.json": lambda: as_json({name: _age(folder) for name, folder in runs(given).items()}),
        "runs/{name}.json": lambda name: as_json(of_run(runs(given)[name])),
        "runs/{name}/{epoch:int}.png": lambda name, epoch: (
            (runs(given)[name] / f"preview-{epoch:03d}.png").read_bytes(),
            "image/png",
        ),
    }
    answers["rates/{number:int}.png"] = lambda number: (strip_of_rate(number).read_bytes(), "image/png")
    return [address(path, answer) for path, answer in answers.items()]


def strip_of_rate(number, folder=weights.SHIPPED.parent):
    """What the study of learning rates drew with one of them: rows of 20, the last one at the end."""
    return folder / "docs" / "strips" / f"lr-{number}.png"


def _age(folder):
    """How long ago train.py wrote a line into a run's log, in seconds."""
    return round(time.time() - (Path(folder) / "log.jsonl").stat().st_mtime)


def _lines(content):
    """The whole lines of a log: the options, then those with the first one's losses, if they are finite."""
    lines = []
    for text in content.splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue  # it is being written
        if len(lines) > 1 and not _is_one_of(lines[1], lines[-1]):
            lines.pop()
    return lines


def _is_one_of(first, line):
    numbers = isinstance(line, dict) and all(isinstance(value, (int, float)) for value in line.values())
    return (
        numbers
        and {"step", "seconds"} <= line.keys() == first.keys()
        and line["step"] > 0
        and all(map(math.isfinite, line.values()))
    )
