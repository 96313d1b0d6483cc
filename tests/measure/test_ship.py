"""A run's weights, log and previews become those of a shipped model."""

import json

import pytest
from PIL import Image

from cgan import weights
from cgan.learn import recipes
from cgan.measure import ship


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of the cvae, with its log and two previews; shipped weights go to a folder of the test's own."""
    monkeypatch.setattr(weights, "SHIPPED", tmp_path / "weights")
    for folder in ("weights/logs", "weights/previews", "run"):
        (tmp_path / folder).mkdir(parents=True)
    network = recipes.build("cvae", seed=0, steps=1).generator
    weights.save(tmp_path / "run" / "generator.safetensors", "cvae", network, {"epochs": 2})
    options = {"model": "cvae", "epochs": 2, "steps": 100, "epoch_steps": 50}
    lines = [options, {"step": 50, "loss": 2.0, "seconds": 9}, {"step": 100, "loss": 1.0, "seconds": 18}]
    (tmp_path / "run" / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for step, ink in ((50, 40), (100, 200)):
        Image.new("L", (280, 280), ink).save(tmp_path / "run" / f"preview-{step:06}.png")
    return tmp_path / "run"


def test_a_run_is_shipped_with_its_history(run, tmp_path, capsys):
    ship.main([str(run), "mine"])
    shipped = weights.load(tmp_path / "weights" / "mine.safetensors")
    assert shipped.digest == weights.load(run).digest
    log = json.loads((tmp_path / "weights" / "logs" / "mine.json").read_text())
    assert log["id"] == shipped.id and log["previews"] == [1, 2] and log["losses"] == {"loss": [2.0, 1.0]}
    assert not {"age", "files", "seconds_left"} & set(log)
    strip = Image.open(tmp_path / "weights" / "previews" / "mine.webp").convert("L")
    assert strip.size == (280, 2 * 140)
    assert [strip.getpixel((9, y)) for y in (9, 149)] == pytest.approx([40, 200], abs=3)
    assert "mine.safetensors" in capsys.readouterr().out
