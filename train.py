"""Train a conditional GAN on MNIST.

python train.py                       # downloads MNIST into data/ the first time
python train.py --epochs 5            # a shorter run
python train.py --resume              # continue after Ctrl-C, a crash or a power cut
python train.py --set gamma=0.5       # change a setting of the recipe (cgan/learn/recipes/)
python app.py --weights runs/compact  # watch it, and see what it draws
torchrun --nproc-per-node 2 train.py  # in two processes
"""

import os
import shlex
import sys
import time
from itertools import islice
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported; see cgan/__init__.py

import torch
from tqdm import tqdm

from cgan.cli import BadInput, add_threads, command, friendly_errors, integer, need, stop_on_signal
from cgan.files import digest
from cgan.learn import data, precision, processes, recipes
from cgan.learn.run import Run, load_state

WARM_UP, TIMED = 5, 48  # steps after which the time left is estimated, once


def parse_args(argv=None, saved=None):
    """Return the options; those not given are taken from `saved`, the options of the run to resume."""
    parser = command(__doc__)
    add = parser.add_argument
    add("--model", choices=recipes.RECIPES, default="compact", help="the recipe (default: %(default)s)")
    add("--epochs", type=integer(1, 10**6), help="passes over the training images (default: the recipe's)")
    folder = (
        "MNIST's folder, or where to put it; or that of another set in its format: Fashion-MNIST, KMNIST, "
    )
    folder += "QMNIST, EMNIST's digits (default: %(default)s)"
    add("--data", default=data.DEFAULT_ROOT, help=folder)
    add("--out", type=Path, help="run folder (default: runs/MODEL)")
    add("--resume", action="store_true", help="continue the run in --out, with its options")
    add("--seed", type=integer(0, 2**32 - 1), default=0, help="seed of all random numbers (default: 0)")
    add("--batch-size", type=integer(1, 10**6), help="images per step in total (default: the recipe's)")
    add("--lr", type=float, help="learning rate of Adam (default: the recipe's)")
    add("--set", nargs="+", action="extend", metavar="NAME=VALUE", help="change settings of the recipe")
    add("--device", default="cpu", help="PyTorch device to train on (default: cpu)")
    add_threads(parser)
    text = "auto: bfloat16 in compact's D where this CPU is faster in it; its choice is printed"
    add("--precision", choices=precision.PRECISIONS, default="auto", help=text)
    parser.set_defaults(**{**(saved or {}), "set": []})  # `prepare` merges saved settings and given ones
    return parser.parse_args(argv)


def main(argv=None):
    with processes.group():
        # Only process 0 reads the options and the files; the others receive what `prepare` returns.
        train(*processes.from_first(prepare, argv))


def prepare(argv):
    """Return the checked options, the state to resume (or None), the training images and their labels."""
    options = parse_args(argv)
    out = options.out or Path("runs") / options.model
    state = load_state(out)
    if state:
        need(options.resume, f"{out} already holds a run; continue it with --resume, or give another --out.")
        state["options"] = {"precision": "float32"} | state["options"]  # runs from before the option
        options = parse_args(argv, state["options"])
    elif options.resume:
        print(f"No run in {out} yet: starting one.")

    kind = recipes.RECIPES[options.model]
    options.out, options.processes = out, processes.WORLD
    options.epochs = options.epochs or kind.epochs
    options.batch_size = options.batch_size or kind.batch_size
    options.lr = kind.lr if options.lr is None else options.lr
    saved = state["options"]["precision"] if state else None
    options.precision, notice = precision.choose(options.precision, options.model, options.device, saved)
    settings = state["options"]["set"] if state else recipes.defaults(options.model)
    options.set = settings | recipes.parse_settings(options.model, options.set)
    if state:
        check_unchanged(options, state["options"])

    need(0 < options.lr < float("inf"), f"--lr must be above 0, not {options.lr}.")
    uneven = f"--batch-size {options.batch_size} cannot be split evenly over {options.processes} processes."
    need(options.batch_size % options.processes == 0, uneven)
    check_device(options.device)
    images, labels = data.load(options.data)
    enough = (
        f"{len(images)} image{'s' * (len(images) > 1)} cannot be shared by {options.processes} processes."
    )
    need(len(images) >= options.processes, enough)
    print(f"{len(images):,} images from {options.data}.")
    print(notice)
    return options, state, images, labels


