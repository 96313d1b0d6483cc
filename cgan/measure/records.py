"""weights/results.json: everything that was measured, as one list of flat records; and tables of them.

what: "weights", "control" or "study"; name: of the weights, control or study; weights: id of the measured
weights, or null; setting: what tells the lines of a study apart; spread: standard deviation, or null; images:
how many pictures were measured, or null.
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
    return [record for record in records if fields.items() <= record.items()]


def make(measures, what, name, weights=None, setting="", seed=None, images=None, spread=None):
    """Return a record for each of `measures`, {measure: value}; spread: {measure: standard deviation}."""
    records = []
    for measure, value in measures.items():
        decimals, deviation = MEASURES[measure][1], (spread or {}).get(measure)
        deviation = None if deviation is None else round(deviation, decimals)
        values = [what, name, weights, setting, seed, measure, round(value, decimals), deviation, images]
        records.append(dict(zip(FIELDS, values, strict=True)))
    return records


def keep(new):
    """Add records to results.json, in the place of those equal in all but value, spread and images."""
    records = {tuple(record[field] for field in KEY): record for record in [*load(), *new]}
    lines = ",\n".join(json.dumps(record) for record in records.values())
    write_atomically(path(), f'{{"records": [\n{lines}\n]}}\n'.encode())


def table(records, measures=MEASURES, row="name"):
    """Return a DataFrame of text: a line for each value of the field `row`, a column for each measure.

    A cell has the mean over the seeds and the standard deviation, of several seeds or as it was recorded.
    """
    lines = {}
    frame = pd.DataFrame(records, columns=FIELDS)
    for (name, measure), group in frame.groupby([row, "measure"], sort=False):
        decimals, spread = (
            MEASURES[measure][1],
            group["value"].std() if len(group) > 1 else group["spread"].iloc[0],
        )
        text = f"{group['value'].mean():,.{decimals}f}"
        lines.setdefault(name, {})[measure] = text if pd.isna(spread) else f"{text} ± {spread:.{decimals}f}"
    measured = [measure for measure in measures if any(measure in line for line in lines.values())]
    text = pd.DataFrame.from_dict(lines, orient="index", columns=measured).fillna("")
    return text.rename(columns={measure: MEASURES[measure][0] for measure in measured})
