"""A training run on disk.

state.pt               all that resuming needs, written atomically; log and previews are rewritten from it
log.jsonl              the options, then a line of losses every 50 steps
preview-STEP.png       the digits 0 to 9 in the same ten hands each time, one per row; see previews.py
generator.safetensors  the weights, written after each epoch and when the run stops
lock                   held while a process trains here
"""

import hashlib
import json
import math
import re
import time
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import torch

from cgan import weights
from cgan.cli import need, versions
from cgan.draw import images, styles
from cgan.files import contents, lock, write_atomically
from cgan.learn import previews

FORMAT = 2
LOG_EVERY = 50  # steps
SAVE_EVERY = 60  # seconds


class Run:
    """The state of a training run, and its folder.

    Args:
        options: Namespace of train.py's options, complete and checked.
        recipe: from `recipes.build`.
        data_digest: digest of images and labels.
        steps, epoch_steps: number of steps in the run and in an epoch.
        state: from `load_state`, to resume; None to start.
        writes: whether this process writes files.
    """

    def __init__(self, options, recipe, data_digest, steps, epoch_steps, state=None, writes=True):
        self.folder, self.recipe, self.writes = Path(options.out), recipe, writes
        self.options = {name: value for name, value in vars(options).items() if name not in ("out", "resume")}
        self.steps, self.epoch_steps = steps, epoch_steps
        self.origin = {"data_digest": data_digest, "vae_id": getattr(recipe, "vae_id", None)}
        self.step, self.log, self.previews = 0, [], {}
        self.started, self.cpu_started = time.monotonic(), time.process_time()
        self.saved = self.drawn = self.started  # times of the last save and preview
        if state:
            same = state["origin"] == self.origin
            need(same, f"The run in {self.folder} was trained on other images, or with another vae.")
            self.step, self.log, self.previews = state["step"], state["log"], state["previews"]
            self.started -= state["seconds"]  # as if the run had never been interrupted
            self.cpu_started -= state["cpu_seconds"]
            for name, part in recipe.parts.items():
                part.load_state_dict(state["parts"][name])

    @property
    def seconds(self):
        """Time spent on this run, without interruptions."""
        return time.monotonic() - self.started

    @contextmanager
    def open(self):
        """Create and lock the folder, and write its files, so that the page can show the run.

        Raises BadInput if another process is training in the folder.
        """
        if not self.writes:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        sentence = f"Another process is training into {self.folder}; wait for it, or choose another --out."
        with lock(self.folder / "lock", sentence):
            if self.step == 0:
                self.draw_preview()
            later = previews.others(self.folder, self.previews)  # drawn after the state was saved
            for left_by_a_kill in [*filter(_is_temporary, self.folder.iterdir()), *later]:
                with suppress(PermissionError):  # a scanner reads it
                    left_by_a_kill.unlink()
            self.save()
            self.write_log()
            for step in self.previews:
                self.write_preview(step)
            yield

    def record(self, losses):
        """Count a step, log its losses, and write the files that are due.

        Raises BadInput if a loss is not a finite number.
        """
        failed = f"Training failed at step {self.step + 1}: a loss is no longer a finite number. "
        advice = "Try again in another folder with a smaller --lr."
        need(all(map(math.isfinite, losses.values())), failed + advice)
        self.step += 1
        if self.step % LOG_EVERY == 0:
            self.log.append({"step": self.step, **losses, "seconds": round(self.seconds, 1)})
            self.write_log()
        epoch_ended = self.step % self.epoch_steps == 0
        seconds = time.monotonic() - self.drawn
        if previews.is_due(self.step, self.steps, self.epoch_steps, len(self.previews), seconds):
            self.draw_preview()
            self.write_preview(self.step)
        if epoch_ended or time.monotonic() - self.saved > SAVE_EVERY:
            self.save()
        if epoch_ended and self.step < self.steps:
            self.write_weights()

    def finish(self):
        """Save the state, and the weights with style directions, when the run has ended or was stopped."""
        self.save()
        self.write_weights(styles.learn_directions(self.recipe.generator) if self.writes else None)

    def save(self):
        """Write state.pt with its sha256 at the end."""
        state = {
            "format": FORMAT,
            "options": self.options,
            "origin": self.origin,
            "step": self.step,
            "seconds": self.seconds,
            "cpu_seconds": time.process_time() - self.cpu_started,  # of all threads
            "log": self.log,
            "previews": self.previews,
            "parts": {name: part.state_dict() for name, part in self.recipe.parts.items()},
        }
        buffer = BytesIO()
        torch.save(state, buffer)
        self.write("state.pt", buffer.getvalue() + _checksum(buffer.getvalue()))
        self.saved = time.monotonic()

    def write(self, name, data):
        if self.writes:
            write_atomically(self.folder / name, data)

    def write_log(self):
        first = {**self.options, "steps": self.steps, "epoch_steps": self.epoch_steps}
        self.write("log.jsonl", "".join(json.dumps(line) + "\n" for line in [first, *self.log]).encode())

    def write_preview(self, step):
        self.write(previews.name(step), images.png(images.grid(self.previews[step], 10)))

    def write_weights(self, directions=None):
        if self.writes:
            file = self.folder / "generator.safetensors"
            weights.save(file, self.options["model"], self.recipe.generator, self.provenance(), directions)

    def draw_preview(self):
        self.previews[self.step] = previews.draw(self.recipe, self.options["device"])
        self.drawn = time.monotonic()

    def provenance(self):
        """Return what the weights file says about how it was made; paths are left out."""
        options = {name: value for name, value in self.options.items() if name != "data"}
        options["set"] = {name: value for name, value in options["set"].items() if name != "vae"}
        if self.origin["vae_id"]:
            options["vae_id"] = self.origin["vae_id"]
        return {
            "options": options,
            "steps": self.step,
            "epochs": self.step // self.epoch_steps,
            "seconds": round(self.seconds),
            "cpu_seconds": round(time.process_time() - self.cpu_started),
            "data_digest": self.origin["data_digest"],
            "versions": versions(),
        }


def load_state(folder):
    """Return the state that `Run.save` wrote, or None if a run may start in the folder.

    Raises BadInput if the state is damaged or of another FORMAT, or the folder holds something else.
    """
    path = Path(folder) / "state.pt"
    if not path.is_file():
        files = contents(folder) if path.parent.exists() else ()
        other = next((file for file in files if file.name != "lock" and not _is_temporary(file)), None)
        need(other is None, f"{folder} holds {other and other.name} and no training run; give another --out.")
        return None
    data = path.read_bytes()
    content, checksum = data[:-64], data[-64:]
    need(checksum == _checksum(content), f"{path} is damaged; start again in another folder (--out).")
    state = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
    other = f"{path} is from another version of this program, and only that version can resume it"
    way_out = "start again in another folder (--out); its weights still work."
    need(state["format"] == FORMAT, f"{other}; {way_out}")
    return state


def _is_temporary(file):
    """Whether `write_atomically` made this file, in a process that was killed."""
    return re.fullmatch(r"(state|log|preview|generator).*\.\d+\.tmp", file.name)


def _checksum(content):
    return hashlib.sha256(content).hexdigest().encode()
