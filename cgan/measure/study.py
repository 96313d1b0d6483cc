"""Experiments: many runs of train.py, measured by the same judge and set side by side.

python -m cgan.measure.study lr --data data         # the report's learning rates, two epochs each
python -m cgan.measure.study epochs --data data     # one epoch of report against ten
python -m cgan.measure.study ablation --data data   # what each change from report to compact buys
python -m cgan.measure.study short --data data      # compact in one epoch, and in two
python -m cgan.measure.study models --data data     # every model that is shipped, beside real images
python -m cgan.measure.figures                      # what they measured, drawn

It goes on where it was stopped, measures nothing twice, and keeps what it measured in weights/study.json, and
what was drawn in docs/strips/: a row of 20 digits for each snapshot, or model.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import torch

from cgan import data, images, sampling, weights
from cgan.cli import add_threads, command, exit_with_a_sentence
from cgan.files import write_atomically
from cgan.measure import evaluate, results
from cgan.measure.bench import PICTURES, take_turns

TRAIN = Path(__file__).parents[2] / "train.py"
NOTHING = [
    "mismatch_weight=0",
    "ema_decay=0",
    "last_lr=1",
    "last_gamma=1",
    "shift=0",
]  # of what is beside the loss
PLAIN = ["--model", "compact", "--set"]
ABLATION = {  # what changes: the options of train.py, with all the changes so far
    "`report`": ["--model", "report"],
    "`compact`'s networks": ["--model", "report", "--set", "networks=compact"],
    "its loss, penalty and Adam": [*PLAIN, *NOTHING, "--batch-size", "128"],
    "batches of 32, not 128": [*PLAIN, *NOTHING],
    "the average of G draws": [*PLAIN, NOTHING[0], *NOTHING[2:]],
    "lr and gamma fall": [*PLAIN, NOTHING[0], "shift=0"],
    "shifts in the first half": [*PLAIN, NOTHING[0]],
    "D knows other digits, too: `compact`": ["--model", "compact"],
}
SEEDS, EPOCHS = [0, 1, 2], 5  # the last line has all the seeds, the others two
RATES, USUAL_RATE, RATE_EPOCHS = ["0.01", "0.005", "0.001", "0.0005", "0.0001"], "0.001", 2
LONG_EPOCHS = 10
REPETITIONS = 15  # of drawing, when it is timed
COLUMNS = ["right", "worst", "fd_times", "class_fd_times", "precision", "recall", "coverage"]


def parse_args(argv=None):
    parser = command(__doc__)
    add = parser.add_argument
    add("study", choices=["lr", "epochs", "ablation", "short", "models"], help="which of them")
    add("--data", default=data.DEFAULT_ROOT, help="folder of MNIST (default: %(default)s)")
    add("--out", type=Path, default=Path("runs/study"), help="folder of the runs (default: %(default)s)")
    add_threads(add)
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    judges = evaluate.load_judges()
    kept = load()
    kept.setdefault(options.study, {})
    if options.study == "models":
        print(compare_models(kept, judges, options))
        return
    for number, (run, seeds, epochs, snapshots, arguments) in enumerate(runs(options.study)):
        for seed in seeds:
            # One measure at the end, or one for each of the snapshots.
            lines = [f"{run}, epoch {i / snapshots:g}" for i in range(1, epochs * snapshots + 1)] or [run]
            if all(str(seed) in kept[options.study].get(line, {}) for line in lines):
                continue
            print(f"{options.study}: {run}, seed {seed}", file=sys.stderr)
            out = options.out / f"{options.study}-{number}-{seed}"
            fixed = ["--epochs", epochs, "--seed", seed, "--threads", options.threads, "--data", options.data]
            train(out, [*arguments, *map(str, fixed)])
            files = sorted(out.glob("step-*.safetensors")) or [out / "generator.safetensors"]
            if seed == 0 and snapshots:
                write_strips(f"{options.study}-{number}", map(weights.load, files))
            for line, file in zip(lines, files, strict=True):
                measured = kept[options.study].setdefault(line, {})
                if str(seed) not in measured:
                    measured[str(seed)] = measure(file, judges)
                    save(kept)
    print(table(kept[options.study]))


def runs(study):
    """Of each line of a study: name, seeds, epochs, measures an epoch (0: at the end), train.py's options."""
    if study == "lr":
        report = ["--model", "report", "--snapshots", "2", "--lr"]
        return [
            (rate, SEEDS if rate == USUAL_RATE else SEEDS[:1], RATE_EPOCHS, 2, [*report, rate])
            for rate in RATES
        ]
    if study == "epochs":
        return [("`report`", SEEDS[:1], LONG_EPOCHS, 1, ["--model", "report", "--snapshots", "1"])]
    if study == "short":
        return [(f"`compact`, --epochs {n}", SEEDS, n, 0, ["--model", "compact"]) for n in (1, 2)]
    *others, last = ABLATION
    return [(line, SEEDS[:2], EPOCHS, 0, ABLATION[line]) for line in others] + [
        (last, SEEDS, EPOCHS, 0, ABLATION[last])
    ]


