"""A training run: interrupted in every way, it ends in the same weights."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import train
from cgan import weights
from cgan.cli import BadInput
from cgan.recipes import Report
from cgan.state import load_state

# 40 images: 3 steps an epoch
OPTIONS = ["--model", "report", "--epochs", "2", "--batch-size", "16", "--threads", "1"]


def run(mnist, out, *options):
    train.main(["--data", str(mnist), "--out", str(out), *options])
    return weights.load(out / "generator.safetensors").digest


@pytest.fixture
def undisturbed(mnist, tmp_path):
    """The digest of two epochs at a go."""
    return run(mnist, tmp_path / "undisturbed", *OPTIONS)


def test_a_run_leaves_what_it_promises(mnist, tmp_path, capsys):
    out = tmp_path / "out"
    run(mnist, out, *OPTIONS)
    names = {path.name for path in out.iterdir()}
    previews = {"preview-001.png", "preview-002.png"}
    assert names == {"state.pt", "log.jsonl", "losses.png", "generator.safetensors", "lock"} | previews
    assert Image.open(out / "preview-002.png").size == (280, 280)
    assert (out / "preview-001.png").read_bytes() != (out / "preview-002.png").read_bytes()
    assert json.loads((out / "log.jsonl").read_text().splitlines()[0])["batch_size"] == 16
    made = weights.load(out / "generator.safetensors").provenance
    assert (made["epochs"], made["steps"], made["options"]["lr"]) == (2, 6, 0.001)
    assert str(tmp_path) not in json.dumps(made)
    assert f"python app.py --weights {out}" in capsys.readouterr().out


def test_every_fiftieth_step_is_logged(mnist, tmp_path):
    run(mnist, tmp_path / "out", *OPTIONS, "--epochs", "3", "--batch-size", "1", "--threads", "1")
    lines = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()[1:]]
    assert [line["step"] for line in lines] == [50, 100]
    assert set(lines[0]) == {"step", "d_real", "d_fake", "g", "seconds"}


def test_more_epochs_by_resuming_are_the_same_as_at_a_go(mnist, tmp_path, undisturbed):
    out = tmp_path / "out"
    one = run(mnist, out, *OPTIONS, "--epochs", "1")
    assert one != undisturbed
    for name in ("log.jsonl", "preview-001.png", "losses.png", "generator.safetensors"):
        (out / name).unlink()
    assert run(mnist, out, "--resume", "--epochs", "2") == undisturbed
    again = tmp_path / "undisturbed"
    for epoch in (1, 2):
        name = f"preview-00{epoch}.png"
        assert (out / name).read_bytes() == (again / name).read_bytes()
    assert run(mnist, out, "--resume") == undisturbed  # nothing left to do


def test_ctrl_c_stops_after_the_step_and_says_how_to_go_on(mnist, tmp_path, undisturbed, monkeypatch, capsys):
    step = Report.step

    def interrupted(self, x, y):
        losses = step(self, x, y)
        if len(y) < 16:  # the last batch of the first epoch
            monkeypatch.setattr(Report, "step", step)
            signal.raise_signal(signal.SIGINT)
        return losses

    monkeypatch.setattr(Report, "step", interrupted)
    with pytest.raises(SystemExit, match="130"):
        run(mnist, tmp_path / "out", *OPTIONS)
    assert (
        f"Stopped and saved at step 3 of 6.\nTo go on: python train.py --resume --out {tmp_path / 'out'}"
        in (capsys.readouterr().out)
    )
    assert run(mnist, tmp_path / "out", "--resume") == undisturbed


# Trains as train.py does, but saves after every step, and dies by SIGKILL where the first argument says:
# "step 2", right after that step, or "save 3", between the writing of the third state.pt and its renaming.
DYING = """
import os, signal, sys
import train
from cgan import files, recipes, run
what, when, count = sys.argv[1], int(sys.argv[2]), 0
def dying(function, counts):
    def call(*arguments):
        global count
        count += counts(*arguments)
        if count == when and counts(*arguments):
            if what == "step": function(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return call
run.SAVE_EVERY = 0
if what == "step":
    recipes.Report.step = dying(recipes.Report.step, lambda *_: True)
else:
    files.os.replace = dying(os.replace, lambda source, target: target.name == "state.pt")
train.main(sys.argv[3:])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on this system")
def test_killed_and_resumed_is_the_same_as_undisturbed(mnist, tmp_path, undisturbed):
    out = tmp_path / "out"
    arguments = ["--data", str(mnist), "--out", str(out)]

    def die(what, when, *options):
        command = [sys.executable, "-c", DYING, what, str(when), *arguments, *options]
        done = subprocess.run(command, cwd=Path(train.__file__).parent, capture_output=True)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()

    die("step", 2, *OPTIONS)  # in the middle of the first epoch
    die("save", 3, "--resume")  # with a state.pt.tmp that is whole, and not yet state.pt
    assert list(out.glob("state.pt.*.tmp"))
    die("step", 2, "--resume")
    assert run(mnist, out, "--resume") == undisturbed
    assert not list(out.glob("*.tmp"))


def test_a_run_is_not_overwritten(mnist, tmp_path):
    run(mnist, tmp_path / "out", *OPTIONS)
    with pytest.raises(BadInput, match="holds a run already; go on with it by --resume"):
        run(mnist, tmp_path / "out", *OPTIONS)


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--batch-size", "8"], "has --batch-size 16; --resume cannot change it"),
        (["--lr", "0.01"], "has --lr 0.001"),
        (["--seed", "1"], "has --seed 0"),
    ],
)
def test_resuming_with_other_options_is_refused(mnist, tmp_path, options, sentence):
    run(mnist, tmp_path / "out", *OPTIONS)
    with pytest.raises(BadInput, match=sentence):
        run(mnist, tmp_path / "out", "--resume", *options)


