"""Studies train by train.py, measure what it drew, go on where they stopped, and say what was measured."""

import json
import re
import shutil

import pytest
from PIL import Image

import train
from cgan import recipes
from cgan.measure import bench, figures, study


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Two lines, one seed, one epoch, measures without a judge, and a study.json of their own."""
    lines = {"plain": [*study.PLAIN, *study.NOTHING], "all": ["--model", "compact"]}
    monkeypatch.setattr(study, "ABLATION", lines)
    monkeypatch.setattr(study, "EPOCHS", 1)
    monkeypatch.setattr(study, "SEEDS", [0])
    monkeypatch.setattr(study.evaluate, "PER_DIGIT", 2)
    monkeypatch.setattr(
        study.evaluate, "measure", lambda images, *_: dict.fromkeys(study.COLUMNS, images.sum().item())
    )
    monkeypatch.setattr(study, "path", lambda: tmp_path / "study.json")
    monkeypatch.setattr(study, "strips", lambda: tmp_path / "strips")
    return lines


def test_it_trains_measures_and_does_nothing_twice(small, mnist, tmp_path, monkeypatch, capsys):
    options = ["ablation", "--data", str(mnist), "--out", str(tmp_path / "runs"), "--threads", "1"]
    study.main(options)
    kept = json.loads((tmp_path / "study.json").read_text())["ablation"]
    assert kept["plain"]["0"]["id"] != kept["all"]["0"]["id"]
    assert kept["plain"]["0"]["right"] != kept["all"]["0"]["right"]
    table = capsys.readouterr().out
    assert table.strip() == study.table(kept)

    monkeypatch.setattr(study, "train", lambda *_: pytest.fail("trained again"))
    study.main(options)
    assert capsys.readouterr().out == table

    monkeypatch.undo()
    out = tmp_path / "runs" / "ablation-0-0"
    study.train(out, ["--epochs", "1000"])  # a run that is there is gone on with, and this one is at its end
    assert study.weights.load(out / "generator.safetensors").id == kept["plain"]["0"]["id"]


@pytest.fixture
def two_rates(small, monkeypatch, tmp_path):
    """`lr` at two rates, one epoch of three steps; the options of that command, and what it measures."""
    from conftest import write_mnist

    monkeypatch.setattr(study, "RATES", ["0.001", "0.01"])
    monkeypatch.setattr(study, "RATE_EPOCHS", 1)
    data = write_mnist(tmp_path / "data", n=260)
    measured, measure = [], study.measure
    monkeypatch.setattr(study, "measure", lambda file, _: measured.append(file) or measure(file, _))
    return ["lr", "--data", str(data), "--out", str(tmp_path / "runs"), "--threads", "1"], measured


def test_learning_rates_are_measured_on_the_way_and_drawn(two_rates, tmp_path, monkeypatch, capsys):
    options, measured = two_rates
    study.main(options)
    kept = json.loads((tmp_path / "study.json").read_text())["lr"]
    assert list(kept) == [f"{rate}, epoch {epoch}" for rate in ("0.001", "0.01") for epoch in ("0.5", "1")]
    assert len({runs["0"]["id"] for runs in kept.values()}) == 4 == len(measured)
    made = study.weights.load(measured[3]).provenance
    assert (made["options"]["lr"], made["steps"]) == (0.01, 3)
    assert Image.open(tmp_path / "strips" / "lr-1.png").size == (20 * 28, 2 * 28)

    # Stopped before the last measure was kept: that one is done again, and nothing else.
    table = capsys.readouterr().out
    last = kept.popitem()
    (tmp_path / "study.json").write_text(json.dumps({"lr": kept}))
    study.main(options)
    assert capsys.readouterr().out == table and last[0] in table
    assert len(measured) == 5 and measured[4] == measured[3]
    study.main(options)
    assert len(measured) == 5

    # Figures need nothing but the JSON and the strips.
    shutil.rmtree(tmp_path / "runs")
    figures.main([])
    drawn = Image.open(tmp_path / "study-lr.png")
    assert drawn.size[0] == 900 and len(drawn.convert("RGB").getcolors(10**6)) > 100


def test_a_run_that_fails_ends_the_study(small, tmp_path, capfd):
    with pytest.raises(SystemExit, match="2"):
        study.train(tmp_path / "out", ["--model", "report", "--lr", "-1"])
    assert "--lr must be above 0" in capfd.readouterr().err


@pytest.fixture
def shipped(small, monkeypatch, tmp_path):
    """A weights folder of two models, of which none was measured; the calls that measure."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("report", "vae"):
        provenance = {"epochs": 3, "seconds": 90}
        network = recipes.build(name, 0).generator
        study.weights.save(folder / f"{name}.safetensors", name, network, provenance)
    for name in study.results.JUDGES:
        shutil.copy(study.weights.SHIPPED / f"{name}.safetensors", folder)
    monkeypatch.setattr(study.weights, "SHIPPED", folder)
    monkeypatch.setattr(study, "REPETITIONS", 2)
    evaluate, calls = study.evaluate, []
    monkeypatch.setattr(evaluate, "load_mnist", lambda *_: None)
    real = {"name": "real, training", "measures": dict.fromkeys(study.COLUMNS, 0.5) | {"fd": 2.0}}
    monkeypatch.setattr(
        evaluate,
        "measure_controls",
        lambda kept, *_, **__: study.results.keep(kept, "controls", "real", real),
    )

    def measure_generator(kept, judges, model, mnist, cas):
        calls.append(model.model)
        row = {"name": model.model, "measures": {"fd": 3.0, "coverage": 0.25}}
        study.results.keep(kept, "weights", model.id, row)

    monkeypatch.setattr(evaluate, "measure_generator", measure_generator)
    return calls


