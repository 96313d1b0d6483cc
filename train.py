"""Train a conditional GAN on MNIST.

python train.py                       # MNIST is downloaded into data/ the first time
python train.py --epochs 5            # a shorter run
python train.py --resume              # go on after Ctrl-C, a crash or a power cut
python app.py --weights runs/compact  # see what it draws
torchrun --nproc-per-node 2 train.py  # in two processes (cgan/distributed.py)
"""

import argparse
import sys
import time
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import torch
from tqdm import tqdm

from cgan import data, processes, recipes, weights
from cgan.cli import BadInput, add_threads, command, exit_with_a_sentence, whole_number_option
from cgan.files import digest
from cgan.networks.vae import AutoEncoder
from cgan.run import Run, held, stop_after_this_step
from cgan.state import load_state

MAY_CHANGE = {"epochs", "data", "vae", "device", "threads"}  # by --resume


def parse_args(argv=None, saved=()):
    """The options; one that isn't given is taken from `saved`, arguments of the run to resume."""
    parser = command(__doc__)
    add, at_least_1 = parser.add_argument, whole_number_option(1, 10**9)
    add("--model", choices=recipes.RECIPES, default="compact", help="the recipe (default: compact)")
    add("--epochs", type=at_least_1, help="passes over the training images (default: the recipe's)")
    add(
        "--data",
        default=data.DEFAULT_ROOT,
        help="folder of MNIST, downloaded there if missing (default: %(default)s)",
    )
    add("--out", type=Path, help="folder of this run (default: runs/MODEL)")
    add("--resume", action="store_true", help="go on with the run in --out, with its options")
    add(
        "--seed",
        type=whole_number_option(0, 2**32 - 1),
        default=0,
        help="decides every random number (default: 0)",
    )
    add("--batch-size", type=at_least_1, help="images a step and process (default: the recipe's)")
    add("--lr", type=float, help="learning rate of Adam (default: the recipe's)")
    add("--z-dim", type=at_least_1, help="numbers that a picture is drawn from (default: the recipe's)")
    add("--vae", metavar="FILE", help="weights that vae-cgan learns after (default: weights/vae.safetensors)")
    add("--snapshots", type=at_least_1, metavar="N", help="keep the weights N times an epoch, too")
    add("--set", nargs="*", default=[], metavar="NAME=VALUE", help="change the recipe (cgan/recipes/)")
    add("--device", default="cpu", help="where to train, in PyTorch's words (default: cpu)")
    add_threads(add, 10**9)
    # Of the run itself, not for people: how many processes it was started in, and the id of its --vae.
    add("--processes", type=at_least_1, default=processes.world(), help=argparse.SUPPRESS)
    add("--vae-id", help=argparse.SUPPRESS)
    return parser.parse_args([*saved, *(sys.argv[1:] if argv is None else argv)])


def main(argv=None):
    with processes.joined(), ExitStack() as until_the_end:
        train(*processes.from_first(prepare, argv, until_the_end))


