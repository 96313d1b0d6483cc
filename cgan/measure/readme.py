"""Write the tables in the READMEs anew, from what was measured and kept.

python -m cgan.measure.readme README.md README.zh.md
"""

import json
import re
from pathlib import Path

from cgan import weights
from cgan.cli import command, exit_with_a_sentence
from cgan.files import write_atomically
from cgan.measure import bench, results, study

DOCS = Path(__file__).parents[2] / "docs"


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a README")
    for file in parser.parse_args(argv).files:
        write_atomically(file, with_tables(file.read_text("utf-8")).encode())


def with_tables(text):
    """A README's text with every table between <!-- NAME --> and <!-- /NAME --> as it should read."""
    for name, table in tables().items():
        mark = f"<!-- {name} -->", f"<!-- /{name} -->"
        new = f"{mark[0]}\n{table}\n{mark[1]}"
        text = re.sub(f"{mark[0]}.*{mark[1]}", lambda _, new=new: new, text, flags=re.DOTALL)
    return text


def tables():
    """name -> Markdown."""
    measured, studies = results.load(), study.load()
    shipped = weights.load_generators([weights.SHIPPED]).items()
    # Those of which all was measured, the costly CAS, too; the table of models has all.
    whole = {
        w.id: name for name, w in shipped if "cas" in measured["weights"].get(w.id, {}).get("measures", ())
    }
    fast, withstood = (json.loads((DOCS / f"{name}.json").read_bytes()) for name in ("bench", "withstood"))
    return {
        "results": results.markdown(measured, whole),
        "ablation": study.table(studies["ablation"]),
        "short": study.table(studies["short"]),
        "models": study.models_table(studies["models"], measured),
        "fast": results.in_markdown(*bench.as_table(fast), "---"),
        "withstood": results.in_markdown(["tried", "seen"], withstood, "---"),
    }


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