def test_models_are_measured_timed_and_drawn_once(shipped, tmp_path, monkeypatch, capsys):
    study.main(["models", "--threads", "1"])
    table = capsys.readouterr().out
    assert shipped == ["report", "vae"]
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    assert [row[0].split("`")[0] for row in rows] == ["| **report** ", "| **vae** ", "| real, training"]
    assert rows[0][1:4] == ["1,637,737", "3", "1.5"] and rows[1][1:4] == ["1,068,820", "3", "1.5"]
    assert rows[1][7] == "1.5" and rows[2][1] == ""  # times the floor; real images have no parameters
    assert Image.open(tmp_path / "strips" / "models.png").size == (560, 2 * 28)
    assert Image.open(tmp_path / "strips" / "plane.png").size == (560, 560)

    monkeypatch.setattr(study, "milliseconds", lambda _: pytest.fail("timed again"))
    study.main(["models", "--threads", "1"])
    assert capsys.readouterr().out == table and len(shipped) == 2
    figures.main([])
    assert (tmp_path / "study-models.png").exists()


def test_models_take_turns_when_they_are_timed(monkeypatch):
    turns = []
    monkeypatch.setattr(study.sampling, "generate_some", lambda count, _, model: turns.append((model, count)))
    monkeypatch.setattr(study.render, "to_uint8", lambda _: None)
    monkeypatch.setattr(study, "REPETITIONS", 3)
    clock = iter([0, 1, 10, 15, 20, 22, 30, 36, 40, 49, 50, 57])  # 1, 2 and 9 seconds; 5, 6 and 7
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    assert study.milliseconds({"a": "A", "b": "B"}) == {"a": 2000, "b": 6000}
    assert turns == [("A", 64), ("B", 64)] * 3


def test_the_figure_of_the_ablation_has_every_seed(small):
    run = dict.fromkeys(study.COLUMNS, 1.0)
    figure = figures.ablation("ablation", {"a": {"0": run, "1": {**run, "fd_times": 3.0}}, "b": {"0": run}})
    axes = figure.axes[0]
    assert [bar.get_width() for bar in axes.patches] == [2.0, 1.0]
    half_done = {"lr": {}, "ablation": {"a": {"0": run}, "b": {}}}
    study.path().write_text(json.dumps(half_done))
    figures.main([])
    assert [file.name for file in study.strips().parent.glob("study-*.png")] == ["study-ablation.png"]
    assert [list(line.get_xdata()) for line in axes.lines] == [[1.0, 3.0], [1.0]]


def test_the_studies_are_those_of_the_report():
    rates = {line: (len(seeds), epochs, points) for line, seeds, epochs, points, _ in study.runs("lr")}
    assert rates == {rate: (3 if rate == "0.001" else 1, 2, 2) for rate in study.RATES}
    ((_, _, epochs, points, _),) = study.runs("epochs")
    assert (epochs, points) == (10, 1)
    for name in ("lr", "epochs", "ablation"):
        for _, _, _, points, arguments in study.runs(name):
            options = train.parse_args(arguments)
            assert (options.snapshots or 0) == points and (name == "ablation" or options.model == "report")


def test_the_table_has_means_and_spreads():
    run = dict.fromkeys(study.COLUMNS, 1.0)
    lines = {
        "a": {
            "0": {**run, "right": 90.0, "cpu_minutes": 3.0},
            "1": {**run, "right": 92.0, "cpu_minutes": 3.5},
        }
    }
    last = study.table(lines).splitlines()[-1]
    assert last.startswith("| a | 2 | 91.00 ± 1.41 |") and last.endswith("| 3.2 ± 0.4 |")
    del lines["a"]["0"]["cpu_minutes"], lines["a"]["1"]["cpu_minutes"]  # runs that did not count it
    assert study.table(lines).splitlines()[-1].endswith("|  |")


def test_every_line_is_a_change_from_the_one_before():
    seen = []
    for arguments in study.ABLATION.values():
        options = train.parse_args(arguments)
        recipe = recipes.build(options.model, 0, options.set, steps=10)
        seen.append(
            {
                "batch": options.batch_size or recipe.batch_size,
                "G": type(recipe.G),
                **{
                    name: getattr(recipe, name, None)
                    for name in ("ema_decay", "shift", "last_lr", "last_gamma", "mismatch_weight")
                },
                "step": type(recipe).step,
            }
        )
    changes = [sum(a[key] != b[key] for key in a) for a, b in zip(seen, seen[1:], strict=False)]
    assert min(changes) >= 1 and changes[3:] == [1, 2, 1, 1]
    assert seen[-1] == {**seen[-1], "ema_decay": 0.999, "shift": 3}
    assert re.match("`report`", next(iter(study.ABLATION)))
