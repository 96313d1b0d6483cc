"""Train and measure many runs, and keep their figures in weights/results.json.

python -m cgan.measure.study lr --data data         # the report's learning rates, two epochs each
python -m cgan.measure.study epochs --data data     # `report` after each of ten epochs
python -m cgan.measure.study short --data data      # `compact` in one epoch, and in two
python -m cgan.measure.study ablation --data data   # what each change from `report` to `compact` gains
python -m cgan.measure.study models                 # the shipped models: sizes and drawing times
python -m cgan.measure.study hands --data data      # how well a hand is fitted to a test digit
python -m cgan.measure.study losses runs/compact    # a run's loss curves: runs/compact/losses.png

A study resumes where it stopped and measures nothing twice. docs/study-NAME.png shows what each line draws.
"""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import torch

from cgan import data, images, sampling, weights
from cgan.cli import add_threads, command, friendly_errors
from cgan.history import history
from cgan.measure import bench, evaluate, records
from cgan.measure.hands import measure_hands

TRAIN, DOCS = Path(__file__).parents[2] / "train.py", Path(__file__).parents[2] / "docs"
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
    parser.add_argument("run", nargs="?", type=Path, help="run folder, for `losses`")
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
        return draw_losses(options.run)
    judge = weights.load(weights.SHIPPED / "judge.safetensors")
    if options.study == "models":
        kept = describe_models()
    elif options.study == "hands":
        test_set = data.load(options.data, train=False)
        records.keep(kept := measure_hands(weights.shipped(), judge.network, *test_set))
    else:
        train_and_measure(judge, options)
        kept = records.load(name=options.study)
    print(records.table(kept, row="name" if options.study == "models" else "setting").to_string())


def train_and_measure(judge, options):
    """Train the runs of a study and measure what each draws, unless that is done."""
    controls = records.load(what="control", weights=judge.id)
    lines = STUDIES[options.study]
    strips = {line: options.out / f"{options.study}-{number}.png" for number, line in enumerate(lines)}
    for line, (epochs, seeds, arguments) in lines.items():
        for seed in range(seeds):
            about = {"what": "study", "name": options.study, "setting": line, "seed": seed}
            if records.load(**about):
                continue
            folder = options.out / "-".join([*arguments, str(seed)]).replace("--", "")
            given = ["--epochs", epochs, "--seed", seed, "--data", options.data, "--threads", options.threads]
            train([*arguments, *given, "--out", folder])
            model = weights.load(folder)
            about["weights"] = model.id
            work = {"cpu_minutes": model.provenance["cpu_seconds"] / 60}
            measured = evaluate.measure_model(model, judge, controls, **about)
            if seed == 0:
                strip(model).save(strips[line])
            records.keep(measured + records.make(work, **about))
    draw_strips(options.study, {line: plt.imread(path) for line, path in strips.items() if path.is_file()})


def train(arguments):
    """Run train.py; where the run's folder holds one that was stopped, or has fewer epochs, resume that."""
    command = [sys.executable, TRAIN, *arguments, "--resume"]
    if status := subprocess.run(list(map(str, command))).returncode:  # train.py has said why
        raise SystemExit(status)


def describe_models():
    """Record what the shipped models are, and how long each takes to draw 64 pictures. Return the records."""
    models, times, made = weights.load_generators([weights.SHIPPED]), bench.draw(repeat=15), []
    for name, model in models.items():
        about = {
            "parameters": sum(p.numel() for p in model.network.parameters()),
            "epochs": model.provenance["epochs"],
            "minutes": model.provenance["seconds"] / 60,
            "milliseconds": times[name]["milliseconds"],
        }
        made += records.make(about, "weights", name, model.id)
    records.keep(made)
    draw_strips("models", {name: strip(model) for name, model in models.items()})
    return made


def strip(model):
    """Return an image of 20 digits that a model draws."""
    return images.grid(images.to_uint8(sampling.some(20, 0, model)), columns=20)


def draw_strips(study, strips):
    """Draw docs/study-NAME.png: the strips, {line: image}, one below the other."""
    figure = plt.figure(figsize=(9, 0.45 * len(strips)), layout="constrained")
    for number, (line, image) in enumerate(strips.items(), 1):
        axes = figure.add_subplot(len(strips), 1, number, xticks=[], yticks=[])
        axes.imshow(image, cmap="gray")
        axes.set_ylabel(line.replace("`", ""), rotation=0, ha="right", va="center")
    if strips:
        figure.savefig(DOCS / f"study-{study}.png", metadata={"Software": None})


def draw_losses(folder):
    """Draw a run's losses over its epochs: losses.png in its folder."""
    run = history(folder)
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    for name, values in run["losses"].items():
        axes.plot(run["epoch"], values, label=name)
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend()
    figure.savefig(folder / "losses.png")
    print(folder / "losses.png")


if __name__ == "__main__":
    with friendly_errors():
        main()
