from cgan.measure import bench, results


def test_draw_and_train_are_timed_and_kept_if_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "PATH", tmp_path / "results.json")
    monkeypatch.setattr(bench, "TURNS", 1)
    shipped = {"vae": bench.weights.shipped("vae")}
    monkeypatch.setattr(bench.weights, "load_generators", lambda paths: shipped)
    for name in ("report", "compact"):
        monkeypatch.setattr(bench.recipes.RECIPES[name], "batch_size", 4)
    bench.main(["draw"])
    assert "draw: vae" in capsys.readouterr().out and not results.PATH.exists()
    bench.main(["train", "--keep"])
    for line in ("report", "compact", "compact, bfloat16"):
        assert results.select(setting=f"train: 8 steps of {line}", measure="milliseconds")[0]["value"] > 0


def test_ratios_are_taken_within_a_turn(monkeypatch):
    clock = iter([0, 1, 1, 3, 0, 1, 1, 4, 0, 2, 2, 8, 0, 4, 4, 12])  # ratios: warm-up, 3, 3, 2
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(bench, "TURNS", 3)
    rows = bench.in_turns({"a": lambda: None, "b": lambda: None})
    assert rows == {"a": {"milliseconds": 2000, "ratio": 1}, "b": {"milliseconds": 6000, "ratio": 3}}
