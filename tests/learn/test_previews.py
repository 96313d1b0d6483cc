"""Previews of a training run: soon after its start, at most 199, and without a trace in its weights."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

import train
from cgan.learn import previews, run
from cgan.learn.history import history
from cgan.learn.recipes import RECIPES
from tests.tiny import OPTIONS, write_mnist


class Clock:
    """Stands in for `time` in run.py."""

    process_time, now = staticmethod(time.process_time), 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def slow(monkeypatch):
    """A clock by which each step of the report's recipe takes eight seconds."""
    clock, step = Clock(), RECIPES["report"].step

    def slow_step(*arguments):
        clock.now += 8
        return step(*arguments)

    monkeypatch.setattr(run, "time", clock)
    monkeypatch.setattr(RECIPES["report"], "step", slow_step)
    return clock


def test_a_run_shows_previews_in_its_first_minute_and_learns_the_same(learn, tmp_path, slow, monkeypatch):
    options = ["--model", "report", *OPTIONS, "--batch-size", "2", "--epochs", "1"]  # 20 steps
    watched = learn(tmp_path / "watched", *options)
    shown = sorted(run.load_state(tmp_path / "watched")["previews"])
    assert shown == [0, 2, 5, 8, 11, 14, 17, 20]
    assert len([step for step in shown if 8 * step <= 60]) >= 3
    assert history(tmp_path / "watched")["previews"][:3] == [0, 0.1, 0.25]
    monkeypatch.setattr(previews, "EVERY", 10**6)
    assert learn(tmp_path / "unwatched", *options).digest == watched.digest
    assert sorted(run.load_state(tmp_path / "unwatched")["previews"]) == [0, 2, 20]


@pytest.mark.soak
def test_a_real_run_shows_previews_in_its_first_minute(tmp_path):
    out, data = tmp_path / "out", write_mnist(tmp_path / "data", n=20_000)
    command = [sys.executable, "train.py", "--data", data, "--out", out, "--threads", "1"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=Path(train.__file__).parent, **quiet) as process:
        while not (out / "log.jsonl").exists():
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(60)
        shown = list(out.glob("preview-*.png"))
        process.terminate()
    print(f"{len(shown)} previews in the first minute of a run")
    assert len(shown) >= 3


def test_previews_after_the_state_go_when_a_run_is_resumed(learn, tmp_path):
    learn(tmp_path / "out", "--model", "report")
    later = tmp_path / "out" / "preview-000007.png"
    later.touch()
    learn(tmp_path / "out", "--resume")
    assert not later.exists() and (tmp_path / "out" / "preview-000006.png").exists()


@pytest.mark.parametrize(
    "epochs, epoch_steps, pace", [(50, 1875, 0.07), (3000, 4, 1), (150, 900, 40), (1, 1, 1)]
)
def test_a_run_has_at_most_199_previews(epochs, epoch_steps, pace):
    """pace: seconds a step. The run is then made ten times as long."""
    steps, drawn, last = epochs * epoch_steps, [0], 0
    for length in (steps, 10 * steps):
        for step in range(max(drawn) + 1, length + 1):
            if previews.is_due(step, length, epoch_steps, len(drawn), pace * (step - last)):
                drawn.append(last := step)
        assert drawn[-1] == length
    assert len(drawn) <= 199
    if pace < 20:
        assert len([step for step in drawn if pace * step <= 60]) >= min(3, 1 + steps)
