"""A training run on disk. `state.pt` is its only truth; every other file in the folder is rewritten from it.

state.pt               networks, optimisers, step, log, previews, options: all that resuming needs
log.jsonl              the options and how many steps there will be, then a line of losses every 50 steps
preview-EPOCH.png      rows are handwritings, the same after every epoch; columns are the digits 0 to 9
lock                   held by the process that trains here, while it lives
generator.safetensors  the weights file for the page
step-NUMBER.safetensors  the weights on the way there, if --snapshots asks for them
"""

import json
import math
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import torch

from cgan import hands, images, weights
from cgan.cli import BadInput
from cgan.files import locked, write_atomically
from cgan.state import damaged_state, save_state

LOG_EVERY = 50  # steps
SAVE_EVERY = 60  # seconds, and at the end of every epoch


class Run:
    """Where a training run stands, and its folder.

    recipe: what is trained (recipes/). options: plain values that a resumed run must repeat. data_digest:
    of the images and labels. state: from `load_state`, to go on from there. steps: how many there will be.
    writes: whether this process is the one of the run that writes its folder.
    """

    def __init__(self, folder, recipe, options, data_digest, state=None, steps=None, writes=True):
        self.folder, self.recipe, self.options, self.data_digest = Path(folder), recipe, options, data_digest
        self.steps = steps
        self.step, self.log, self.previews, self.seconds_before, self.cpu_before = 0, [], [], 0.0, 0.0
        if state:
            if state["data_digest"] != data_digest:
                raise BadInput(
                    f"The run in {folder} learned from other images than these; give --data the same ones."
                )
            self.step, self.log, self.previews = state["step"], state["log"], state["previews"]
            self.seconds_before, self.cpu_before = state["seconds"], state.get("cpu_seconds")
            try:
                for name, part in recipe.parts.items():
                    part.load_state_dict(state["parts"][name])
            except (KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
                raise damaged_state(self.folder) from error
        self.started = self.saved = time.monotonic()
        self.cpu_started = time.process_time()
        self.writes = writes
        if writes:
            self.folder.mkdir(parents=True, exist_ok=True)
            for left_by_a_kill in self.folder.glob("*.tmp"):
                left_by_a_kill.unlink()
        self.save()
        self.write_outputs(self.previews)

    @property
    def seconds(self):
        """How long this run has been training, in all its parts."""
        return self.seconds_before + time.monotonic() - self.started

    @property
    def cpu_seconds(self):
        """The work of all threads in that time, however busy the machine; None if an older program began."""
        if isinstance(self.cpu_before, float):
            return self.cpu_before + time.process_time() - self.cpu_started

    def record(self, losses):
        """Count a step and, every 50, log its losses. Raises BadInput if they are not finite numbers."""
        if not all(math.isfinite(loss) for loss in losses.values()):
            raise BadInput(
                f"Training failed at step {self.step + 1}: the losses are no longer finite numbers. The last "
                f"saved state is kept in {self.folder}; try again in another folder with a smaller --lr."
            )
        self.step += 1
        if self.step % LOG_EVERY == 0:
            self.log.append({"step": self.step, **losses, "seconds": round(self.seconds, 1)})
            if self.writes:
                with open(self.folder / "log.jsonl", "a", encoding="utf-8") as file:
                    file.write(json.dumps(self.log[-1]) + "\n")

    def end_epoch(self):
        """Draw the preview of this epoch, save, and write every file for people."""
        config, y = self.recipe.generator.config, torch.arange(10).repeat(10)
        if weights.knows_digits(config):
            z = hands.seeded(0, range(10), config["z_dim"]).repeat_interleave(10, dim=0)
        else:  # which digits they become is not ours to say
            z = hands.seeded(0, range(100), config["z_dim"])
        device = self.options["device"]
        pictures = self.recipe.sample(z.to(device), y.to(device))
        self.previews.append(images.to_uint8(pictures).cpu())
        self.save()
        self.write_outputs(self.previews[-1:])

    def save(self):
        """Write state.pt, whole or not at all."""
        if not self.writes:
            return
        state = {
            "options": self.options,
            "data_digest": self.data_digest,
            "step": self.step,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "log": self.log,
            "previews": self.previews,
            "parts": {name: part.state_dict() for name, part in self.recipe.parts.items()},
        }
        save_state(self.folder, state)
        self.saved = time.monotonic()

    def save_is_due(self):
        """Whether state.pt is older than a minute."""
        return time.monotonic() - self.saved > SAVE_EVERY

    def write_outputs(self, previews=()):
        """Write log, curves and weights anew, and the latest previews that are given."""
        if not self.writes:
            return
        first = len(self.previews) - len(previews) + 1
        for epoch, preview in enumerate(previews, first):
            write_atomically(self.folder / f"preview-{epoch:03d}.png", images.png(images.grid(preview)))
        lines = [json.dumps(line) + "\n" for line in [{**self.options, "steps": self.steps}, *self.log]]
        write_atomically(self.folder / "log.jsonl", "".join(lines).encode())
        self.write_weights("generator.safetensors")

    def write_weights(self, name):
        """Write the weights, as they are now, into the run's folder."""
        if self.writes:
            weights.save(self.folder / name, self.recipe.networks, self.recipe.generator, self.provenance())

    def provenance(self):
        """What the weights file says of how it was made."""
        return {
            "options": {name: value for name, value in self.options.items() if name not in ("data", "vae")},
            "steps": self.step,
            "epochs": len(self.previews),
            "seconds": round(self.seconds),
            "cpu_seconds": self.cpu_seconds and round(self.cpu_seconds),
            "data_digest": self.data_digest,
            "versions": weights.versions(),
        }


@contextmanager
def held(folder):
    """Around a run: no other process trains into `folder`, and if the disk refuses, what is kept is said.

    Raises BadInput in both cases. A process that is gone holds nothing.
    """
    sentence = f"Another process is training into {folder}; wait for it, or choose another folder by --out."
    with locked(Path(folder) / "lock", sentence):
        try:
            yield
        except OSError as error:
            if not error.strerror or not (Path(folder) / "state.pt").is_file():
                raise
            raise BadInput(
                f"{error.filename or folder}: {error.strerror}; what was saved last is kept in {folder}, "
                "go on with it by --resume."
            ) from error


@contextmanager
def stop_after_this_step():
    """Gives an Event that Ctrl-C or SIGTERM sets, for the loop to look at: no step is cut in two.

    A second Ctrl-C ends the program at once.
    """
    stop = threading.Event()

    def handle(signal_number, frame):
        stop.set()
        signal.signal(signal_number, before[signal_number])

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