def train(out, arguments):
    """Run train.py with these arguments in the folder `out`, from where it was if it was stopped."""
    resumed = ["--resume"] if (out / "state.pt").exists() else arguments
    status = subprocess.run([sys.executable, TRAIN, *resumed, "--out", out]).returncode
    if status:  # train.py has said why
        raise SystemExit(status)


def measure(file, judges):
    """The measures of what a run's weights draw, the work it took and the weights' id: a dict."""
    generator = weights.load(file)
    images, labels = evaluate.draw(generator, evaluate.PER_DIGIT)
    measures = results.complete(
        results.of_judges(judges), {"measures": evaluate.measure(images, labels, judges)}
    )
    seconds = generator.provenance.get("cpu_seconds")
    work = {"cpu_minutes": seconds / 60} if seconds else {}  # not known of a run that an older program began
    return {**{name: measures[name] for name in COLUMNS}, **work, "id": generator.id}


def compare_models(kept, judges, options):
    """Measure and time the shipped weights, unless it was done; a table in Markdown."""
    models = weights.load_generators([weights.SHIPPED])
    measured = results.of_judges(judges)
    missing = [model for model in models.values() if model.id not in measured["weights"]]
    if missing or not measured["controls"]:
        mnist = evaluate.load_mnist(options.data, judges[0])
        evaluate.measure_controls(measured, judges, mnist, cas=False)
        for model in missing:
            evaluate.measure_generator(measured, judges, model, mnist, cas=False)
        evaluate.progress("")
    if [row["id"] for row in kept["models"].values()] != [model.id for model in models.values()]:
        write_strips("models", models.values())
        for model in models.values():
            if not model.conditional:
                plane = images.to_uint8(latent_plane(model))
                write_atomically(strips() / "plane.png", images.png(images.grid(plane)))
        times = milliseconds(models)
        kept["models"] = {
            name: {
                "id": model.id,
                "parameters": sum(p.numel() for p in model.network.parameters()),
                "epochs": model.provenance["epochs"],
                "minutes": round(model.provenance["seconds"] / 60, 1),
                "ms": round(times[name], 1),
                "threads": options.threads,
            }
            for name, model in models.items()
        }
        save(kept)
    return models_table(kept["models"], measured)


def latent_plane(model, size=20):
    """Pictures on a grid of a two-dimensional latent space, equally likely steps of N(0, 1) apart."""
    steps = torch.special.ndtri((torch.arange(size) + 0.5) / size)
    z = torch.cartesian_prod(steps.flip(0), steps).flip(1)  # (size * size, 2)
    return sampling.draw(model, z, torch.zeros(len(z), dtype=torch.long))


def milliseconds(models):
    """Of each of the models, the median time that 64 pictures take."""
    drawings = {
        name: lambda model=model: images.to_uint8(sampling.some(PICTURES, 0, model))
        for name, model in models.items()
    }
    turns = take_turns(drawings, REPETITIONS)
    return {name: statistics.median(turn[name] for turn in turns) for name in models}


def write_strips(name, models):
    """docs/strips/NAME.png: a row of 20 pictures for each of the models."""
    rows = torch.cat([sampling.some(20, 0, model) for model in models])
    strips().mkdir(parents=True, exist_ok=True)
    write_atomically(strips() / f"{name}.png", images.png(images.grid(images.to_uint8(rows), 20)))


def strips():
    return TRAIN.parent / "docs" / "strips"


def path():
    return weights.SHIPPED / "study.json"


def load():
    return json.loads(path().read_bytes()) if path().is_file() else {}


def save(kept):
    write_atomically(path(), (json.dumps(kept, indent=1) + "\n").encode())


def table(lines):
    """The lines of a study, {line: {seed: measures}}, in Markdown: mean and spread over the seeds."""
    headings = [results.IN_MARKDOWN[name] for name in COLUMNS]
    rows = []
    for line, runs in lines.items():
        if not runs:  # not measured yet
            continue
        row = [line, str(len(runs))]
        for name in [*COLUMNS, "cpu_minutes"]:
            values = [run[name] for run in runs.values() if name in run]
            mean = {name: statistics.mean(values)} if values else {}
            spread = {name: statistics.stdev(values)} if len(values) > 1 else {}
            row.append(results.cell(mean, spread, name))
        rows.append(row)
    return results.in_markdown(["", "seeds", *headings, "CPU minutes"], rows)


def models_table(models, measured):
    """The shipped models and real images in Markdown: what they are, and what results.json has of them."""
    own = {"parameters": "parameters", "epochs": "epochs", "minutes": "minutes", "ms": f"ms for {PICTURES}"}
    headings = ["", *own.values(), *(results.IN_MARKDOWN[name] for name in COLUMNS)]
    lines = []
    rows = [(f"**{name}** `{m['id']}`", m, measured["weights"][m["id"]]) for name, m in models.items()]
    for name, model, row in [*rows, ("real, training", {}, measured["controls"]["real"])]:
        measures = results.complete(measured, row)
        cells = [f"{model[key]:,}" if model else "" for key in own]
        lines.append([name, *cells, *(results.cell(measures, {}, key) for key in COLUMNS)])
    return results.in_markdown(headings, lines)


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
