"""results.json: what is kept, what a new record replaces, and the tables in the documents."""

import re
import shutil
from pathlib import Path

from cgan import weights
from cgan.measure import results


def test_a_record_replaces_the_one_that_differs_only_in_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "PATH", tmp_path / "results.json")
    about = {"what": "weights", "name": "x", "weights": "abc"}
    results.keep(results.make({"right": 98.764, "fd": 1}, **about, images=10))
    results.keep(results.make({"right": 99}, {"right": 0.504}, **about, images=20))
    right, fd = results.select()
    blank = {"setting": "", "seed": None}
    assert right == about | blank | {"measure": "right", "value": 99, "spread": 0.5, "images": 20}
    assert list(right) == results.FIELDS and fd["value"] == 1
    results.keep(results.make({"right": 97}, **about, seed=1))
    assert len(results.select()) == 3 and len(results.select(seed=1)) == 1
    assert len(results.PATH.read_text().splitlines()) == 3 + 2  # a line a record


def test_a_table_has_means_and_spreads_over_the_seeds():
    made = []
    for seed, right in enumerate([90.0, 92.0]):
        made += results.make({"right": right, "cpu_minutes": 3}, setting="b", seed=seed)
    made += results.make({"fd": 0.456}, {"fd": 0.1}, setting="a", seed=0)
    table = results.table(made, row="setting")
    assert list(table.index) == ["b", "a"]
    assert table.to_dict("list") == {
        "digit right, %": ["91.00 ± 1.41", ""],
        "Frechet distance": ["", "0.46 ± 0.10"],
        "CPU minutes": ["3.0 ± 0.0", ""],
    }


def test_the_tables_in_the_documents_are_what_was_measured():
    tables = results.tables()
    for file in results.DOCUMENTS:
        text = file.read_text("utf-8")
        assert results.with_tables(text, tables) == text, file
        assert set(re.findall(r"<!-- (\w+) -->", text)) <= set(tables)


def test_what_was_measured_of_earlier_weights_is_in_no_table(tmp_path, monkeypatch):
    before = results.tables()
    monkeypatch.setattr(results, "PATH", Path(shutil.copy(results.PATH, tmp_path)))
    for what, name, setting in (("study", "hands", "one test digit"), ("weights", "compact", "")):
        about = {"what": what, "name": name, "setting": setting, "weights": "of earlier ones"}
        results.keep(results.make({"fit_error": 9, "right": 9}, **about))
    assert results.tables() == before


def test_the_shipped_results_are_of_the_shipped_files():
    wanted = {"fd_ratio", "precision", "specks", "nearest", "parameters", "milliseconds"}
    for model in weights.load_generators([weights.SHIPPED]).values():
        assert wanted <= {record["measure"] for record in results.select(weights=model.id)}
    judge = weights.shipped("judge").id
    assert {record["weights"] for record in results.select(what="control")} == {judge}
