"""Keep all measurements as flat records in weights/results.json, and make the documents' tables from them.

python -m cgan.measure.results    # write the tables into README.md, README.zh.md and docs/*.md

Fields of a record. what: "weights", "control" or "study"; name: of the weights, control or study; weights: id
of the measured weights, or null; setting: the line of a study's table; spread: standard deviation,
or null; images: how many pictures were measured, or null.
"""

import json
import re
from pathlib import Path

import pandas as pd

from cgan import weights
from cgan.cli import command, friendly_errors
from cgan.files import write_atomically

ROOT = Path(__file__).parents[2]
PATH = weights.SHIPPED / "results.json"
DOCUMENTS = [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")]
KEY = ["what", "name", "weights", "setting", "seed", "measure"]
FIELDS = [*KEY, "value", "spread", "images"]
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
    "fit_error": ("error of the fit", 4),
    "fit_right": ("still read right, %", 1),
    "others_right": ("other digits read right, %", 1),
    "same_slant": ("slant", 2),
    "same_stroke": ("stroke weight", 2),
    "same_width": ("width", 2),
    "seconds": ("seconds a fit", 2),
    "difference": ("differs by, % of the ink", 1),
    "worst_difference": ("at worst, %", 1),
    "points": ("points a digit", 0),
    "kilobytes": ("kB", 1),
    "alike": ("one writer's different digits", 3),
    "alike_digit": ("one writer's same digit", 3),
    "alike_others": ("two writers", 3),
    "auc": ("AUC, different digits", 3),
    "auc_digit": ("AUC, same digit", 3),
    "auc_real": ("AUC of the real digits", 3),
    "kept": ("kept, %", 1),
    "within_slant": ("slant", 2),
    "within_stroke": ("stroke weight", 2),
    "within_width": ("width", 2),
}
QUALITY = ["right", "worst", "fd_ratio", "class_fd_ratio", "precision", "recall", "coverage"]
OF_HANDS = ["hands", "writers", "strangers"]  # tables of the shipped weights' hands
STUDIES = {  # name: columns of its table
    **dict.fromkeys(["lr", "epochs", "short", "ablation"], [*QUALITY, "cpu_minutes"]),
    "bench": MEASURES,
    "outlines": MEASURES,
}


def main(argv=None):
    command(__doc__).parse_args(argv)
    made = tables()
    for file in DOCUMENTS:
        write_atomically(file, with_tables(file.read_text("utf-8"), made).encode())


def select(**fields):
    """Return the records, a list of dicts, whose fields have the given values, such as what="study"."""
    records = json.loads(PATH.read_bytes())["records"] if PATH.is_file() else []
    return [record for record in records if fields.items() <= record.items()]


def make(measures, spread=None, **about):
    """Return a record for each of `measures`, {measure: value}; spread: {measure: standard deviation}.

    about: the other fields; `setting` is "" and the rest null where they are left out.
    """
    records = []
    for measure, value in measures.items():
        decimals = MEASURES[measure][1]
        record = dict.fromkeys(FIELDS) | {"setting": ""} | about
        record |= {"measure": measure, "value": round(value, decimals)}
        if spread is not None and spread[measure] is not None:
            record["spread"] = round(spread[measure], decimals)
        records.append(record)
    return records


def keep(new):
    """Add records to results.json, replacing those that agree in the fields of KEY."""
    records = {tuple(record[field] for field in KEY): record for record in [*select(), *new]}
    lines = ",\n".join(json.dumps(record) for record in records.values())
    write_atomically(PATH, f'{{"records": [\n{lines}\n]}}\n'.encode())


def table(records, measures=MEASURES, row="name"):
    """Return a DataFrame of text: a line for each value of the field `row`, a column for each measure found.

    A cell is the mean over the seeds and the standard deviation, of several seeds or as it was recorded.
    """
    frame, lines = pd.DataFrame(records, columns=FIELDS), {}
    for (name, measure), cell in frame.groupby([row, "measure"], sort=False):
        decimals = MEASURES[measure][1]
        spread = cell["value"].std() if len(cell) > 1 else cell["spread"].iloc[0]
        text = f"{cell['value'].mean():,.{decimals}f}"
        lines.setdefault(name, {})[measure] = text if pd.isna(spread) else f"{text} ± {spread:.{decimals}f}"
    found = [measure for measure in measures if measure in set(frame["measure"])]
    text = pd.DataFrame.from_dict(lines, orient="index", columns=found).fillna("")
    return text.rename(columns={measure: MEASURES[measure][0] for measure in found})


def tables():
    """Return every table of the documents, {name: Markdown}."""
    models = []
    for name, model in weights.load_generators([weights.SHIPPED]).items():
        records = select(what="weights", weights=model.id)
        models += [{**record, "name": f"**{name}** `{model.id}`"} for record in records]
    with_cas = {record["name"] for record in models if record["measure"] == "cas"}
    real = select(what="control")
    return {
        "results": markdown([r for r in models if r["name"] in with_cas] + real, [*QUALITY, "cas", "specks"]),
        "models": markdown(models + real, ["parameters", "epochs", "minutes", "milliseconds", *QUALITY]),
        "pixels": markdown(models + real, ["specks", "zeros", "faint", "nearest"]),
        **{n: markdown(select(name=n, weights=weights.shipped().id), MEASURES, "setting") for n in OF_HANDS},
        **{name: markdown(select(name=name), columns, "setting") for name, columns in STUDIES.items()},
    }


def markdown(records, measures, row="name"):
    frame = table(records, measures, row)
    return frame.to_markdown(colalign=["left", *["right"] * len(frame.columns)], disable_numparse=True)


def with_tables(text, made):
    """Return a document's text with its tables, between <!-- NAME --> and <!-- /NAME -->, replaced."""
    marks = r"(<!-- (\w+) -->\n).*?(\n<!-- /\2 -->)"
    return re.sub(marks, lambda match: match[1] + made[match[2]] + match[3], text, flags=re.DOTALL)


if __name__ == "__main__":
    with friendly_errors():
        main()
