import json

import pytest

from cgan.measure import bench


def test_a_tiny_measurement(tmp_path, capsys):
    bench.main(
        [
            "draw",
            "train",
            "--markdown",
            "--repeat",
            "1",
            "--batch-size",
            "4",
            "--json",
            str(tmp_path / "figures.json"),
        ]
    )
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["draw"]["report"]["of_limit"] > 0 and figures["train"]["compact"]["ms"] > 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 2 * (len(figures["draw"]) + len(figures["train"]))


def test_ratios_are_taken_within_a_turn(monkeypatch):
    clock = iter([0, 1, 1, 3, 0, 1, 1, 4, 0, 2, 2, 8, 0, 4, 4, 12])  # a first turn, then 3, 3 and 2 to 1
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    rows = bench.compare({"a": lambda: None, "b": lambda: None}, repeat=3)
    assert rows["a"] == {"ms": 2000, "least": 1000, "most": 4000, "ratio": 1}
    assert rows["b"] == {"ms": 6000, "least": 3000, "most": 8000, "ratio": 3}


def test_the_fast_step_is_the_straight_line_one():
    options = bench.parse_args(["--batch-size", "16"])
    x, y = bench.batch(options, "report")
    step, recipe = bench.straight_line(x, y)
    assert step() == pytest.approx(recipe.step(x, y), rel=1e-5)
