"""Studies run train.py, measure what was drawn, resume where they stopped, and draw their figures."""

import json
from types import SimpleNamespace

import pytest
import torch
from PIL import Image

import train
from cgan import weights
from cgan.draw import hands, images, sampling
from cgan.learn import recipes
from cgan.measure import fits, results, study


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """A results.json and docs/ of the test's own, and measures that need no judge."""
    monkeypatch.setattr(results, "PATH", tmp_path / "results.json")
    monkeypatch.setattr(study, "DOCS", tmp_path)
    monkeypatch.setattr(study.evaluate, "PER_DIGIT", 2)
    monkeypatch.setattr(study.evaluate, "measure", lambda images, *_: {"right": images.sum().item(), "fd": 2})
    floor = {"what": "control", "name": "real, training", "weights": weights.shipped("judge").id}
    results.keep(results.make({"fd": 0.5}, **floor))


@pytest.mark.soak
def test_a_study_trains_measures_and_does_nothing_twice(kept, mnist, tmp_path, monkeypatch, capsys):
    lines = {"one": (1, 1, ["--model", "cvae"]), "two": (2, 1, ["--model", "cvae"])}  # the same run, resumed
    monkeypatch.setitem(study.STUDIES, "epochs", lines)
    options = ["epochs", "--data", str(mnist), "--out", str(tmp_path / "runs"), "--threads", "1"]
    study.main(options)
    first, second = (results.select(setting=line, measure="right")[0] for line in lines)
    assert first["weights"] != second["weights"] and first["value"] != second["value"]
    assert first["seed"] == 0 and first["images"] == 20
    assert results.select(setting="two", measure="fd_ratio")[0]["value"] == 4
    assert results.select(setting="two", measure="cpu_minutes")
    assert weights.load(tmp_path / "runs" / "model-cvae-0").provenance["epochs"] == 2
    assert Image.open(tmp_path / "study-epochs.png").size == (900, 90)
    table = capsys.readouterr().out

    monkeypatch.setattr(study.subprocess, "run", lambda *_: pytest.fail("trained again"))
    study.main(options)
    assert capsys.readouterr().out == table


def test_only_the_study_of_epochs_extends_a_run(kept, tmp_path, monkeypatch, report):
    """`compact` has a schedule: a run of one epoch cannot become one of two."""
    folders = []
    monkeypatch.setattr(study.subprocess, "run", lambda command: SimpleNamespace(returncode=0))
    monkeypatch.setattr(weights, "load", lambda folder: folders.append(folder.name) or report)
    monkeypatch.setattr(study, "strip", lambda model: Image.new("L", (560, 28)))
    for name in ("short", "epochs"):
        study.main([name, "--out", str(tmp_path), "--threads", "1"])
    short = sum(seeds for _, seeds, _ in study.STUDIES["short"].values())
    assert len(set(folders[:short])) == short and set(folders[short:]) == {"model-report-0"}


def test_a_run_that_fails_ends_the_study(kept, tmp_path, monkeypatch, capfd):
    monkeypatch.setitem(study.STUDIES, "lr", {"-1": (1, 1, ["--lr", "-1"])})
    with pytest.raises(SystemExit, match="2"):
        study.main(["lr", "--out", str(tmp_path)])
    assert "--lr must be above 0" in capfd.readouterr().err


def test_the_shipped_models_are_described(kept, tmp_path, monkeypatch, capsys):
    report = weights.shipped("report")
    monkeypatch.setattr(weights, "load_generators", lambda paths: {"report": report})
    monkeypatch.setattr(study.bench, "time_drawing", lambda: {"report": {"milliseconds": 2}})
    study.main(["models", "--threads", "1"])
    assert "1,637,737" in capsys.readouterr().out
    described = {record["measure"]: record["value"] for record in results.select(weights=report.id)}
    assert described["epochs"] == 20 and described["minutes"] == 45.9 and described["milliseconds"] == 2
    assert (tmp_path / "study-models.png").exists()


def test_a_hand_is_fitted_and_compared(compact, monkeypatch):
    """With a fit that returns the hands that drew the pictures."""
    z, labels = hands.seeded(3, range(60), compact.z_dim), torch.arange(60) % 10
    turn = iter(z)
    monkeypatch.setattr(fits, "fit", lambda *_: next(turn))
    monkeypatch.setattr(fits, "joint_error", lambda model: 0.015)
    made = fits.measure_fits(compact, images.to_uint8(sampling.draw(compact, z, labels)), labels)
    kept = {(record["setting"], record["measure"]): record["value"] for record in made}
    assert kept["one test digit", "fit_error"] == pytest.approx(0, abs=1e-4)
    assert kept["one test digit", "fit_right"] == 100 and kept["one test digit", "others_right"] > 90
    for style in ("same_slant", "same_stroke", "same_width"):
        assert kept["one test digit", style] > 0.6 > abs(kept["random hands", style])
    assert kept["three digits of one hand", "fit_error"] == 0.015


def test_every_line_of_the_ablation_is_a_change_from_the_one_before():
    seen = []
    for _, _, arguments in study.STUDIES["ablation"].values():
        options = train.parse_args(arguments)
        settings = recipes.parse_settings(options.model, options.set)
        if options.model == "compact":  # whose defaults may change; the published table must not
            assert settings.keys() >= study.AS_PUBLISHED.keys()
        batch_size = options.batch_size or recipes.RECIPES[options.model].batch_size
        about = {"model": options.model, "batch_size": batch_size}
        seen.append({**about, **recipes.defaults(options.model), **settings})
    pairs = zip(seen, seen[1:], strict=False)
    changes = [{key for key in {*a, *b} if a.get(key) != b.get(key)} for a, b in pairs]
    each = [{"batch_size"}, {"ema_decay"}, {"last_lr", "last_gamma"}, {"shift"}, {"mismatch_weight"}]
    assert changes[0] == {"networks"} and changes[2:] == each
    assert seen[-1].items() >= study.AS_PUBLISHED.items()
    assert {record["setting"] for record in results.select(name="ablation")} == set(study.STUDIES["ablation"])


@pytest.mark.parametrize("arguments", [["losses"], ["lr", "runs/x"]])
def test_only_losses_takes_a_run(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        study.parse_args(arguments)
    assert "takes a run folder" in capsys.readouterr().err


def test_losses_of_a_run_are_drawn(tmp_path):
    lines = [{"epochs": 2, "steps": 200}, *({"step": s, "d": 0.5, "g": 1.0, "seconds": s} for s in (50, 100))]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    study.main(["losses", str(tmp_path)])
    assert len(Image.open(tmp_path / "losses.png").convert("RGB").getcolors(10**6)) > 50
