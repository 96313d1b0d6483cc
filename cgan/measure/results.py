"""weights/results.json: what `cgan.measure.evaluate` measured, for all who print it (that command, README, the page).

judges    of the two judges: id, and how many of the real test images each reads right, in per cent
controls  real, test, blurred, mislabelled, noise: {"name", "measures", and "spread" of repeated ones}
weights   the same for weights that draw, by their id
"""

import json

from cgan import weights
from cgan.cli import BadInput
from cgan.files import write_atomically

JUDGES = ["judge", "judge-2"]
MEASURES = {  # name: (what it is, the decimals that are kept)
    "right": ("digit right, %", 2),
    "worst": ("- the worst digit", 1),
    "right_2": ("digit right, second judge, %", 2),
    "worst_2": ("- the worst digit", 1),
    "fd": ("Frechet distance", 2),
    "fd_times": ("- times the floor", 1),
    "fd_2": ("Frechet distance, second judge", 2),
    "fd_2_times": ("- times the floor", 1),
    "class_fd": ("within-class Frechet distance", 2),
    "class_fd_times": ("- times the floor", 1),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "density": ("density", 3),
    "coverage": ("coverage", 3),
    "nearest": ("nearest training image", 2),
    "cas": ("trained on them, reads real, %", 2),
}


def path():
    return weights.SHIPPED / "results.json"


def load():
    """The contents of results.json; None if there is none. Raises BadInput if it is damaged."""
    if not path().is_file():
        return None
    try:
        kept = json.loads(path().read_bytes())
        if all(isinstance(kept[part], dict) for part in ("judges", "controls", "weights")):
            return kept
    except (ValueError, KeyError, TypeError):
        pass  # answered below, as anything else that is not what `keep` writes
    raise BadInput(f"{path()} is damaged; restore it, or delete it and measure again.")


def of_judges(judges):
    """What was measured by these two judges (Weights): no rows if nothing was, or only by others."""
    ours = {
        name: {"id": judge.id, "test_accuracy": judge.provenance["test_accuracy"]}
        for name, judge in zip(JUDGES, judges, strict=True)
    }
    kept = load()
    return kept if kept and kept["judges"] == ours else {"judges": ours, "controls": {}, "weights": {}}


def keep(kept, part, key, row):
    """Put a row, rounded, into `kept[part][key]`, beside what that held of other measures; write the file."""
    before = kept[part].get(key, {})
    merged = {"name": row["name"]}
    for kind in ("measures", "spread"):
        new = {name: round(value, MEASURES[name][1]) for name, value in row.get(kind, {}).items()}
        if new or kind in before:
            merged[kind] = {**before.get(kind, {}), **new}
    kept[part][key] = merged
    write_atomically(path(), (json.dumps(kept, indent=1) + "\n").encode())


def complete(kept, row):
    """A row's measures, and its Frechet distances as multiples of the floor: that of real training images."""
    floor = kept["controls"].get("real", {}).get("measures", {})
    times = {
        f"{name}_times": round(row["measures"][name] / floor[name], 1)
        for name in ("fd", "fd_2", "class_fd")
        if name in row["measures"] and floor.get(name)
    }
    return {**row["measures"], **times}


def cells(kept, ids):
    """Rows of strings, the first of them headings: a line a measure, a column for each of the weights `ids`,
    then one for each control, the real training images' with their spread."""
    columns = {f"{kept['weights'][i]['name']} {i}": kept["weights"][i] for i in ids}
    columns.update({row["name"]: row for row in kept["controls"].values()})
    lines = [["", *columns]]
    for name, (label, _) in MEASURES.items():
        line = [cell(complete(kept, row), row.get("spread", {}), name) for row in columns.values()]
        if any(line):
            lines.append([label, *line])
    return lines


def cell(measures, spread, name):
    """A measure and its spread as they are printed, each as far as it is there."""
    _, decimals = MEASURES.get(name, ("", 1))
    value = f"{measures[name]:.{decimals}f}" if name in measures else ""
    return f"{value} ± {spread[name]:.{decimals}f}" if name in spread else value


def table(kept, ids):
    """`cells` for a terminal, and a line about the judges."""
    headings, *lines = cells(kept, ids)
    # A heading's words are set one below another, so that columns are as narrow as their figures.
    stacks = [heading.split(" ") for heading in headings]
    depth = max(map(len, stacks))
    stacks = [[""] * (depth - len(words)) + words for words in stacks]
    lines = [*zip(*stacks, strict=True), *lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = []
    for label, *values in lines:
        padded = [value.rjust(width) for value, width in zip(values, widths[1:], strict=True)]
        text.append("  ".join([label.ljust(widths[0]), *padded]).rstrip())
    return "\n".join([*text, "", judges_line(kept)])


def judges_line(kept):
    judges = [f"{name} {j['id']} ({j['test_accuracy']:.2f} %)" for name, j in kept["judges"].items()]
    return f"Judges, with what they read right of the real test images: {', '.join(judges)}."


def as_json(kept, ids):
    """The same as `table`, as JSON."""
    shown = {
        part: {key: {**row, "measures": complete(kept, row)} for key, row in kept[part].items()}
        for part in ("controls", "weights")
    }
    shown["weights"] = {key: shown["weights"][key] for key in ids}
    return json.dumps({"judges": kept["judges"], **shown}, indent=1)


IN_MARKDOWN = {  # name: heading
    "right": "digit right, %",
    "worst": "worst digit, %",
    "fd_times": "Frechet distance, x floor",
    "class_fd_times": "the same within a class",
    "precision": "precision",
    "recall": "recall",
    "coverage": "coverage",
    "cas": "CAS, %",
}


def markdown(kept, ids):
    """A table of the weights of `ids`, {id: name}, and of the controls, a line each, by IN_MARKDOWN."""
    rows = {f"**{name}** `{i}`": kept["weights"][i] for i, name in ids.items()}
    rows.update({row["name"]: row for row in kept["controls"].values()})
    lines = []
    for name, row in rows.items():
        measures = complete(kept, row)
        lines.append([name, *(cell(measures, {}, key) for key in IN_MARKDOWN)])
    return in_markdown(["", *IN_MARKDOWN.values()], lines)


def in_markdown(headings, lines, column="--:"):
    """A table of strings; all columns but the first are figures, unless `column` is "---"."""
    rows = [headings, ["---", *[column] * (len(headings) - 1)], *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
