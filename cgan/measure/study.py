"""Train and measure many runs, and keep their figures in weights/results.json.

python -m cgan.measure.study lr --data data         # the report's learning rates, two epochs each
python -m cgan.measure.study epochs --data data     # `report` after each of ten epochs
python -m cgan.measure.study short --data data      # `compact` in one epoch and in five, in each precision
python -m cgan.measure.study ablation --data data   # what each change from `report` to `compact` gains
python -m cgan.measure.study models                 # the shipped models: sizes and drawing times
python -m cgan.measure.study hands --data data      # how well a hand is fitted to a test digit
python -m cgan.measure.study sets --data data       # a set by 300 writers, after `writers`
python -m cgan.measure.study outlines               # outlines against pictures; size and time of fonts
python -m cgan.measure.study writers --data data    # hands beside the people who wrote MNIST
python -m cgan.measure.study losses runs/compact    # a run's loss curves: runs/compact/losses.png

A study resumes where it stopped and measures nothing twice. docs/study-NAME.png shows what each line draws.
"""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from PIL import Image

from cgan import weights
from cgan.cli import add_threads, command, friendly_errors
from cgan.draw import images, sampling
from cgan.learn import data
from cgan.learn.history import history
from cgan.measure import bench, evaluate, results
from cgan.measure.fits import measure_fits
from cgan.measure.outlines import measure_outlines
from cgan.measure.qmnist import load_writers
from cgan.measure.verifier import verifiers
from cgan.measure.writers import measure_set, measure_writers

TRAIN, DOCS = results.ROOT / "train.py", results.ROOT / "docs"
REPORT, COMPACT = ["--model", "report"], ["--model", "compact", "--precision", "float32"]
HALF = ["--model", "compact", "--precision", "bfloat16"]
RATES = ["0.01", "0.005", "0.001", "0.0005", "0.0001"]
# `compact`'s defaults when the ablation was measured; given explicitly, as the recipe may change.
AS_PUBLISHED = {
    "output_scale": 1,
    "support": 0,
    "training_support": 0,
    "last_gamma": 0.02,
    "mismatch_weight": 0.01,
    "penalty_every": 8,
}


def published(**changes):
    """Return the options of train.py for `compact` as it was published, with `changes` to its settings."""
    return [*COMPACT, "--set", *(f"{name}={value}" for name, value in {**AS_PUBLISHED, **changes}.items())]


LOSS_ALONE = {"mismatch_weight": 0, "shift": 0, "last_lr": 1, "last_gamma": 1, "ema_decay": 0}
STUDIES = {  # name: {line of its table: (epochs, seeds, options of train.py)}
    "lr": {rate: (2, 3 if rate == "0.001" else 1, [*REPORT, "--lr", rate]) for rate in RATES},
    "epochs": {str(epochs): (epochs, 1, REPORT) for epochs in range(1, 11)},
    "short": {
        **{f"`compact`, --epochs {n}": (n, seeds, COMPACT) for n, seeds in ((1, 3), (5, 1))},
        **{f"`compact`, --epochs {n}, bfloat16": (n, seeds, HALF) for n, seeds in ((1, 3), (5, 1))},
    },
    "ablation": {  # each line has the changes of those above it, too
        "`report`": (5, 2, REPORT),
        "`compact`'s networks": (5, 2, [*REPORT, "--set", "networks=compact"]),
        "its loss, penalty and Adam": (5, 2, [*published(**LOSS_ALONE), "--batch-size", "128"]),
        "batches of 32, not 128": (5, 2, published(**LOSS_ALONE)),
        "the average of G draws": (5, 2, published(mismatch_weight=0, shift=0, last_lr=1, last_gamma=1)),
        "lr and gamma fall": (5, 2, published(mismatch_weight=0, shift=0)),
        "shifts in the first half": (5, 2, published(mismatch_weight=0)),
        "D knows other digits, too": (5, 3, published()),
    },
}


