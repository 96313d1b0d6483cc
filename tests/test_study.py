"""Studies train by train.py, measure what it drew, go on where they stopped, and say what was measured."""

import json
import re

import train
from cgan import recipes, study

import pytest


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


def test_the_table_has_means_and_spreads():
    run = dict.fromkeys(study.COLUMNS, 1.0)
    lines = {"a": {"0": {**run, "right": 90.0, "minutes": 3.0}, "1": {**run, "right": 92.0, "minutes": 3.5}}}
    last = study.table(lines).splitlines()[-1]
    assert last.startswith("| a | 2 | 91.00 ± 1.41 |") and last.endswith("| 3.2 ± 0.4 |")


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
                    for name in ("ema_decay", "shift", "last_lr", "last_gamma")
                },
                "step": type(recipe).step,
            }
        )
    changes = [sum(a[key] != b[key] for key in a) for a, b in zip(seen, seen[1:], strict=False)]
    assert min(changes) >= 1 and changes[3:] == [1, 2, 1]
    assert seen[-1] == {**seen[-1], "ema_decay": 0.999, "shift": 3}
    assert re.match("`report`", next(iter(study.ABLATION)))