def test_a_run_does_not_go_back(mnist, tmp_path):
    run(mnist, tmp_path / "out", *OPTIONS)
    with pytest.raises(BadInput, match="past 1 epochs; --epochs must be larger"):
        run(mnist, tmp_path / "out", "--resume", "--epochs", "1")


def test_other_threads_are_said_to_change_bits(mnist, tmp_path, capsys):
    run(mnist, tmp_path / "out", *OPTIONS)
    run(mnist, tmp_path / "out", "--resume", "--threads", "2")
    assert "With another --threads than before, the weights will differ" in capsys.readouterr().out


def test_resuming_with_other_images_is_refused(mnist, tmp_path):
    from conftest import write_mnist

    run(mnist, tmp_path / "out", *OPTIONS)
    with pytest.raises(BadInput, match="other images"):
        run(write_mnist(tmp_path / "other", seed=1), tmp_path / "out", "--resume")


def test_a_damaged_state_is_refused_and_nothing_is_resumed_from_nowhere(mnist, tmp_path):
    out = tmp_path / "out"
    run(mnist, out, *OPTIONS)
    whole = (out / "state.pt").read_bytes()
    for damaged in (whole[:-1], whole[:5000], b"", b"no state", whole[:90_000] + b"!" + whole[90_001:]):
        (out / "state.pt").write_bytes(damaged)
        with pytest.raises(BadInput, match=r"state.pt is damaged.*start again in another folder"):
            run(mnist, out, "--resume")
    with pytest.raises(BadInput, match="no run to resume"):
        run(mnist, tmp_path / "nothing", "--resume")


def test_losses_that_are_no_numbers_stop_the_run(mnist, tmp_path, monkeypatch):
    losses = iter([{"g": 1.0}, {"g": float("nan")}])
    monkeypatch.setattr(Report, "step", lambda self, x, y: next(losses))
    with pytest.raises(BadInput, match="failed at step 2.*last saved state is kept"):
        run(mnist, tmp_path / "out", *OPTIONS)
    assert (tmp_path / "out" / "state.pt").exists()


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--lr", "0"], "--lr must be above 0"),
        (["--device", "abacus"], "--device abacus cannot be used here"),
    ],
)
def test_options_that_cannot_be(mnist, tmp_path, options, sentence):
    with pytest.raises(BadInput, match=sentence):
        run(mnist, tmp_path / "out", *options)


@pytest.mark.parametrize(
    "options", [["--epochs", "0"], ["--seed", "-1"], ["--model", "nonsense"], ["--threads", "x"]]
)
def test_the_command_line_ends_with_status_2(options, capsys):
    with pytest.raises(SystemExit, match="2"):
        train.main(options)
    assert options[0] in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="permissions of a folder are POSIX's")
def test_a_folder_that_cannot_be_written_is_a_sentence(mnist, tmp_path):
    (tmp_path / "file").write_text("")  # root may write anywhere but into a file
    command = [sys.executable, "train.py", "--data", str(mnist), "--out", str(tmp_path / "file" / "out")]
    done = subprocess.run(command, cwd=Path(train.__file__).parent, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.strip() == f"{tmp_path / 'file' / 'out'}: Not a directory."


def test_the_work_is_counted_over_all_parts_of_a_run(mnist, tmp_path, monkeypatch):
    clock = iter(range(0, 10**6, 60))  # a minute of work passes whenever it is looked at
    monkeypatch.setattr("cgan.run.time.process_time", lambda: next(clock))
    out, counted = tmp_path / "out", []
    for options in ([*OPTIONS, "--epochs", "1"], ["--resume", "--epochs", "2"]):
        run(mnist, out, *options)
        counted.append(weights.load(out / "generator.safetensors").provenance["cpu_seconds"])
    assert counted[1] > counted[0] > 0 and counted[1] % 60 == 0

    state = load_state(out)
    del state["cpu_seconds"]  # an older program's
    monkeypatch.setattr(train, "load_state", lambda _: state)
    run(mnist, out, "--resume", "--epochs", "3")
    assert weights.load(out / "generator.safetensors").provenance["cpu_seconds"] is None
