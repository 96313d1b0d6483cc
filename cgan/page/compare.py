"""The tab Compare: one digit and seed drawn by every model, beside real digits, and the measures."""

import json
import math

import gradio as gr

from cgan import weights

NAME = "compare"
MEASURES = ["right", "fd_ratio", "precision", "recall", "cas"]


def lay_out(page):
    with page.tab(NAME):
        with gr.Row(elem_classes="bar"):
            digit, seed = page.digit("compare-digit", value="4", scale=1), page.seed("compare-seed", scale=4)
            randomize = page.button("randomize", "compare-randomize", "primary", scale=1)
        page.picture("compare")
        if rows := measured(page.everything):
            gr.Markdown(table(page, rows), elem_id="compare-table")
    page.wire("compare", {"digit": digit, **seed}, {"randomize": randomize})


def measured(models, path=weights.SHIPPED / "results.json"):
    """Return what weights/results.json has of real digits and of these models: name -> {measure: value}.

    Real digits, whose name is "", come first, then the models, the nearest to them first.
    """
    try:
        records = json.loads(path.read_bytes())["records"]
    except (OSError, ValueError, KeyError):
        return {}  # the page works without
    names = {model.id: name for name, model in models.items()}
    rows = {}
    for record in records:
        is_real = record["what"] == "control" and record["name"] == "real, training"
        name = "" if is_real else names.get(record["weights"])
        if name is not None and record["what"] != "study":
            rows.setdefault(name, {})[record["measure"]] = record["value"]
    return dict(sorted(rows.items(), key=lambda row: (row[0] != "", row[1].get("fd_ratio", math.inf))))


def table(page, rows):
    """Return the measures as a Markdown table, with what each means below."""
    lines = [["", *(page.text(f"measure_{measure}") for measure in MEASURES)]]
    lines.append([":--", *["--:"] * len(MEASURES)])
    for name, values in rows.items():
        cells = [f"{values[measure]:.4g}" if measure in values else "–" for measure in MEASURES]
        lines.append([name or page.text("real"), *cells])
    head = f"### {page.text('measured')}\n\n"
    return (
        head
        + "\n".join(f"| {' | '.join(line)} |" for line in lines)
        + "\n\n"
        + "\n".join(page.text("measures"))
    )
