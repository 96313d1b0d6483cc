"""Progress read from the folder of a run, of this version and of version 1."""

import json
import os
import time

import pytest

import train
from cgan import weights
from cgan.cli import BadInput
from cgan.learn.history import history


def written(folder, *lines):
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_history_of_a_run(mnist, tmp_path):
    out = tmp_path / "out"
    options = ["--model", "vae", "--epochs", "10", "--batch-size", "4", "--seed", "3", "--threads", "1"]
    train.main(["--data", str(mnist), "--out", str(out), *options])
    (out / "._preview-000001.png").touch()
    with open(out / "log.jsonl", "a") as log:
        log.write('{"step": 150, "reconst')  # killed while writing
    for age in (-500, 500):  # the clock of the machine that trains may be ahead
        os.utime(out / "log.jsonl", (time.time() - age,) * 2)
        assert 480 < history(out)["age"] < 520
    progress = history(out)
    assert progress["options"] == {"model": "vae", "epochs": 10, "batch_size": 4, "lr": 0.001, "seed": 3}
    assert (progress["epochs"], progress["epochs_done"]) == (10, 10)
    assert progress["seconds_left"] == 0
    assert progress["previews"] == [0, 0.1, *range(1, 11)]
    assert progress["files"][:2] == ["preview-000000.png", "preview-000001.png"]
    assert progress["epoch"] == [5, 10] and list(progress["losses"]) == ["reconstruction", "kl"]
    shipped = json.loads((weights.SHIPPED / "logs" / "vae.json").read_text())
    assert set(json.loads(json.dumps(progress))) - {"age", "seconds_left", "files"} == set(shipped) - {"id"}


def test_history_of_a_run_of_the_first_version(tmp_path):
    options = {"model": "report", "epochs": 4, "batch_size": 128, "data": "secret", "steps": 400}
    log = [{"step": step, "g": step % 3, "seconds": step / 10} for step in (50, 100)]
    (tmp_path / "preview-001.png").write_bytes(b"")
    progress = history(written(tmp_path, options, *log))
    assert (progress["previews"], progress["files"]) == ([1], ["preview-001.png"])
    assert (progress["epochs_done"], progress["seconds"], progress["seconds_left"]) == (1, 10, 30)
    assert progress["losses"] == {"g": [2, 1]} and "secret" not in str(progress)


def test_a_long_curve_is_thinned_to_means(tmp_path):
    log = [{"step": step, "d": step % 2, "seconds": step} for step in range(1, 4001)]
    progress = history(written(tmp_path, {"epochs": 4, "steps": 4000}, *log))
    assert len(progress["epoch"]) == 200 and set(progress["losses"]["d"]) == {0.5}
    assert progress["epoch"][0] == 0.0105 and progress["epoch"][-1] == pytest.approx(3.99, abs=0.01)


@pytest.mark.parametrize("content", [None, b"", b"[]\n", b'{"epochs": 1}\n', b"\xff"])
def test_a_missing_or_damaged_log_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "log.jsonl").write_bytes(content)
    with pytest.raises(BadInput, match=f"The run {tmp_path.name} has no readable log."):
        history(tmp_path)
