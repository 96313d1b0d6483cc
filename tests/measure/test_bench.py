from cgan.measure import bench, records


def test_draw_and_train_are_timed_and_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(records, "path", lambda: tmp_path / "results.json")
    shipped = {"vae": bench.weights.shipped("vae"), "cvae": bench.weights.shipped("cvae")}
    monkeypatch.setattr(bench.weights, "load_generators", lambda paths: shipped)
    monkeypatch.setattr(bench.recipes.RECIPES["report"], "batch_size", 4)
    monkeypatch.setattr(bench.recipes.RECIPES["compact"], "batch_size", 4)
    bench.main(["draw", "--repeat", "2"])
    assert not records.path().exists()
    for what in ("draw", "train"):
        bench.main([what, "--repeat", "2", "--keep"])
    kept = {(r["setting"], r["measure"]): r["value"] for r in records.load(name="bench")}
    assert kept["draw: vae", "milliseconds"] > 0 and kept["train: report", "ratio"] > 0
    assert "draw: cvae" in capsys.readouterr().out


def test_ratios_are_taken_within_a_turn(monkeypatch):
    clock = iter([0, 1, 1, 3, 0, 1, 1, 4, 0, 2, 2, 8, 0, 4, 4, 12])  # a first turn, then 3, 3 and 2 to 1
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    rows = bench.in_turns({"a": lambda: None, "b": lambda: None}, repeat=3)
    assert rows["a"] == {"milliseconds": 2000, "ratio": 1}
    assert rows["b"] == {"milliseconds": 6000, "ratio": 3}
