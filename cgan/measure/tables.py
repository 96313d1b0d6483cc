"""Write what was measured into documents: the tables between the marks <!-- NAME --> and <!-- /NAME -->.

python -m cgan.measure.tables    # README.md, README.zh.md and docs/*.md; or the files that are given
"""

import re
from pathlib import Path

from cgan import weights
from cgan.cli import command, friendly_errors
from cgan.files import write_atomically
from cgan.measure.records import QUALITY, load, table

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")]
STUDIES = {  # name: columns
    **dict.fromkeys(["lr", "epochs", "short", "ablation"], [*QUALITY, "cpu_minutes"]),
    "hands": ["fit_error", "fit_right", "others_right", "same_slant", "same_stroke", "same_width", "seconds"],
    "bench": ["milliseconds", "ratio", "per_second"],
    "soak": ["tries"],
}


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=DOCUMENTS, metavar="FILE")
    measured = tables()
    for file in parser.parse_args(argv).files:
        write_atomically(file, with_tables(file.read_text("utf-8"), measured).encode())


def with_tables(text, measured):
    """Return a document's text with `measured`, {name: Markdown}, in the place of its tables."""
    for name, markdown in measured.items():
        new = f"<!-- {name} -->\n{markdown}\n<!-- /{name} -->"
        text = re.sub(f"<!-- {name} -->.*?<!-- /{name} -->", lambda _, new=new: new, text, flags=re.DOTALL)
    return text


def tables():
    """Return every table, {name: Markdown}."""
    shipped = weights.load_generators([weights.SHIPPED]).items()
    models = [
        {**r, "name": f"**{name}** `{r['weights']}`"}
        for name, w in shipped
        for r in load(weights=w.id, what="weights")
    ]
    with_cas = {record["name"] for record in models if record["measure"] == "cas"}
    real = load(what="control")
    return {
        "results": markdown([r for r in models if r["name"] in with_cas] + real, [*QUALITY, "cas", "specks"]),
        "models": markdown(models + real, ["parameters", "epochs", "minutes", "milliseconds", *QUALITY]),
        "pixels": markdown(models + real, ["specks", "zeros", "faint", "nearest"]),
        **{name: markdown(load(name=name), columns, "setting") for name, columns in STUDIES.items()},
    }


def markdown(records, measures, row="name"):
    frame = table(records, measures, row)
    return frame.to_markdown(colalign=["left", *["right"] * len(frame.columns)], disable_numparse=True)


if __name__ == "__main__":
    with friendly_errors():
        main()
