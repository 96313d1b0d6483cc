"""A training run on disk: interrupted in every way, it ends in the same weights."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

import train
from cgan import files
from cgan.cli import BadInput, friendly_errors
from cgan.draw import hands, images
from cgan.learn import run
from cgan.learn.recipes import RECIPES
from tests.tiny import OPTIONS

ROOT = Path(train.__file__).parent


@pytest.fixture
def given():
    return ["--model", "report"]


@pytest.fixture
def undisturbed(given, learn, tmp_path):
    return learn(tmp_path / "undisturbed", *given).digest


# What is written


def test_a_run_leaves_its_files(learn, tmp_path):
    out = tmp_path / "out"
    learned = learn(out, "--model", "report")
    previews = {f"preview-00000{step}.png" for step in (0, 1, 3, 6)}
    names = {path.name for path in out.iterdir()}
    assert names == {"state.pt", "log.jsonl", "generator.safetensors", "lock"} | previews
    assert len({(out / name).read_bytes() for name in previews}) == 4
    assert all(Image.open(out / name).size == (280, 280) for name in previews)
    assert learned.directions.shape == (3, 100)
    made = learned.provenance
    assert (made["epochs"], made["steps"], made["options"]["lr"]) == (2, 6, 0.001)
    assert str(tmp_path) not in json.dumps(made)


@pytest.mark.parametrize("model", ["vae", "cvae"])
def test_previews_are_of_the_same_hands(learn, tmp_path, model):
    learned = learn(tmp_path / "out", "--model", model)
    preview = run.load_state(tmp_path / "out")["previews"][6]
    z = hands.seeded(0, range(100), 2) if model == "vae" else hands.seeded(0, [0] * 10 + [1] * 90, 2)
    expected = images.to_uint8(learned.network(z, torch.arange(10).repeat(10)))
    assert len(preview) == len(preview.flatten(1).unique(dim=0)) == 100
    assert torch.equal(preview[:20], expected[:20])


# Resuming


@pytest.mark.parametrize("model, precision", [(m, "float32") for m in RECIPES] + [("compact", "bfloat16")])
def test_an_interrupted_run_resumed_is_the_same(model, precision, learn, tmp_path, monkeypatch, capsys):
    given = ["--model", model, "--precision", precision]
    undisturbed = learn(tmp_path / "undisturbed", *given).digest
    recipe, out, count = RECIPES[model], tmp_path / "out", 0
    step = recipe.step

    def interrupted(*arguments):
        nonlocal count
        count += 1
        if count in (2, 3):
            signal.raise_signal(signal.SIGINT if count == 2 else signal.SIGTERM)
        return step(*arguments)

    monkeypatch.setattr(recipe, "step", interrupted)
    for steps, options in ((2, given), (3, ["--resume"])):
        with pytest.raises(SystemExit, match="130"):
            learn(out, *options)
        end = f"Stopped and saved at step {steps} of 6.\nTo continue: python train.py --resume --out {out}\n"
        assert capsys.readouterr().out.endswith(end)
    (out / "log.jsonl").unlink(), (out / "preview-000001.png").unlink()
    assert learn(out, "--resume").digest == undisturbed and count == 6
    ours, theirs = (run.load_state(folder)["parts"] for folder in (out, tmp_path / "undisturbed"))
    assert files.digest(ours) == files.digest(theirs)
    for name in ("preview-000001.png", "preview-000006.png"):
        assert (out / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()
    assert (out / "log.jsonl").exists()


def test_a_run_extended_by_resuming_is_the_same_as_one_in_one_go(learn, tmp_path, undisturbed):
    out = tmp_path / "out"
    assert learn(out, "--model", "report", "--epochs", "1").digest != undisturbed
    assert learn(out, "--resume", "--epochs", "2").digest == undisturbed


# Trains once for each line N of the input, in a process that saves after every step and kills itself before
# its Nth step or rename, and prints how that ended. Forks, as importing PyTorch takes longer than the run.
DYING = """
import itertools, os, signal, sys
import train
from cgan.learn import recipes, run
while (line := sys.stdin.readline()) and (child := os.fork()):
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
if not line:
    sys.exit()
