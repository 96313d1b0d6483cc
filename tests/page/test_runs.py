"""What the tab Training reads: shipped logs and previews, and runs of both versions as they are written."""

import io
import json
import os

import pytest
import torch
from PIL import Image
from starlette.testclient import TestClient

from cgan import weights
from cgan.draw import images
from cgan.page import runs, training
from cgan.page.parts import Page
from page.conftest import app_with

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
    write_run(tmp_path / ".trash", [])
    return tmp_path


def test_shipped_weights_come_first_then_runs_the_newest_first(folder):
    assert list(runs.trainings(MODELS, [folder])) == [*MODELS, "compact (run)", "old"]
    assert list(runs.trainings({}, [folder / "old", folder])) == ["compact", "old"]  # each once
    assert list(runs.trainings({"mine": MODELS["cvae"]})) == ["mine"]  # by whatever name they go here
    write_run(folder / "new", [], written=3)
    assert list(runs.trainings({}, [folder, folder / "gone"])) == ["new", "compact", "old"]


def test_a_run_that_was_given_is_shown_at_first(folder):
    of, *_ = training.state(Page("en", {}, MODELS, [folder]), None)
    assert of.value == "compact (run)"
    of, *_ = training.state(Page("en", {}, MODELS, []), None)
    assert of.value == next(iter(MODELS))


def test_every_preview_of_a_history_opens(folder):
    for name, path in runs.trainings(MODELS, [folder]).items():
        history = runs.history(path)
        assert {"options", "epochs", "epochs_done", "epoch", "losses"} <= history.keys()
        count = len(history["previews"])
        frames = [runs.preview(path, position) for position in range(count)]
        assert {frame.size for frame in frames} == {runs.FRAME}, name
        if path.is_dir():
            assert [frame.getextrema() for frame in frames] == [(i, i) for i in range(count)]
        with pytest.raises(runs.BadInput, match="no such preview"):
            runs.preview(path, count)


def test_addresses_of_previews(folder):
    client = TestClient(app_with(runs.routes(MODELS, [folder])))
    answer = client.get("/gradio_api/training/compact%20(run)/1.png")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "private, no-cache"
    (folder / "old" / "preview-002.png").write_bytes(b"cut short")
    for path in ("gone/0", "old/1", "old/9", "..%2fold/0", "old/x", "old/-1", "nothing/0"):
        assert client.get(f"/gradio_api/training/{path}.png").status_code == 404
    (folder / "old" / "log.jsonl").write_text("[]\n")
    assert "no readable log" in client.get("/gradio_api/training/old/0.png").text


def test_a_training_as_a_film(folder):
    client = TestClient(app_with(runs.routes(MODELS, [folder])))
    for name, count in (("compact", 51), ("old", 3)):
        answer = client.get(f"/gradio_api/training/{name}.gif")
        assert answer.headers["content-type"] == "image/gif"
        film, milliseconds = Image.open(io.BytesIO(answer.content)), []
        for frame in range(film.n_frames):
            film.seek(frame)
            milliseconds.append(film.info["duration"])
        assert film.n_frames == count == len(milliseconds)
        assert 5500 <= sum(milliseconds[:-1]) * count / (count - 1) <= 6500
    film.seek(0)  # all ink above, as its first row
    assert film.convert("RGB").getpixel((5, 5)) == (251, 250, 247)
    (folder / "empty").mkdir()
    write_run(folder / "none", [])
    assert client.get("/gradio_api/training/none.gif").status_code == 404
    assert client.get("/gradio_api/training/gone.gif").status_code == 404


def test_the_page_works_without_logs_that_are_damaged(tmp_path, monkeypatch):
    (tmp_path / "logs").mkdir()
    for name, text in (
        ("a", '{"id": "x"}'),
        ("._a", "\0"),
        ("b", ""),
        ("c", "[]"),
        ("d", "{}"),
        ("e", "\xff"),
    ):
        (tmp_path / "logs" / f"{name}.json").write_text(text, "latin-1")
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    runs._shipped_logs.cache_clear()
    try:
        assert runs._shipped_logs() == {"x": tmp_path / "logs" / "a.json"}
    finally:
        runs._shipped_logs.cache_clear()
