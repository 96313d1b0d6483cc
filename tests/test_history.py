"""What is read from a run's folder, of this version and of the first."""

import json
import os
import time

import pytest

import train
from cgan import weights
from cgan.cli import BadInput
from cgan.history import history


def written(folder, *lines):
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_history_of_a_run(mnist, tmp_path):
    options = ["--model", "vae", "--epochs", "10", "--batch-size", "4", "--seed", "3", "--threads", "1"]
    train.main(["--data", str(mnist), "--out", str(tmp_path), *options])
    with open(tmp_path / "log.jsonl", "a") as log:
        log.write('{"step": 150, "reconst')  # killed while writing
    os.utime(tmp_path / "log.jsonl", (time.time() - 500,) * 2)
    told = history(tmp_path)
    assert told["options"] == {"model": "vae", "epochs": 10, "batch_size": 4, "lr": 0.001, "seed": 3}
    assert (told["epochs"], told["epochs_done"]) == (10, 10)
    assert told["seconds_left"] == 0 and 499 < told["age"] < 520
    assert told["previews"] == [0.1, *range(1, 11)]
    assert told["files"][:2] == ["preview-000001.png", "preview-000010.png"]
    assert told["epoch"] == [5, 10] and list(told["losses"]) == ["reconstruction", "kl"]
    shipped = json.loads((weights.SHIPPED / "logs" / "vae.json").read_text())
    assert set(json.loads(json.dumps(told))) - {"age", "seconds_left", "files"} == set(shipped) - {"id"}


def test_history_of_a_run_of_the_first_version(tmp_path):
    options = {"model": "report", "epochs": 4, "batch_size": 128, "data": "secret", "steps": 400}
    log = [{"step": step, "g": step % 3, "seconds": step / 10} for step in (50, 100)]
    (tmp_path / "preview-001.png").write_bytes(b"")
    told = history(written(tmp_path, options, *log))
    assert (told["previews"], told["files"]) == ([1], ["preview-001.png"])
    assert (told["epochs_done"], told["seconds"], told["seconds_left"]) == (1, 10, 30)
    assert told["losses"] == {"g": [2, 1]} and "secret" not in str(told)


def test_a_long_curve_is_thinned_to_means(tmp_path):
    log = [{"step": step, "d": step % 2, "seconds": step} for step in range(1, 4001)]
    told = history(written(tmp_path, {"epochs": 4, "steps": 4000}, *log))
    assert len(told["epoch"]) == 200 and set(told["losses"]["d"]) == {0.5}
    assert told["epoch"][0] == 0.0105 and told["epoch"][-1] == pytest.approx(3.99, abs=0.01)


@pytest.mark.parametrize("content", [None, b"", b"[]\n", b'{"epochs": 1}\n', b"\xff"])
def test_a_folder_without_a_log_is_a_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "log.jsonl").write_bytes(content)
    with pytest.raises(BadInput, match=f"The run {tmp_path.name} has no readable log."):
        history(tmp_path)
