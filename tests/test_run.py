"""A training run on disk: interrupted in every way, it ends in the same weights."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

import train
from cgan import files, hands, images, run, weights
from cgan.cli import BadInput, friendly_errors
from cgan.files import lock
from cgan.recipes import RECIPES

ROOT = Path(train.__file__).parent
OPTIONS = ["--epochs", "2", "--batch-size", "16", "--threads", "1"]  # 40 images: 3 steps an epoch


@pytest.fixture(autouse=True)
def directions(monkeypatch):
    """Style directions take thousands of images; stand-ins for them."""
    stand_in = torch.ones(3, 100)
    monkeypatch.setattr(hands, "learn_directions", lambda G: stand_in if G.config["z_dim"] == 100 else None)
    return stand_in


def learn(mnist, out, *options):
    train.main(["--data", str(mnist), "--out", str(out), *options])
    return weights.load(out).digest


@pytest.fixture
def undisturbed(mnist, tmp_path):
    """The digest of two epochs of report in one go."""
    return learn(mnist, tmp_path / "undisturbed", "--model", "report", *OPTIONS)


# What is written


def test_a_run_leaves_what_it_promises(mnist, tmp_path, directions, monkeypatch):
    out, step, seen = tmp_path / "out", RECIPES["report"].step, []

    def watched(*arguments):
        seen.append((out / "generator.safetensors").exists())
        return step(*arguments)

    monkeypatch.setattr(RECIPES["report"], "step", watched)
    learn(mnist, out, "--model", "report", *OPTIONS)
    assert seen == [False] * 3 + [True] * 3  # no weights before an epoch has ended
    previews = {"preview-000001.png", "preview-000003.png", "preview-000006.png"}
    names = {path.name for path in out.iterdir()}
    assert names == {"state.pt", "log.jsonl", "generator.safetensors", "lock"} | previews
    assert len({(out / name).read_bytes() for name in previews}) == 3
    assert all(Image.open(out / name).size == (280, 280) for name in previews)
    assert torch.equal(weights.load(out).directions, directions)
    made = weights.load(out).provenance
    assert (made["epochs"], made["steps"], made["options"]["lr"]) == (2, 6, 0.001)
    assert str(tmp_path) not in json.dumps(made)


def test_every_fiftieth_step_is_logged(mnist, tmp_path):
    learn(mnist, tmp_path, "--model", "vae", *OPTIONS, "--epochs", "3", "--batch-size", "1")
    first, *lines = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert (first["steps"], first["epoch_steps"], first["batch_size"]) == (120, 40, 1)
    assert [line["step"] for line in lines] == [50, 100]
    assert list(lines[0]) == ["step", "reconstruction", "kl", "seconds"]


@pytest.mark.parametrize("model", ["vae", "cvae"])
def test_previews_are_of_the_same_hands(mnist, tmp_path, model):
    learn(mnist, tmp_path, "--model", model, *OPTIONS)
    preview = run.load_state(tmp_path)["previews"][6]
    z = hands.seeded(0, range(100), 2) if model == "vae" else hands.seeded(0, [0] * 10 + [1] * 90, 2)
    expected = images.to_uint8(weights.load(tmp_path).network(z, torch.arange(10).repeat(10)))
    assert len(preview) == len(preview.flatten(1).unique(dim=0)) == 100
    assert torch.equal(preview[:20], expected[:20])


# Resuming


@pytest.mark.parametrize("model", RECIPES)
def test_interrupted_and_resumed_is_the_same_to_the_bit(model, mnist, tmp_path, monkeypatch, capsys):
    undisturbed = learn(mnist, tmp_path / "undisturbed", "--model", model, *OPTIONS)
    recipe, out, count = RECIPES[model], tmp_path / "out", 0
    step = recipe.step

    def interrupted(*arguments):
        nonlocal count
        count += 1
        if count in (2, 3):
            signal.raise_signal(signal.SIGINT if count == 2 else signal.SIGTERM)
        return step(*arguments)

    monkeypatch.setattr(recipe, "step", interrupted)
    for steps, options in ((2, ["--model", model, *OPTIONS]), (3, ["--resume"])):
        with pytest.raises(SystemExit, match="130"):
            learn(mnist, out, *options)
        told = f"Stopped and saved at step {steps} of 6.\nTo continue: python train.py --resume --out {out}\n"
        assert capsys.readouterr().out.endswith(told)
    (out / "log.jsonl").unlink(), (out / "preview-000001.png").unlink()
    assert learn(mnist, out, "--resume") == undisturbed and count == 6
    ours, theirs = (run.load_state(folder)["parts"] for folder in (out, tmp_path / "undisturbed"))
    for name, part in ours.items():
        assert str(part) == str(theirs[name])
    for name in ("preview-000001.png", "preview-000006.png"):
        assert (out / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()


def test_more_epochs_by_resuming_are_the_same_as_in_one_go(mnist, tmp_path, undisturbed):
    out = tmp_path / "out"
    assert learn(mnist, out, "--model", "report", *OPTIONS, "--epochs", "1") != undisturbed
    assert learn(mnist, out, "--resume", "--epochs", "2") == undisturbed


# Saves after every step, and dies by SIGKILL where the first argument says: "step 2", in that step, or
# "save 3", between writing the third state.pt and renaming it.
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


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_and_resumed_is_the_same_as_undisturbed(mnist, tmp_path, undisturbed):
    out = tmp_path / "out"

    def die(what, when, *options):
        arguments = [sys.executable, "-c", DYING, what, str(when), "--data", mnist, "--out", out, *options]
        done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr

    die("step", 2, "--model", "report", *OPTIONS)  # in the middle of the first epoch
    die("save", 3, "--resume")  # with a state.pt.tmp that is whole, but not yet state.pt
    assert list(out.glob("state.pt.*.tmp"))
    die("step", 2, "--resume")
    assert learn(mnist, out, "--resume") == undisturbed
    assert not list(out.glob("*.tmp"))


def test_a_damaged_or_foreign_state_is_refused(mnist, tmp_path):
    learn(mnist, tmp_path, "--model", "vae", *OPTIONS)
    path = tmp_path / "state.pt"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:5000], b"", whole[:90_000] + b"!" + whole[90_001:]):
        path.write_bytes(damaged)
        with pytest.raises(BadInput, match="state.pt is damaged; start again in another folder .--out"):
            run.load_state(tmp_path)
    for version in (1, 3):
        torch.save({"format": version}, path)
        path.write_bytes(path.read_bytes() + run._checksum(path.read_bytes()))
        with pytest.raises(BadInput, match="state.pt is from another version.*again.*weights still work"):
            run.load_state(tmp_path)


# Other programs, and the disk


def test_a_folder_in_use_is_refused(mnist, tmp_path):
    sentence = "^Another process is training into .*; wait for it, or choose another --out"
    with lock(tmp_path / "lock", ""), pytest.raises(BadInput, match=sentence):
        learn(mnist, tmp_path, "--model", "vae", *OPTIONS)
    learn(mnist, tmp_path, "--model", "vae", *OPTIONS)


def test_a_full_disk_ends_a_run_with_a_sentence_and_its_last_state(
    mnist, tmp_path, undisturbed, monkeypatch, capsys
):
    out, step = tmp_path / "out", RECIPES["report"].step

    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    def filling(*arguments):
        if run.load_state(out)["step"] == 3:
            patch.setattr(files.os, "fsync", no_space)
        return step(*arguments)

    with monkeypatch.context() as patch, pytest.raises(SystemExit, match="2"), friendly_errors():
        patch.setattr(RECIPES["report"], "step", filling)
        learn(mnist, out, "--model", "report", *OPTIONS)
    assert f"{out}/preview-000006.png: No space left on device.\n" in capsys.readouterr().err
    assert run.load_state(out)["step"] == 3 and not list(out.glob("*.tmp"))
    assert learn(mnist, out, "--resume") == undisturbed
