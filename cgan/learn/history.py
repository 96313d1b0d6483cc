"""Read a training run's progress from its folder, during the run or later."""

import json
import math
import re
import time
from pathlib import Path

from cgan.cli import BadInput

POINTS = 200  # at most, in a loss curve
PREVIEW = re.compile(r"preview-(\d{3,})\.png")
PUBLIC = "model", "epochs", "batch_size", "lr", "seed"  # the options that are shown; paths are private


def history(folder):
    """Return the progress of the run in a folder, as JSON-ready values. Reads runs of version 1, too.

    Returns:
        dict of options, epochs, epochs_done, seconds, seconds_left (None at first), age (seconds since the
        log was written, or until then where clocks differ), previews (the epoch of each), files (the name of
        each), and the loss curves: epoch (a list) and losses (name -> list).

    Raises:
        BadInput: the log is missing or damaged.
    """
    folder = Path(folder)
    try:
        options, *log = _whole_lines((folder / "log.jsonl").read_text("utf-8"))
        epochs, steps, unit = options["epochs"], options["steps"], options.get("epoch_steps", 1)
        last = log[-1] if log else {"step": 0, "seconds": 0}
        age = round(abs(time.time() - (folder / "log.jsonl").stat().st_mtime))
        files = {int(m[1]): m[0] for file in folder.iterdir() if (m := PREVIEW.fullmatch(file.name))}
        numbers = sorted(files)  # steps; epochs in version 1
        return {
            "options": {name: options[name] for name in PUBLIC if name in options},
            "epochs": epochs,
            "epochs_done": round(last["step"] * epochs / steps, 2),
            "seconds": round(last["seconds"]),
            "seconds_left": round(last["seconds"] * max(0, steps / last["step"] - 1)) if log else None,
            "age": age,
            "previews": [n // unit if n % unit == 0 else float(f"{n / unit:.4g}") for n in numbers],
            "files": [files[number] for number in numbers],
            **_curves(log, epochs / steps),
        }
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise BadInput(f"The run {folder.name} has no readable log.") from error


def _whole_lines(text):
    """Parse the lines of a log, except one that is still being written."""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("}\n")]


def _curves(log, epochs_per_step):
    """Return the loss curves, averaged over at most POINTS stretches of the log."""
    stretch = math.ceil(len(log) / POINTS) or 1
    parts = [log[i : i + stretch] for i in range(0, len(log), stretch)]

    def means(name, factor=1.0):
        return [float(f"{factor * sum(line[name] for line in part) / len(part):.4g}") for part in parts]

    names = [name for name in (log[0] if log else ()) if name not in ("step", "seconds")]
    return {"epoch": means("step", epochs_per_step), "losses": {name: means(name) for name in names}}
