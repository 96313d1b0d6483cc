"""weights/results.json: everything that was measured, as one list of flat records, and tables of them.

A record has the fields of FIELDS. what: "weights", "control" or "study"; name: of the weights, control or
study; weights: id of the measured weights, or null; setting: what distinguishes the lines of a study;
spread: standard deviation, or null; images: how many pictures were measured, or null.
"""

import json

import pandas as pd

from cgan import weights
from cgan.files import write_atomically

FIELDS = ["what", "name", "weights", "setting", "seed", "measure", "value", "spread", "images"]
KEY = FIELDS[:6]  # a new record replaces the old one that is equal in these
MEASURES = {  # measure: (heading, decimals that are kept)
    "right": ("digit right, %", 2),
    "worst": ("worst digit, %", 1),
    "fd": ("Frechet distance", 2),
    "fd_ratio": ("Frechet distance, x floor", 2),
    "class_fd": ("within-class Frechet distance", 2),
    "class_fd_ratio": ("within a class, x floor", 2),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "coverage": ("coverage", 3),
    "cas": ("CAS, %", 2),
    "specks": ("with specks, %", 1),
    "zeros": ("pixels of 0, %", 1),
    "faint": ("pixels of 1 to 8, %", 1),
    "nearest": ("nearest training image", 2),
    "parameters": ("parameters", 0),
    "epochs": ("epochs", 0),
    "minutes": ("minutes", 1),
    "cpu_minutes": ("CPU minutes", 1),
    "milliseconds": ("ms", 1),
    "ratio": ("ratio", 2),
    "per_second": ("a second", 0),
    "fit_error": ("error of the fit", 4),
    "fit_right": ("still read right, %", 1),
    "others_right": ("other digits read right, %", 1),
    "same_slant": ("slant", 2),
    "same_stroke": ("stroke weight", 2),
    "same_width": ("width", 2),
    "seconds": ("seconds a fit", 2),
    "tries": ("tries", 0),
}
QUALITY = ["right", "worst", "fd_ratio", "class_fd_ratio", "precision", "recall", "coverage"]


def path():
    return weights.SHIPPED / "results.json"


def load(**fields):
    """Return the kept records, a list of dicts; with fields (what="study"), those that have these values."""
    records = json.loads(path().read_bytes())["records"] if path().is_file() else []
    return [r for r in records if all(r[field] == value for field, value in fields.items())]


def make(measures, what, name, weights=None, setting="", seed=None, images=None, spread=None):
    """Return a record for each of `measures`, {measure: value}; spread: {measure: standard deviation}."""
    return [
        {
            "what": what,
            "name": name,
            "weights": weights,
            "setting": setting,
            "seed": seed,
            "measure": measure,
            "value": round(value, MEASURES[measure][1]),
            "spread": round(spread[measure], MEASURES[measure][1]) if spread and measure in spread else None,
            "images": images,
        }
        for measure, value in measures.items()
    ]


def keep(new):
    """Add records to results.json, in the place of those equal in all but value, spread and images."""
    records = {tuple(record[field] for field in KEY): record for record in [*load(), *new]}
    lines = ",\n".join(json.dumps(record) for record in records.values())
    write_atomically(path(), f'{{"records": [\n{lines}\n]}}\n'.encode())


def table(records, measures=MEASURES, row="name"):
    """Return a DataFrame of text: a line for each value of the field `row`, a column for each measure.

    A cell has the mean over the seeds and, of several, the standard deviation.
    """
    frame = pd.DataFrame(records, columns=FIELDS)
    lines = {}
    for (name, measure), group in frame.groupby([row, "measure"], sort=False):
        spread = group["value"].std() if len(group) > 1 else group["spread"].iloc[0]
        lines.setdefault(name, {})[measure] = cell(measure, group["value"].mean(), spread)
    measured = [measure for measure in measures if any(measure in line for line in lines.values())]
    text = pd.DataFrame.from_dict(lines, orient="index", columns=measured).fillna("")
    return text.rename(columns={measure: MEASURES[measure][0] for measure in measured})


def cell(measure, value, spread=None):
    """Return a value as text with its measure's decimals, and its spread if there is one."""
    decimals = MEASURES[measure][1]
    text = f"{value:,.{decimals}f}"
    return text if pd.isna(spread) else f"{text} ± {spread:.{decimals}f}"
