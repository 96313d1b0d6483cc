"""Draw studies and loss curves with matplotlib."""

import statistics
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display
import matplotlib.pyplot as plt

from cgan.history import history
from cgan.measure.records import MEASURES

MEASURED = ["fd_ratio", "right", "coverage"]


def bars(kept, row, strips, path):
    """Draw the lines of a study: digits of each, and bars for three measures with a dot for each seed.

    row: the record field that tells the lines apart. strips: line -> image file, which need not exist.
    """
    lines = list(dict.fromkeys(record[row] for record in kept))
    has_strips = any(path.is_file() for path in strips.values())
    figure = plt.figure(figsize=(11, 0.8 + 0.42 * len(lines)), layout="constrained")
    grid = figure.add_gridspec(len(lines), 4, width_ratios=[2.5 if has_strips else 0.01, 1, 1, 1])
    for i, line in enumerate(lines):
        axes = figure.add_subplot(grid[i, 0], xticks=[], yticks=[], frame_on=False)
        if strips[line].is_file():
            axes.imshow(plt.imread(strips[line]), cmap="gray")
        axes.set_ylabel(line.replace("`", ""), rotation=0, ha="right", va="center")
    for column, measure in enumerate(MEASURED, 1):
        axes = figure.add_subplot(grid[:, column], yticks=[])
        axes.set_title(MEASURES[measure][0], fontsize=10)
        for i, line in enumerate(lines):
            values = [r["value"] for r in kept if r[row] == line and r["measure"] == measure]
            if values:
                axes.barh(i, statistics.mean(values), color="C0", alpha=0.3)
                axes.plot(values, [i] * len(values), "o", color="C0")
        axes.set_ylim(len(lines) - 0.5, -0.5)
        if measure == "fd_ratio":
            axes.set(xscale="log", xlim=(0.5, 400), xticks=[1, 10, 100], xticklabels=["1", "10", "100"])
    return _save(figure, path)


def losses(folder):
    """Draw a run's losses over its epochs, as losses.png in its folder. Returns the path."""
    run = history(folder)
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    for name, values in run["losses"].items():
        axes.plot(run["epoch"], values, label=name)
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend()
    return _save(figure, Path(folder) / "losses.png")


def _save(figure, path):
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)
    return path
