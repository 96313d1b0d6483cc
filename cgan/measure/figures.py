"""Draw what the studies measured, from weights/study.json and docs/strips/ alone.

python -m cgan.measure.figures   # docs/study-lr.png, study-epochs.png, study-ablation.png, study-models.png
"""

import statistics

import matplotlib.pyplot as plt

from cgan.cli import command, exit_with_a_sentence
from cgan.measure import results, study

CURVES = {name: results.IN_MARKDOWN[name] for name in ("fd_times", "right", "coverage")}
TILE = 28  # pixels


def main(argv=None):
    command(__doc__).parse_args(argv)
    measured = study.load()
    figures = {"lr": by_epoch, "epochs": by_epoch, "ablation": ablation, "models": models}
    for name, draw in figures.items():
        kept = {line: seeds for line, seeds in measured.get(name, {}).items() if seeds}  # those done yet
        if not kept:
            continue
        figure = draw(name, kept)
        file = study.strips().parent / f"study-{name}.png"
        figure.savefig(file, dpi=100, metadata={"Software": None})
        plt.close(figure)
        print(file)


def by_epoch(name, lines):
    """What was drawn at the end of each run, above curves of the measures, of each seed."""
    runs = {}  # name of the run: {seed: [(epoch, measures)]}
    for line, seeds in lines.items():
        run, epoch = line.split(", epoch ")
        for seed, measures in seeds.items():
            runs.setdefault(run, {}).setdefault(seed, []).append((float(epoch), measures))
    figure = plt.figure(figsize=(9, 4 + 0.5 * len(runs)), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[0.5 * max(2, len(runs)), 4])
    if name == "epochs":  # the first epoch and the last of a run
        rows = strip(f"{name}-0")
        strips(above, {"1 epoch": rows[0], f"{len(rows)} epochs": rows[-1]})
    else:
        strips(above, {run: strip(f"{name}-{i}")[-1] for i, run in enumerate(runs)})
    for axes, (measure, label) in zip(below.subplots(1, len(CURVES)), CURVES.items(), strict=True):
        for i, (run, seeds) in enumerate(runs.items()):
            for seed, points in seeds.items():
                epochs, values = zip(*[(epoch, m[measure]) for epoch, m in points], strict=True)
                axes.plot(epochs, values, "o-", color=f"C{i}", label=run if seed == "0" else None, ms=3)
        axes.set(xlabel="epoch", title=label, yscale="log" if measure == "fd_times" else "linear")
    below.axes[0].legend(title={"lr": "learning rate"}.get(name))
    return figure


def ablation(name, lines):
    """A line a change: a dot for each seed, a bar to their mean."""
    figure, all_axes = plt.subplots(1, len(CURVES), figsize=(11, 3.5), sharey=True, layout="constrained")
    for axes, (measure, label) in zip(all_axes, CURVES.items(), strict=True):
        for i, seeds in enumerate(lines.values()):
            values = [measures[measure] for measures in seeds.values()]
            axes.barh(i, statistics.mean(values), color="C0", alpha=0.3)
            axes.plot(values, [i] * len(values), "o", color="C0")
        if measure == "right":  # from just below the lowest, or all bars would look the same
            axes.set_xlim(min(m[measure] for seeds in lines.values() for m in seeds.values()) - 1, 100)
        axes.set(title=label, xscale="log" if measure == "fd_times" else "linear")
    all_axes[0].set_yticks(range(len(lines)), [line.replace("`", "") for line in lines])
    all_axes[0].invert_yaxis()
    return figure


def models(name, kept):
    """What each model draws from the same seed."""
    figure = plt.figure(figsize=(9, 0.5 * len(kept)), layout="constrained")
    strips(figure, dict(zip(kept, strip(name), strict=True)))
    return figure


def strip(name):
    """The rows of docs/strips/NAME.png: a list of arrays (28, 560)."""
    image = plt.imread(study.strips() / f"{name}.png")
    return [image[top : top + TILE] for top in range(0, len(image), TILE)]


def strips(figure, rows):
    """Rows of digits below each other, each with its name at the left."""
    for axes, (name, row) in zip(
        figure.subplots(len(rows), 1, squeeze=False)[:, 0], rows.items(), strict=True
    ):
        axes.imshow(row, cmap="gray", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.set_ylabel(name, rotation=0, ha="right", va="center")


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
