"""Write what was measured into documents: the tables between the marks <!-- NAME --> and <!-- /NAME -->.

python -m cgan.measure.tables README.md README.zh.md docs/*.md
"""

import re
from pathlib import Path

from cgan import weights
from cgan.cli import command, friendly_errors
from cgan.files import write_atomically
from cgan.measure.records import QUALITY, load, table

PIXELS = ["specks", "zeros", "faint"]
HANDS = ["fit_error", "fit_right", "others_right", "same_slant", "same_stroke", "same_width", "seconds"]


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="Markdown")
    for file in parser.parse_args(argv).files:
        write_atomically(file, with_tables(file.read_text("utf-8")).encode())


def with_tables(text):
    """Return a document's text with its tables as they should read now."""
    for name, markdown in tables().items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        new = f"{start}\n{markdown}\n{end}"
        text = re.sub(f"{start}.*?{end}", lambda _, new=new: new, text, flags=re.DOTALL)
    return text


def tables():
    """Return every table, {name: Markdown}."""
    shipped = weights.load_generators([weights.SHIPPED])
    ids = {model.id: f"**{name}** `{model.id}`" for name, model in shipped.items()}
    models = [{**r, "name": ids[r["weights"]]} for r in load(what="weights") if r["weights"] in ids]
    whole = {record["name"] for record in models if record["measure"] == "cas"}
    best = [record for record in models if record["name"] in whole]
    controls = load(what="control")
    about = ["parameters", "epochs", "minutes", "milliseconds"]
    return {
        "results": markdown(best + controls, [*QUALITY, "cas", "specks"]),
        "models": markdown(models + controls, [*about, *QUALITY]),
        "pixels": markdown(models + controls, [*PIXELS, "nearest"]),
        **{
            study: markdown(load(name=study), [*QUALITY, "cpu_minutes"], "setting")
            for study in ("lr", "epochs", "short", "ablation")
        },
        "hands": markdown(load(name="hands"), HANDS, "setting"),
        "fast": markdown(load(name="bench"), ["milliseconds", "ratio", "per_second"], "setting"),
        "withstood": markdown(load(name="soak"), ["tries"], "setting"),
    }


def markdown(records, measures, row="name"):
    frame = table(records, measures, row)
    return frame.to_markdown(colalign=["left", *["right"] * len(frame.columns)], disable_numparse=True)


if __name__ == "__main__":
    with friendly_errors():
        main()
