"""Experiments: many runs of train.py, measured by the same judge and set side by side.

python -m cgan.study ablation --data data   # what each change from report to compact buys

It goes on where it was stopped, measures nothing twice, and keeps what it measured in weights/study.json.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from cgan import data, evaluate, results, weights
from cgan.errors import exit_with_a_sentence, whole_number_option
from cgan.files import write_atomically

import torch

TRAIN = Path(__file__).parents[1] / "train.py"
NOTHING = ["ema_decay=0", "last_lr=1", "last_gamma=1", "shift=0"]  # of what is beside the loss
PLAIN = ["--model", "compact", "--set"]
ABLATION = {  # what changes: the options of train.py, with all the changes so far
    "`report`": ["--model", "report"],
    "`compact`'s networks": ["--model", "report", "--set", "networks=compact"],
    "its loss, penalty and Adam": [*PLAIN, *NOTHING, "--batch-size", "128"],
    "batches of 32, not 128": [*PLAIN, *NOTHING],
    "the average of G draws": [*PLAIN, *NOTHING[1:]],
    "lr and gamma fall": [*PLAIN, "shift=0"],
    "shifts in the first half: `compact`": ["--model", "compact"],
}
SEEDS, EPOCHS = [0, 1, 2], 5  # the last line has all the seeds, the others two
COLUMNS = ["right", "worst", "fd_times", "class_fd_times", "precision", "recall", "coverage"]


def parse_args(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("study", choices=["ablation"], help="which of them")
    add("--data", default=data.DEFAULT_ROOT, help="folder of MNIST (default: %(default)s)")
    add("--out", type=Path, default=Path("runs/study"), help="folder of the runs (default: %(default)s)")
    add(
        "--threads",
        type=whole_number_option(1, 10**6),
        default=torch.get_num_threads(),
        help="of the CPU (default: %(default)s)",
    )
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    judges = [weights.load(weights.SHIPPED / f"{name}.safetensors") for name in results.JUDGES]
    kept = load()
    for number, (line, arguments) in enumerate(ABLATION.items()):
        for seed in SEEDS if number == len(ABLATION) - 1 else SEEDS[:2]:
            if str(seed) in kept["ablation"].setdefault(line, {}):
                continue
            print(f"{line}, seed {seed}", file=sys.stderr)
            out = options.out / f"ablation-{number}-{seed}"
            fixed = ["--epochs", EPOCHS, "--seed", seed, "--threads", options.threads, "--data", options.data]
            train(out, [*arguments, *map(str, fixed)])
            kept["ablation"][line][str(seed)] = measure(out, judges)
            write_atomically(path(), (json.dumps(kept, indent=1) + "\n").encode())
    print(table(kept["ablation"]))


def train(out, arguments):
    """Run train.py with these arguments in the folder `out`, from where it was if it was stopped."""
    resumed = ["--resume"] if (out / "state.pt").exists() else arguments
    status = subprocess.run([sys.executable, TRAIN, *resumed, "--out", out]).returncode
    if status:  # train.py has said why
        raise SystemExit(status)


def measure(run, judges):
    """The measures of what a run's weights draw, the minutes it took and the weights' id: a dict."""
    generator = weights.load(run / "generator.safetensors")
    images, labels = evaluate.draw(generator, evaluate.PER_DIGIT)
    measures = results.complete(
        results.of_judges(judges), {"measures": evaluate.measure(images, labels, judges)}
    )
    minutes = generator.provenance["seconds"] / 60
    return {**{name: measures[name] for name in COLUMNS}, "minutes": minutes, "id": generator.id}


def path():
    return weights.SHIPPED / "study.json"


def load():
    return json.loads(path().read_bytes()) if path().is_file() else {"ablation": {}}


def table(lines):
    """The lines of a study, {line: {seed: measures}}, in Markdown: mean and spread over the seeds."""
    headings = [results.IN_MARKDOWN[name] for name in COLUMNS]
    rows = [["", "seeds", *headings, "minutes"], ["---", *["--:"] * (len(COLUMNS) + 2)]]
    for line, runs in lines.items():
        row = [line, str(len(runs))]
        for name in [*COLUMNS, "minutes"]:
            values = [run[name] for run in runs.values()]
            decimals = results.MEASURES.get(name, ("", 1))[1]
            spread = f" ± {statistics.stdev(values):.{decimals}f}" if len(values) > 1 else ""
            row.append(f"{statistics.mean(values):.{decimals}f}{spread}")
        rows.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
