"""What the page's tabs still read of results.json, until they read its records themselves."""

from cgan.measure import records

IN_MARKDOWN = {name: records.MEASURES[name][0] for name in (*records.QUALITY, "cas")}
RENAMED = {"fd_ratio": "fd_times", "class_fd_ratio": "class_fd_times"}


def load():
    kept = {"controls": {}, "weights": {}}
    for r in records.load():
        if r["what"] != "study":
            part = "weights" if r["what"] == "weights" else "controls"
            key = r["weights"] if part == "weights" else {"real, training": "real"}.get(r["name"], r["name"])
            row = kept[part].setdefault(key, {"name": r["name"], "measures": {}})
            row["measures"][RENAMED.get(r["measure"], r["measure"])] = r["value"]
    return kept


def complete(kept, row):
    return row["measures"]


def cell(measures, spread, name):
    old = {new: name for name, new in RENAMED.items()}
    return records.cell(old.get(name, name), measures[name]) if name in measures else ""