def check_device(device):
    """Raise BadInput unless PyTorch can compute on the device."""
    try:
        torch.ones(1, device=device).sum().item()  # on meta, a tensor can be made, but not read
    except Exception as error:  # each of PyTorch's back ends has its own types and texts
        has = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
        has += ["mps"] if torch.backends.mps.is_available() else []
        raise BadInput(f"--device {device} cannot be used; PyTorch finds {', '.join(has)} here.") from error


def check_unchanged(options, saved):
    """Raise BadInput if an option or setting that must not change differs from the saved one."""
    # Run compares data and vae by digest and id, wherever they are now; settings are compared one by one.
    may_change = {"data", "device", "threads", "set", "vae"}
    if not recipes.RECIPES[options.model].has_schedule:
        may_change.add("epochs")
    now, before = vars(options) | options.set, saved | saved["set"]
    changed = {name for name in before if now.get(name) != before[name]}
    for name in sorted(changed - may_change):
        raise BadInput(f"The run in {options.out} has {name}={before[name]}; --resume cannot change it.")
    if changed & {"device", "threads"}:
        print("--device or --threads has changed, so the weights will differ in their last bits.")


def train(options, state, images, labels):
    """Train from `state`, or from scratch, until the last step or Ctrl-C, saving along the way."""
    torch.set_num_threads(options.threads)
    rank, world = processes.RANK, processes.WORLD
    epoch_steps = data.steps_per_epoch(images, options.batch_size, world)
    steps = options.epochs * epoch_steps
    is_past = state and state["step"] > steps
    need(not is_past, f"The run in {options.out} is past {options.epochs} epochs; --epochs must be larger.")
    where = options.device, options.lr, options.precision
    recipe = recipes.build(options.model, options.seed, steps, *where, **options.set)
    processes.share_gradients(recipe)
    run = Run(options, recipe, digest([images, labels]), steps, epoch_steps, state, writes=rank == 0)
    batches = data.batches(images, labels, options.batch_size, options.seed, run.step, rank, world)
    batches, first = islice(batches, steps - run.step), run.step

    out = shlex.quote(str(options.out))
    print(f"Watch it learn: python app.py --weights {out}")
    with run.open(), stop_on_signal() as stop:
        seconds = 0.1 if sys.stderr.isatty() else 60  # between two lines; in a log file, each one stays
        pace = {"mininterval": seconds, "maxinterval": max(10, seconds), "disable": rank > 0}
        bar = tqdm(batches, total=steps, initial=run.step, unit=" steps", **pace)
        for x, y in bar:
            # A step's randomness depends on (seed, step, rank), and an epoch's shuffle on (seed, epoch), so a
            # resumed run repeats both to the bit.
            rng = data.random_stream(options.seed, "noise", run.step, rank)
            losses = recipe.step(x.to(options.device), y.to(options.device), rng, run.step / steps)
            losses, stopped = processes.agree(losses, stop.is_set())
            run.record(losses)  # counts the step and saves when due
            if run.step == first + WARM_UP:
                warm = time.monotonic()
            if run.step == first + WARM_UP + TIMED and rank == 0:
                minutes = (time.monotonic() - warm) / TIMED * (steps - run.step) / 60
                bar.write(f"About {minutes:.1f} min to go at this speed.")
            shown = {"epoch": run.step / epoch_steps, **losses}
            bar.set_postfix({name: f"{value:.2f}" for name, value in shown.items()}, refresh=False)
            if stopped:
                break
        bar.close()
        run.finish()

    if run.step < steps:
        print(f"Stopped and saved at step {run.step} of {steps}.")
        print(f"To continue: python train.py --resume --out {out}")
        raise SystemExit(130)  # the usual exit status after Ctrl-C
    print(f"Trained for {run.seconds / 60:.1f} min: {options.out}/generator.safetensors")
    print(f"See what it draws: python app.py --weights {out}")


if __name__ == "__main__":
    with friendly_errors():
        main()
