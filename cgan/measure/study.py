"""Train and measure many runs, and keep their figures in weights/results.json.

python -m cgan.measure.study lr --data data         # the report's learning rates, two epochs each
python -m cgan.measure.study epochs --data data     # `report` after each of ten epochs
python -m cgan.measure.study short --data data      # `compact` in one epoch, and in two
python -m cgan.measure.study ablation --data data   # what each change from `report` to `compact` gains
python -m cgan.measure.study models --data data     # all shipped models: measures, size, drawing time
python -m cgan.measure.study hands --data data      # how well a hand is fitted to a test digit
python -m cgan.measure.study losses runs/compact    # a run's loss curves: runs/compact/losses.png

A study resumes where it stopped and measures nothing twice; its figure is docs/study-NAME.png.
"""

import re
import subprocess
import sys
from pathlib import Path

import torch

from cgan import data, images, sampling, weights
from cgan.cli import add_threads, command, friendly_errors
from cgan.files import write_atomically
from cgan.measure import bench, evaluate, figures, records
from cgan.measure.hands import measure_hands

TRAIN, DOCS = Path(__file__).parents[2] / "train.py", Path(__file__).parents[2] / "docs"
TURNS = 15  # in which the models' drawing is timed
REPORT, COMPACT = ["--model", "report"], ["--model", "compact"]
LOSS_ALONE = ["mismatch_weight=0", "ema_decay=0", "last_lr=1", "last_gamma=1", "shift=0"]
RATES = ["0.01", "0.005", "0.001", "0.0005", "0.0001"]
STUDIES = {  # name: {line of its table: (epochs, seeds, options of train.py)}
    "lr": {rate: (2, 3 if rate == "0.001" else 1, [*REPORT, "--lr", rate]) for rate in RATES},
    "epochs": {str(epochs): (epochs, 1, REPORT) for epochs in range(1, 11)},
    "short": {f"`compact`, --epochs {epochs}": (epochs, 3, COMPACT) for epochs in (1, 2)},
    "ablation": {  # each line has the changes of those above it, too
        "`report`": (5, 2, REPORT),
        "`compact`'s networks": (5, 2, [*REPORT, "--set", "networks=compact"]),
        "its loss, penalty and Adam": (5, 2, [*COMPACT, "--batch-size", "128", "--set", *LOSS_ALONE]),
        "batches of 32, not 128": (5, 2, [*COMPACT, "--set", *LOSS_ALONE]),
        "the average of G draws": (5, 2, [*COMPACT, "--set", LOSS_ALONE[0], *LOSS_ALONE[2:]]),
        "lr and gamma fall": (5, 2, [*COMPACT, "--set", "mismatch_weight=0", "shift=0"]),
        "shifts in the first half": (5, 2, [*COMPACT, "--set", "mismatch_weight=0"]),
        "D knows other digits, too: `compact`": (5, 3, COMPACT),
    },
}


def parse_args(argv=None):
    parser = command(__doc__)
    parser.add_argument("study", choices=[*STUDIES, "models", "hands", "losses"])
    parser.add_argument("run", nargs="?", type=Path, help="run folder of `losses`")
    parser.add_argument("--data", default=data.DEFAULT_ROOT, help="folder of MNIST (default: %(default)s)")
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
        print(figures.losses(options.run))
        return
    judge = weights.load(weights.SHIPPED / "judge.safetensors")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.study == "models":
        describe_models(options)
    elif options.study == "hands":
        records.keep(measure_hands(weights.shipped(), judge.network, *data.load(options.data, train=False)))
    else:
        train_and_measure(judge, options)
    row, kept = rows(options.study)
    print(records.table(kept, row=row).to_string())
    if options.study != "hands":
        strips = {record[row]: strip(options, record[row]) for record in kept}
        print(figures.bars(kept, row, strips, DOCS / f"study-{options.study}.png"))


def rows(study):
    """Return the record field that tells a study's lines apart, and its records."""
    if study != "models":
        return "setting", records.load(name=study)
    ids = [model.id for model in weights.load_generators([weights.SHIPPED]).values()]
    return "name", [record for record in records.load(what="weights") if record["weights"] in ids]


def train_and_measure(judge, options):
    """Train the runs of a study and measure what each draws, unless that is done."""
    floor = evaluate.floor(records.load(what="control", weights=judge.id))
    for line, (epochs, seeds, arguments) in STUDIES[options.study].items():
        for seed in range(seeds):
            about = {"what": "study", "name": options.study, "setting": line, "seed": seed}
            if records.load(**about):
                continue
            folder = options.out / "-".join([*arguments, str(seed)]).replace("--", "")
            given = ["--epochs", epochs, "--seed", seed, "--data", options.data, "--threads", options.threads]
            train([*arguments, *given, "--out", folder])
            model = weights.load(folder)
            about["weights"] = model.id
            measured = evaluate.measure_model(model, judge, floor, **about)
            records.keep([*measured, *records.make(work(model), **about)])
            if seed == 0:
                write_strip(strip(options, line), model)


def train(arguments):
    """Run train.py; where the run's folder holds one that was stopped, or has fewer epochs, resume that."""
    command = [sys.executable, TRAIN, *arguments, "--resume"]
    if status := subprocess.run(list(map(str, command))).returncode:  # train.py has said why
        raise SystemExit(status)


def work(model):
    return {"cpu_minutes": model.provenance["cpu_seconds"] / 60}


def describe_models(options):
    """Record what the shipped models are, and how long each takes to draw 64 pictures."""
    models = weights.load_generators([weights.SHIPPED])
    times = bench.in_turns(bench.drawings(models), TURNS)
    for name, model in models.items():
        about = {
            "parameters": sum(p.numel() for p in model.network.parameters()),
            "epochs": model.provenance["epochs"],
            "minutes": model.provenance["seconds"] / 60,
            "milliseconds": times[name]["milliseconds"],
        }
        records.keep(records.make(about, "weights", name, model.id))
        write_strip(strip(options, name), model)


def strip(options, line):
    """Return the path of the digits that stand beside a line of the figure."""
    return options.out / (re.sub(r"\W+", "-", f"{options.study} {line}") + ".png")


def write_strip(path, model):
    pictures = images.to_uint8(sampling.some(20, 0, model))
    write_atomically(path, images.png(images.grid(pictures, columns=20)))


if __name__ == "__main__":
    with friendly_errors():
        main()
