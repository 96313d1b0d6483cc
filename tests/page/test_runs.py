"""What the tab Training reads: shipped logs and previews, and runs of both versions as they are written."""

import json
import os

import pytest
import torch
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cgan import images, weights
from cgan.cli import BadInput
from cgan.page import access, routes, runs

MODELS = weights.load_generators([weights.SHIPPED])


def write_run(folder, names, written=0):
    """A run folder with a log and previews, whose first five rows are their position, the others white."""
    folder.mkdir(parents=True)
    options = {"model": "compact", "epochs": 2, "steps": 80, "epoch_steps": 40, "batch_size": 16}
    lines = [options, *({"step": step, "d": 1.0, "g": 2.0, "seconds": step} for step in (20, 40, 60))]
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 8')
    os.utime(folder / "log.jsonl", (written, written))
    for position, name in enumerate(names):
        tiles = torch.full((100, 28, 28), 255, dtype=torch.uint8)
        tiles[:50] = position
        (folder / name).write_bytes(images.png(images.grid(tiles, 10)))
    return folder


@pytest.fixture
def folder(tmp_path):
    """Two runs in a folder, the older one of the first version, and what is no run."""
    write_run(tmp_path / "old", [f"preview-{epoch:03d}.png" for epoch in (1, 2, 10)], written=1)
    write_run(tmp_path / "compact", [f"preview-{step:06d}.png" for step in (5, 40)], written=2)
    (tmp_path / "nothing").mkdir()
    return tmp_path


def test_shipped_weights_come_first_then_runs_the_newest_first(folder):
    found = runs.trainings(MODELS, [folder])
    assert list(found) == [*MODELS, "compact (run)", "old"]
    assert list(runs.trainings({}, [folder / "old", folder])) == ["compact", "old"]  # each once
    assert list(runs.trainings({"mine": MODELS["cvae"]})) == ["mine"]  # by whatever name they go here
    write_run(folder / "new", [], written=3)
    assert list(runs.trainings({}, [folder])) == ["new", "compact", "old"]
    assert runs.trainings({}, [folder / "gone"]) == {}


def test_the_history_of_shipped_weights_and_of_runs(folder):
    found = runs.trainings(MODELS, [folder])
    shipped, going = runs.history(found["compact"]), runs.history(found["compact (run)"])
    assert shipped["id"] == MODELS["compact"].id
    assert {
        "options",
        "epochs",
        "epochs_done",
        "previews",
        "epoch",
        "losses",
    } <= shipped.keys() & going.keys()
    assert going["losses"] == {"d": [1, 1, 1], "g": [2, 2, 2]} and going["epochs_done"] == 1.5
    (folder / "old" / "log.jsonl").write_text("[]\n")
    with pytest.raises(BadInput, match="The run old has no log that can be read"):
        runs.history(found["old"])


def test_every_shipped_preview_opens():
    for name, path in runs.trainings(MODELS).items():
        count = len(runs.history(path)["previews"])
        assert runs.preview(path, count - 1).size == runs.FRAME, name
        with pytest.raises(BadInput, match="no such preview"):
            runs.preview(path, count)


def test_the_previews_of_a_run_are_in_the_order_of_its_history(folder):
    for name, count in (("old", 3), ("compact", 2)):
        assert len(runs.history(folder / name)["previews"]) == count
        for position in range(count):
            frame = runs.preview(folder / name, position)
            assert frame.size == runs.FRAME and frame.getextrema() == (position, position)


def test_addresses_of_previews(folder, tmp_path):
    app = Starlette(**access.launch_options(routes.routes(MODELS, [folder]))["app_kwargs"])
    app.auth, app.cookie_id, app.tokens = None, "x", {}
    client = TestClient(app)
    answer = client.get("/gradio_api/training/compact%20(run)/1.png")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "private, no-cache"
    tag = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/gradio_api/training/compact%20(run)/1.png", headers=tag).status_code == 304
    (folder / "old" / "preview-002.png").write_bytes(b"cut short")
    for path in (
        "gone/0.png",
        "old/1.png",
        "old/9.png",
        "..%2fold/0.png",
        "old/x.png",
        "old/-1.png",
        "nothing/0.png",
    ):
        assert client.get(f"/gradio_api/training/{path}").status_code == 404


def test_a_damaged_log_is_named(tmp_path, monkeypatch):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "mine.json").write_text("{")
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    with pytest.raises(BadInput, match="mine.json is damaged"):
        runs._shipped_logs.__wrapped__()


def test_what_is_shipped_is_small_and_of_shipped_weights():
    files = [file for kind in ("logs", "previews") for file in (weights.SHIPPED / kind).iterdir()]
    assert len(files) == 2 * len(runs.trainings(MODELS))
    assert sum(file.stat().st_size for file in files) < 3_000_000
    assert Image.open(weights.SHIPPED / "previews" / "compact.webp").width == runs.FRAME[0]