sys.stdout = sys.stderr
moments = itertools.count(1)
def dying(function):
    def call(*arguments):
        if next(moments) == int(line):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return call
run.SAVE_EVERY, os.replace = 0, dying(os.replace)
for recipe in (recipes.Report, recipes.Compact):
    recipe.step = dying(recipe.step)
train.main(sys.argv[1:])
os._exit(0)
"""


@pytest.fixture
def train_until(given, mnist, tmp_path):
    """train_until(N) -> exit status of a run in out/, resumed and killed before its Nth step or rename."""
    options = [*OPTIONS, *given, "--resume", "--data", mnist, "--out", tmp_path / "out"]
    pipes = {"text": True, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}

    def call(moment):
        print(moment, file=process.stdin, flush=True)
        return int(process.stdout.readline())

    with subprocess.Popen([sys.executable, "-c", DYING, *map(str, options)], cwd=ROOT, **pipes) as process:
        yield call


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("given", [["--model", "compact", "--precision", "bfloat16"]])
def test_a_killed_run_resumed_is_the_same_as_an_undisturbed_one(learn, tmp_path, undisturbed, train_until):
    out = tmp_path / "out"
    # In the second step; with a state.pt.tmp that is whole, but not yet state.pt; in the third step.
    for moment, left, step in ((7, 0, 1), (6, 1, 1), (7, 0, 2)):
        assert train_until(moment) == -signal.SIGKILL
        assert len(list(out.glob("state.pt.*.tmp"))) == left and run.load_state(out)["step"] == step
    assert learn(out, "--resume").digest == undisturbed
    assert not list(out.glob("*.tmp"))


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_run_killed_over_and_over_is_the_same_as_an_undisturbed_one(tmp_path, undisturbed, train_until):
    chosen, kills, out = random.Random(0), 0, tmp_path / "out"
    while kills < 25:
        status = train_until(chosen.randrange(1, 10))
        assert status in (0, -signal.SIGKILL)
        kills += status != 0
        if status == 0:  # done: compare all but the style directions, which `learn` replaces, and start again
            ours, theirs = (run.load_state(folder)["parts"] for folder in (out, tmp_path / "undisturbed"))
            assert files.digest(ours) == files.digest(theirs)
            shutil.rmtree(out)
    print(f"{kills} kills of a training run")


def test_a_damaged_or_foreign_state_is_refused(learn, tmp_path):
    out = tmp_path / "out"
    learn(out, "--model", "vae")
    path = out / "state.pt"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:5000], b"", whole[:90_000] + b"!" + whole[90_001:]):
        path.write_bytes(damaged)
        with pytest.raises(BadInput, match="state.pt is damaged; start again in another folder .--out"):
            run.load_state(out)
    torch.save({"format": 1}, path)
    path.write_bytes(path.read_bytes() + run._checksum(path.read_bytes()))
    with pytest.raises(BadInput, match="state.pt is from another version.*again.*weights still work"):
        run.load_state(out)


def test_a_full_disk_ends_a_run_and_leaves_its_last_state(learn, tmp_path, undisturbed, monkeypatch, capsys):
    out, step = tmp_path / "out", RECIPES["report"].step

    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    def filling(*arguments):
        if run.load_state(out)["step"] == 3:
            patch.setattr(files.os, "fsync", no_space)
        return step(*arguments)

    with monkeypatch.context() as patch, pytest.raises(SystemExit, match="2"), friendly_errors():
        patch.setattr(RECIPES["report"], "step", filling)
        learn(out, "--model", "report")
    assert f"{out}/preview-000006.png: No space left on device.\n" in capsys.readouterr().err
    assert run.load_state(out)["step"] == 3 and not list(out.glob("*.tmp"))
    assert learn(out, "--resume").digest == undisturbed
