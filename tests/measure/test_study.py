"""Studies train by train.py, measure what was drawn, resume where they stopped, and draw their figures."""

import json

import pytest
from PIL import Image

import train
from cgan import recipes, weights
from cgan.measure import hands, records, study


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """A results.json and docs/ of the test's own, and measures that need no judge."""
    monkeypatch.setattr(records, "path", lambda: tmp_path / "results.json")
    monkeypatch.setattr(study, "DOCS", tmp_path)
    monkeypatch.setattr(study.evaluate, "PER_DIGIT", 2)
    monkeypatch.setattr(study.evaluate, "measure", lambda images, *_: {"right": images.sum().item(), "fd": 2})
    records.keep(records.make({"fd": 0.5}, "control", "real, training", weights.load(JUDGE).id))


JUDGE = weights.SHIPPED / "judge.safetensors"


def test_a_study_trains_measures_and_does_nothing_twice(kept, mnist, tmp_path, monkeypatch, capsys):
    lines = {"one": (1, 1, ["--model", "cvae"]), "two": (2, 1, ["--model", "cvae"])}  # the same run, resumed
    monkeypatch.setitem(study.STUDIES, "epochs", lines)
    options = ["epochs", "--data", str(mnist), "--out", str(tmp_path / "runs"), "--threads", "1"]
    study.main(options)
    first, second = (records.load(setting=line, measure="right")[0] for line in lines)
    assert first["weights"] != second["weights"] and first["value"] != second["value"]
    assert first["seed"] == 0 and first["images"] == 20
    assert records.load(setting="two", measure="fd_ratio")[0]["value"] == 4
    assert records.load(setting="two", measure="cpu_minutes")
    assert weights.load(tmp_path / "runs" / "model-cvae-0").provenance["epochs"] == 2
    assert Image.open(tmp_path / "study-epochs.png").size == (900, 90)
    table = capsys.readouterr().out

    monkeypatch.setattr(study, "train", lambda *_: pytest.fail("trained again"))
    study.main(options)
    assert capsys.readouterr().out == table


def test_a_run_that_fails_ends_the_study(tmp_path, capfd):
    with pytest.raises(SystemExit, match="2"):
        study.train(["--model", "report", "--lr", "-1", "--out", tmp_path])
    assert "--lr must be above 0" in capfd.readouterr().err


def test_the_shipped_models_are_described(kept, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("report", "vae"):
        network = recipes.build(name, seed=0, steps=1).generator
        weights.save(folder / f"{name}.safetensors", name, network, {"epochs": 3, "seconds": 90})
    (folder / JUDGE.name).symlink_to(JUDGE)
    monkeypatch.setattr(weights, "SHIPPED", folder)
    monkeypatch.setattr(
        study.bench, "in_turns", lambda timed, _: {name: {"milliseconds": 2} for name in timed}
    )
    study.main(["models", "--threads", "1"])
    table = capsys.readouterr().out
    assert "1,637,737" in table and "1,068,820" in table
    assert records.load(name="vae", measure="minutes")[0]["value"] == 1.5
    assert records.load(name="vae", measure="milliseconds")[0]["value"] == 2
    assert (tmp_path / "study-models.png").exists()


def test_a_hand_is_fitted_and_compared(compact, monkeypatch):
    """With a fit that knows the answer: the hands that drew the pictures."""
    n = 20
    z = hands.hands.seeded(3, range(n), compact.z_dim)
    labels = hands.torch.arange(n) % 10
    x = study.images.to_uint8(hands.sampling.draw(compact, z, labels))
    turn = iter(z)
    monkeypatch.setattr(hands.hands, "fit", lambda model, pictures, digits: next(turn), raising=False)
    monkeypatch.setattr(hands, "joint_error", lambda model, fits: 0.015)
    made = hands.measure_hands(compact, weights.load(JUDGE).network, x, labels)
    kept = {(record["setting"], record["measure"]): record["value"] for record in made}
    assert kept["one test digit", "fit_error"] == pytest.approx(0, abs=1e-4)
    assert kept["one test digit", "fit_right"] == 100 and kept["one test digit", "others_right"] > 90
    for style in hands.STYLES:
        assert kept["one test digit", style] > 0.6 > abs(kept["random hands", style])
    assert kept["three digits of one hand", "fit_error"] == 0.015


def test_every_line_of_the_ablation_is_a_change_from_the_one_before():
    seen = []
    for _, _, arguments in study.STUDIES["ablation"].values():
        options = train.parse_args(arguments)
        settings = recipes.parse_settings(options.model, options.set or [])
        batch_size = options.batch_size or recipes.RECIPES[options.model].batch_size
        about = {"model": options.model, "batch_size": batch_size}
        seen.append({**about, **recipes.defaults(options.model), **settings})
    changes = [
        {key for key in {*a, *b} if a.get(key) != b.get(key)} for a, b in zip(seen, seen[1:], strict=False)
    ]
    assert changes[0] == {"networks"} and changes[2:] == [
        {"batch_size"},
        {"ema_decay"},
        {"last_lr", "last_gamma"},
        {"shift"},
        {"mismatch_weight"},
    ]


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
