"""What is kept and shown of training: cgan.measure.ship, runs as they are being written, and their addresses."""

import json
import os
import time

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

import train
from cgan import weights
from cgan.cli import BadInput
from cgan.measure import ship
from cgan.page import access, compare, learned, routes


@pytest.fixture
def run(mnist, tmp_path):
    """A finished run of two epochs of three steps, with two lines of a log as if it had been longer."""
    out = tmp_path / "mine"
    arguments = ["--model", "vae", "--epochs", "2", "--batch-size", "16", "--threads", "1"]
    train.main([*arguments, "--data", str(mnist), "--out", str(out)])
    with open(out / "log.jsonl", "a") as log:
        for step, kl in ((1, 3.0), (3, 5.0)):
            log.write(
                json.dumps({"step": step, "reconstruction": 200, "kl": kl, "seconds": 60 * step}) + "\n"
            )
    return out


def test_a_run_is_read_while_it_is_written(run):
    with open(run / "log.jsonl", "a") as log:
        log.write('{"step": 4, "reconst')
    told = learned.of_run(run)
    assert (told["epochs"], told["epochs_done"], told["previews"]) == (2, 1.0, [1, 2])
    assert (told["seconds"], told["seconds_left"]) == (180, 180)
    assert told["epoch"] == [0.3333, 1.0] and told["losses"] == {"reconstruction": [200, 200], "kl": [3, 5]}
    assert told["age"] < 60 and "data" not in told["options"]
    (run / "log.jsonl").write_text("[]\n")
    with pytest.raises(BadInput, match="The run mine has no log that can be read"):
        learned.of_run(run)


def test_a_long_curve_is_thinned_to_means():
    log = [{"step": step, "d": float(step % 2), "seconds": step} for step in range(1, 4001)]
    thin = learned.curves(log, 0.001)
    assert len(thin["epoch"]) == 200 and set(thin["losses"]["d"]) == {0.5}
    assert thin["epoch"][0] == 0.0105 and thin["epoch"][-1] == pytest.approx(3.99, abs=0.01)


def test_shipping_keeps_the_weights_their_log_and_their_previews(run, tmp_path, capsys):
    out = tmp_path / "shipped" / "vae.safetensors"
    out.parent.mkdir()
    ship.main([str(run), str(out)])
    model = weights.load(out)
    assert model.digest == weights.load(run).digest
    learned, strip = learned.shipped({"other name": model}, out.parent)["other name"]
    assert learned["losses"]["kl"] == [3, 5] and learned["previews"] == [1, 2]
    frames = Image.open(strip).convert("L")
    assert frames.size == (280, 2 * 140)
    second = Image.open(run / "preview-002.png").crop((0, 0, 280, 140)).resize((28, 14), Image.BOX)
    shown = frames.crop((0, 140, 280, 280)).resize((28, 14), Image.BOX)
    assert max(abs(a - b) for a, b in zip(shown.tobytes(), second.tobytes(), strict=True)) < 24  # it is lossy

    ship.main(
        [str(run / "generator.safetensors"), str(out.with_name("bare.safetensors"))]
    )  # nothing beside it
    assert sorted(file.stem for file in out.parent.rglob("*.*")) == ["bare", "vae", "vae", "vae"]
    (out.parent / "logs" / "vae.json").write_text("{")
    with pytest.raises(BadInput, match="vae.json is damaged"):
        learned.shipped({"vae": model}, out.parent)


@pytest.fixture
def client(report, compact, run):
    app = Starlette(**access.app_kwargs(routes.routes({"report": report, "compact": compact}, [run])))
    app.auth, app.cookie_id, app.tokens = None, "x", {}
    return TestClient(app)


def test_addresses_of_what_is_known(client, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "runs" / "other one"
    other.mkdir(parents=True)
    (other / "log.jsonl").write_text((run / "log.jsonl").read_text())
    os.utime(other / "log.jsonl", (time.time() - 500,) * 2)
    ages = client.get("/gradio_api/runs.json").json()
    assert list(ages) == ["mine", "other one"] and 499 < ages["other one"] < 520
    assert client.get("/gradio_api/runs/other%20one.json").json()["previews"] == []
    answer = client.get("/gradio_api/runs/mine/2.png")
    assert answer.content == (run / "preview-002.png").read_bytes()
    assert answer.headers["cache-control"] == "no-store"
    learned = client.get("/gradio_api/learned/compact.json").json()
    assert learned["id"] == weights.shipped("compact").id and len(learned["epoch"]) <= learned.POINTS
    assert client.get("/gradio_api/learned/compact.webp?v=1").headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    "path",
    ["runs/nothing.json", "runs/..%2fmine.json", "runs/../mine.json", "runs/mine/3.png", "runs/mine/-1.png"]
    + [
        "runs/mine/x.png",
        "learned/nothing.json",
        "learned/..%2fresults.json",
        "runs/mine/state.pt",
        "runs/mine",
    ],
)
def test_a_name_is_looked_up_and_no_path(client, path):
    answer = client.get(f"/gradio_api/{path}")
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/plain")


def test_what_is_shipped_beside_weights_is_theirs_and_small():
    models = weights.load_generators([weights.SHIPPED])
    files = [file for kind in ("logs", "previews") for file in (weights.SHIPPED / kind).iterdir()]
    assert len(learned.shipped(models)) == len(files) / 2
    assert sum(file.stat().st_size for file in files) < 3_000_000


def test_the_learning_rates_as_the_study_keeps_them(tmp_path):
    assert compare.rates(tmp_path) == {}
    measures = {"fd_times": 9.5, "right": 88.0}
    lines = {"0.01, epoch 0.5": {"0": measures}, "0.01, epoch 1": {"0": measures}}
    lines |= {"0.005, epoch 0.5": {"1": measures}, "0.001, epoch 0.5": {"0": measures}}
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "study.json").write_text(json.dumps({"lr": lines}))
    found = compare.rates(tmp_path)
    assert found["0.01"] == {"points": [[0.5, 9.5, 88.0], [1.0, 9.5, 88.0]], "strip": None}
    assert list(found) == ["0.01", "0.001"]
    (tmp_path / "weights" / "study.json").write_text('{"lr": {"0.01": 1}}')
    with pytest.raises(BadInput, match="study.json is damaged"):
        compare.rates(tmp_path)
