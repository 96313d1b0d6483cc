"""results.json: what is kept, what a new record replaces, and the tables in the documents."""

import json
import re

import pytest

from cgan import weights
from cgan.measure import records, tables


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "path", lambda: tmp_path / "results.json")
    return tmp_path / "results.json"


def test_a_record_replaces_the_one_that_differs_only_in_what_was_measured(path):
    records.keep(records.make({"right": 98.764, "fd": 1}, "weights", "x", "abc", images=10))
    records.keep(records.make({"right": 99}, "weights", "x", "abc", images=20, spread={"right": 0.5}))
    (
        right,
        fd,
    ) = records.load()
    assert right == dict(
        zip(records.FIELDS, ["weights", "x", "abc", "", None, "right", 99, 0.5, 20], strict=True)
    )
    assert fd["value"] == 1
    records.keep(records.make({"right": 97}, "weights", "x", "abc", seed=1))
    assert len(records.load()) == 3 and len(records.load(seed=1)) == 1
    assert len(path.read_text().splitlines()) == 3 + 2  # a line a record


def test_a_table_has_means_and_spreads_over_the_seeds():
    made = []
    for seed, right in enumerate([90.0, 92.0]):
        made += records.make({"right": right, "cpu_minutes": 3}, "study", "ablation", setting="a", seed=seed)
    made += records.make({"fd": 0.456}, "study", "ablation", setting="b", seed=0, spread={"fd": 0.1})
    table = records.table(made, row="setting")
    assert list(table.index) == ["a", "b"]
    assert table.to_dict("list") == {
        "digit right, %": ["91.00 ± 1.41", ""],
        "Frechet distance": ["", "0.46 ± 0.10"],
        "CPU minutes": ["3.0 ± 0.0", ""],
    }


def test_the_tables_in_the_documents_are_what_was_measured():
    measured = tables.tables()
    for file in tables.DOCUMENTS:
        text = file.read_text("utf-8")
        assert tables.with_tables(text, measured) == text, file
        assert set(re.findall(r"<!-- (\w+) -->", text)) <= set(measured)


def test_the_shipped_results_are_of_the_shipped_files():
    ids = {weights.load(file).id: file.stem for file in weights.SHIPPED.glob("*.safetensors")}
    assert json.loads(records.path().read_bytes()).keys() == {"records"}
    for name in set(ids.values()) - {"judge"}:
        kept = {
            r["measure"]: r["value"] for r in records.load(what="weights", name=name) if r["weights"] in ids
        }
        assert {"fd_ratio", "precision", "specks", "nearest", "parameters", "milliseconds"} <= set(kept), name
    for control in records.load(what="control"):
        assert ids[control["weights"]] == "judge"