def train(options, state):
    """From `state` (None: from the start) to the last step, or to a Ctrl-C, saving on the way."""
    torch.set_num_threads(options.threads)
    images, labels = processes.from_first(data.load, options.data)
    rank, world = processes.rank(), processes.world()
    total = options.batch_size * options.processes  # images a step; a resumed run keeps it
    epoch_steps = data.steps_of_epoch(images, total // world, world)
    steps = options.epochs * epoch_steps
    if state and state["step"] > steps:
        raise BadInput(f"The run in {options.out} is past {options.epochs} epochs; --epochs must be larger.")
    settings = {"lr": options.lr, "device": options.device, "steps": steps}
    if options.z_dim:
        settings["z_dim"] = options.z_dim
    if options.model == "vae-cgan":
        settings["vae"] = processes.from_first(auto_encoder, options)
    recipe = recipes.build(options.model, options.seed, options.set, **settings)
    options.z_dim = recipe.generator.config["z_dim"]
    run = Run(options.out, recipe, to_keep(options), digest([images, labels]), state, steps, rank == 0)
    processes.share_gradients(recipe)
    if world > 1:
        print(f"{world} processes learn from {total // world} images each, {total} a step.")

    epoch, step_of_epoch = divmod(run.step, epoch_steps)
    seen = epoch * len(images) + step_of_epoch * total
    whole = options.epochs * len(images)
    bar = tqdm(total=whole, initial=seen, unit=" images", unit_scale=True, disable=rank > 0)
    batches = data.batches(images, labels, total // world, options.seed, run.step, rank, world)
    first_step, start = run.step, time.monotonic()

    with bar, stop_after_this_step() as stop:
        for x, y in islice(batches, max(0, steps - run.step)):
            # Noise, like shuffling, is a function of (seed, step): a resumed run repeats it to the bit.
            recipe.rng = data.random_stream(options.seed, "noise", run.step, rank)
            losses = recipe.step(x.to(options.device), y.to(options.device))
            losses, stopping = processes.agreed(losses, stop.is_set())
            run.record(losses)

            bar.set_description(
                f"epoch {(run.step - 1) // epoch_steps + 1} of {options.epochs}", refresh=False
            )
            bar.set_postfix({name: f"{loss:.2f}" for name, loss in losses.items()}, refresh=False)
            bar.update(len(x) * world)
            if run.step - first_step == 20:
                epoch_seconds = (time.monotonic() - start) / 20 * epoch_steps
                bar.write(forecast(epoch_seconds, (steps - run.step) / epoch_steps))
                bar.write(
                    f"{len(images) / epoch_seconds:,.0f} images a second, on a machine that multiplies large "
                    f"matrices at {multiplication_rate():.0f} billion operations a second."
                )
            if options.snapshots and run.step * options.snapshots % epoch_steps < options.snapshots:
                run.write_weights(f"step-{run.step:06d}.safetensors")
            if run.step % epoch_steps == 0:
                run.end_epoch()
            elif stopping or run.save_is_due():
                run.save()
            if stopping:
                break

    if run.step < steps:
        run.write_outputs()
        print(f"Stopped and saved at step {run.step} of {steps}.")
        print(f"To go on: python train.py --resume --out {options.out}")
        raise SystemExit(130)  # as after any Ctrl-C
    epochs = "1 epoch" if options.epochs == 1 else f"{options.epochs} epochs"
    print(f"{epochs} took {run.seconds / 60:.1f} min: {options.out}/generator.safetensors")
    print(f"See what they draw: python app.py --weights {options.out}")


def prepare(argv, until_the_end):
    """The options, complete and checked, and the state to go on from (None if new).

    The run's folder is held until the end, an ExitStack.
    """
    options, state = parse_args(argv), None
    out = options.out or Path("runs") / options.model
    resume = options.resume or (processes.may_restart() and (out / "state.pt").exists())
    if not resume:
        out.mkdir(parents=True, exist_ok=True)
    elif not out.is_dir():
        raise BadInput(f"There is no run to resume in {out}; leave out --resume to start one there.")
    until_the_end.enter_context(held(out))
    if resume:
        state = load_state(out)
        options = parse_args(argv, as_arguments({"processes": 1, **state["options"]}))
        # A schedule that was stretched over the epochs of a run ends with them.
        has_schedule = recipes.RECIPES[options.model].has_schedule
        may_change = MAY_CHANGE - {"epochs"} if has_schedule else MAY_CHANGE
        for name, started_with in state["options"].items():
            given, option = getattr(options, name, None), "--" + name.replace("_", "-")
            if given != started_with and name not in may_change:
                raise BadInput(f"The run in {out} has {option} {started_with}; --resume cannot change it.")
            if given != started_with and name in ("device", "threads"):
                print(f"With another {option} than before, the weights will differ in their last bits.")
        if options.processes != processes.world():
            print("With another number of processes than at its start, the run draws other noise.")
        if options.batch_size * options.processes % processes.world():
            raise BadInput(
                f"The run in {out} learns from {options.batch_size * options.processes} images a step; "
                f"{processes.world()} processes cannot share them equally."
            )
    elif (out / "state.pt").exists():
        raise BadInput(
            f"{out} holds a run already; go on with it by --resume, or choose another folder by --out."
        )
    recipe = recipes.RECIPES[options.model]
    options.out = out
    options.epochs = options.epochs or recipe.epochs
    options.batch_size = options.batch_size or recipe.batch_size
    options.lr = recipe.lr if options.lr is None else options.lr
    if not 0 < options.lr < float("inf"):
        raise BadInput(f"--lr must be above 0, not {options.lr}.")
    try:
        torch.empty(0, device=options.device)
    except (RuntimeError, AssertionError) as error:
        raise BadInput(
            f"--device {options.device} cannot be used here: {str(error).splitlines()[0]}"
        ) from error
    return options, state


def to_keep(options):
    """The options that belong to the run; where it lies, how it was called and what others need do not."""
    return {
        name: value
        for name, value in vars(options).items()
        if name not in ("out", "resume") and value is not None
    }


def as_arguments(saved):
    """Options that `to_keep` kept, as if they were given again: so the same checks are made of them."""
    arguments = []
    for name, value in saved.items():
        option = "--" + str(name).replace("_", "-")
        arguments += [option, *map(str, value)] if isinstance(value, list) else [f"{option}={value}"]
    return arguments


def auto_encoder(options):
    """The network in --vae. Raises BadInput if it is no auto-encoder, or not that of the run to resume."""
    vae = weights.load(options.vae or weights.SHIPPED / "vae.safetensors")
    if not isinstance(vae.network, AutoEncoder):
        raise BadInput(f"--vae must be the weights of a vae, not of a {vae.recipe}.")
    if options.vae_id not in (None, vae.id):
        raise BadInput(
            f"The run in {options.out} learned after the vae {options.vae_id}; give --vae that one."
        )
    options.vae_id = vae.id
    return vae.network


def forecast(epoch_seconds, epochs_left):
    """What the first steps tell of the time that the rest will take: a sentence."""
    sentence = (
        f"About {epoch_seconds * epochs_left / 60:.0f} min to go, {epoch_seconds / 60:.1f} min an epoch."
    )
    if epochs_left > 5:
        sentence += f" --epochs 5 would take {epoch_seconds * 5 / 60:.0f} min and draw more digits wrong."
    return sentence


def multiplication_rate(size=1024):
    """What bounds the speed of a step here, on as many threads: GFLOP/s of float32 matrix products."""
    a, seconds = torch.rand(size, size), []
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / min(seconds) / 1e9


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
