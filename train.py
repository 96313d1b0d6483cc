"""Train a conditional GAN on MNIST.

python train.py                       # downloads MNIST into data/ the first time
python train.py --epochs 5            # a shorter run
python train.py --resume              # go on after Ctrl-C, a crash or a power cut
python train.py --set gamma=0.5       # change a number of the recipe (cgan/recipes/)
python app.py --weights runs/compact  # watch it, and see what it draws
torchrun --nproc-per-node 2 train.py  # in two processes
"""

import os
import shlex
from itertools import islice
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported; see cgan/__init__.py

import torch
from tqdm import tqdm

from cgan import data, processes, recipes
from cgan.cli import BadInput, add_threads, command, friendly_errors, integer, need, stop_on_signal
from cgan.files import digest
from cgan.run import Run, load_state


def parse_args(argv=None):
    """Return the options, completed and checked, and the state of the run to resume, or None."""
    parser = command(__doc__)
    add = parser.add_argument
    add("--model", choices=recipes.RECIPES, default="compact", help="the recipe (default: %(default)s)")
    add("--epochs", type=integer(1, 10**6), help="passes over the training images (default: the recipe's)")
    add(
        "--data",
        default=data.DEFAULT_ROOT,
        help="folder of MNIST, or to download it to (default: %(default)s)",
    )
    add("--out", type=Path, help="folder of this run (default: runs/MODEL)")
    add("--resume", action="store_true", help="go on with the run in --out, with its options")
    add("--seed", type=integer(0, 2**32 - 1), default=0, help="of all random numbers (default: 0)")
    add(
        "--batch-size",
        type=integer(1, 10**6),
        help="images a step, over all processes (default: the recipe's)",
    )
    add("--lr", type=float, help="learning rate of Adam (default: the recipe's)")
    add("--set", nargs="+", action="extend", metavar="NAME=VALUE", help="change numbers of the recipe")
    add("--device", default="cpu", help="where to train, a PyTorch device (default: cpu)")
    add_threads(parser)
    options = parser.parse_args(argv)
    options.out = options.out or Path("runs") / options.model
    state = load_state(options.out)
    if state:
        need(
            options.resume,
            f"{options.out} holds a run already; go on with it by --resume, or choose another --out.",
        )
        parser.set_defaults(**state["options"], out=options.out, set=None)
        options = parser.parse_args(argv)
    elif options.resume:
        print(f"No run in {options.out} yet: starting one.")

    recipe = recipes.RECIPES[options.model]
    options.epochs = options.epochs or recipe.epochs
    options.batch_size = options.batch_size or recipe.batch_size
    options.lr = recipe.lr if options.lr is None else options.lr
    changed = recipes.parse_settings(options.model, options.set or [])
    options.set = {**(state["options"]["set"] if state else recipes.defaults(options.model)), **changed}
    options.processes = processes.world()
    if state:
        check_unchanged(options, state["options"])
    need(0 < options.lr < float("inf"), f"--lr must be above 0, not {options.lr}.")
    need(
        options.batch_size % options.processes == 0,
        f"--batch-size {options.batch_size} cannot be shared equally by {options.processes} processes.",
    )
    try:
        torch.empty(0, device=options.device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(f"--device {options.device} cannot be used here: {reason}") from error
    return options, state


def check_unchanged(options, saved):
    """Raise BadInput if options differ from those that a run was started with, unless they may change."""
    count, may_change = saved["processes"], {"data", "device", "threads", "set vae"}
    need(
        options.processes == count,
        f"The run in {options.out} was started with {count} processes; resume it with as many, by torchrun "
        f"--nproc-per-node {count}.",
    )
    if not recipes.RECIPES[options.model].has_schedule:
        may_change.add("epochs")
    given = flat(vars(options))
    for name, value in flat(saved).items():
        if given[name] != value:
            option = "--" + name.replace("_", "-")
            need(
                name in may_change,
                f"The run in {options.out} has {option} {value}; --resume cannot change it.",
            )
            if name in ("device", "threads"):
                print(f"With another {option} than before, the weights will differ in their last bits.")


def flat(options):
    """Return options in which each of the recipe's numbers has a name of its own, like "set gamma"."""
    rest = {name: value for name, value in options.items() if name != "set"}
    return rest | {f"set {name}": value for name, value in options["set"].items()}


def main(argv=None):
    with processes.group():
        train(*processes.from_first(prepare, argv))


def prepare(argv):
    """Return all that training starts from: options, state or None, images and labels."""
    options, state = parse_args(argv)
    return options, state, *data.load(options.data)


def train(options, state, images, labels):
    """Train from `state`, or from the start, to the last step or to Ctrl-C, saving on the way."""
    torch.set_num_threads(options.threads)
    rank, world = processes.rank(), processes.world()
    epoch_steps = data.steps_per_epoch(images, options.batch_size, world)
    steps = options.epochs * epoch_steps
    is_past = state and state["step"] > steps
    need(not is_past, f"The run in {options.out} is past {options.epochs} epochs; --epochs must be larger.")
    recipe = recipes.build(options.model, options.seed, steps, options.device, options.lr, **options.set)
    processes.share_gradients(recipe)
    kept = {name: value for name, value in vars(options).items() if name not in ("out", "resume")}
    run = Run(options.out, recipe, kept, digest([images, labels]), steps, epoch_steps, state, rank == 0)
    batches = data.batches(images, labels, options.batch_size, options.seed, run.step, rank, world)
    batches = islice(batches, steps - run.step)

    out = shlex.quote(str(options.out))
    print(f"Watch it learn: python app.py --weights {out}")
    bar = tqdm(batches, total=steps, initial=run.step, unit=" steps", disable=rank > 0)
    with run.open(), bar, stop_on_signal() as stop:
        for x, y in bar:
            # Like shuffling, noise is a function of (seed, step), so a resumed run repeats it to the bit.
            rng = data.random_stream(options.seed, "noise", run.step, rank)
            losses = recipe.step(x.to(options.device), y.to(options.device), rng, run.step / steps)
            losses, stopped = processes.agree(losses, stop.is_set())
            run.record(losses)  # counts the step, and saves when that is due
            bar.set_postfix({name: f"{loss:.2f}" for name, loss in losses.items()}, refresh=False)
            if stopped:
                break
        run.finish()

    if run.step < steps:
        print(f"Stopped and saved at step {run.step} of {steps}.")
        print(f"To go on: python train.py --resume --out {out}")
        raise SystemExit(130)  # as after any Ctrl-C
    epochs = "1 epoch" if options.epochs == 1 else f"{options.epochs} epochs"
    print(f"{epochs} took {run.seconds / 60:.1f} min: {options.out}/generator.safetensors")
    print(f"See what it draws: python app.py --weights {out}")


if __name__ == "__main__":
    with friendly_errors():
        main()