def parse_args(argv=None):
    parser = command(__doc__)
    named = ["models", "hands", "writers", "sets", "outlines", "losses"]
    parser.add_argument("study", choices=[*STUDIES, *named])
    parser.add_argument("run", nargs="?", type=Path, help="run folder, for `losses`")
    parser.add_argument("--data", default=data.DEFAULT_ROOT, help="folder of MNIST (default: %(default)s)")
    parser.add_argument("--labels", help="folder of QMNIST's labels, for `writers` (default: that of --data)")
    parser.add_argument("--out", type=Path, default=Path("runs/study"), help="folder of the runs it trains")
    add_threads(parser)
    options = parser.parse_args(argv)
    if (options.study == "losses") != bool(options.run):
        parser.error("`losses` takes a run folder, the other studies take none.")
    return options


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    if options.study == "losses":
        return draw_losses(options.run)
    if options.study == "models":
        records = describe_models()
    elif options.study == "hands":
        records = measure_fits(weights.shipped(), *data.load(options.data, train=False))
    elif options.study == "outlines":
        records = measure_outlines(weights.shipped())
    elif options.study in ("writers", "sets"):
        records = compare_with_writers(options)
    else:
        records = train_and_measure(options)
    results.keep(records)
    print(results.table(records, row="name" if options.study == "models" else "setting").to_string())


def train_and_measure(options):
    """Train the runs of a study and measure what each draws, unless that is done. Return its records."""
    judge, strips = weights.shipped("judge"), {}
    controls = results.select(what="control", weights=judge.id)
    for number, (line, (epochs, seeds, arguments)) in enumerate(STUDIES[options.study].items()):
        strips[line] = options.out / f"{options.study}-{number}.png"
        for seed in range(seeds):
            about = {"what": "study", "name": options.study, "setting": line, "seed": seed}
            if results.select(**about):
                continue
            # `epochs` extends one run; the others, whose recipes may have a schedule, train each line anew.
            named = [*arguments, seed] if options.study == "epochs" else [*arguments, epochs, seed]
            folder = options.out / "-".join(map(str, named)).replace("--", "")
            given = ["--epochs", epochs, "--seed", seed, "--data", options.data, "--threads", options.threads]
            command = [sys.executable, TRAIN, *arguments, *given, "--out", folder, "--resume"]
            if status := subprocess.run(list(map(str, command))).returncode:  # train.py has said why
                raise SystemExit(status)
            model = weights.load(folder)
            if seed == 0:
                strip(model).save(strips[line])
            measured = evaluate.measure_model(model, judge, controls, **about)
            work = {"cpu_minutes": model.provenance["cpu_seconds"] / 60}
            results.keep(measured + results.make(work, **about, weights=model.id))
    if drawn := {line: Image.open(path) for line, path in strips.items() if path.is_file()}:
        draw_strips(options.study, drawn)
    return results.select(what="study", name=options.study)


def compare_with_writers(options):
    """Train verifiers on the writers of the training set; measure hands, or a set by hands, by them."""
    training, test = (load_written(options, train) for train in (True, False))
    known = verifiers(options.out, *training)
    if options.study == "sets":
        return measure_set(weights.shipped(), known, *test[:2])
    return measure_writers(weights.shipped(), known, *test)


def load_written(options, train):
    """Return images, labels and writers of the training set or the test set."""
    images, labels = data.load(options.data, train)
    return images, labels, load_writers(options.labels or options.data, labels, train)


def describe_models():
    """Record what the shipped models are, and how long each takes to draw 64 pictures. Return the records."""
    records = []
    models, times = weights.load_generators([weights.SHIPPED]), bench.time_drawing()
    for name, model in models.items():
        facts = {
            "parameters": sum(p.numel() for p in model.network.parameters()),
            "epochs": model.provenance["epochs"],
            "minutes": model.provenance["seconds"] / 60,
            "milliseconds": times[name]["milliseconds"],
        }
        records += results.make(facts, what="weights", name=name, weights=model.id)
    draw_strips("models", {name: strip(model) for name, model in models.items()})
    return records


def strip(model):
    """Return an image of 20 digits that a model draws."""
    return images.grid(images.to_uint8(sampling.some(20, 0, model)), columns=20)


def draw_strips(study, strips):
    """Draw docs/study-NAME.png: the strips, {line: image}, one below the other."""
    figure, axes = plt.subplots(figsize=(9, 0.45 * len(strips)), layout="constrained")
    axes.imshow(np.concatenate([np.asarray(image) for image in strips.values()]), cmap="gray")
    lines = [line.replace("`", "") for line in strips]
    axes.set(xticks=[], yticks=np.arange(len(strips)) * 28 + 14, yticklabels=lines)
    figure.savefig(DOCS / f"study-{study}.png", metadata={"Software": None})


def draw_losses(folder):
    """Draw a run's losses over its epochs: losses.png in its folder."""
    run = history(folder)
    losses = pd.DataFrame(run["losses"], index=run["epoch"])
    losses.plot(figsize=(9, 4), xlabel="epoch", ylabel="loss").figure.savefig(folder / "losses.png")
    print(folder / "losses.png")


if __name__ == "__main__":
    with friendly_errors():
        main()
