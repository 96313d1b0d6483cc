"""train.py's options: what it refuses, and that it does so before it makes a folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import write_mnist

import train
from cgan import hands, run, weights
from cgan.cli import BadInput, friendly_errors

# 40 images: 3 steps an epoch
OPTIONS = ["--model", "vae", "--epochs", "2", "--batch-size", "16", "--threads", "1"]


@pytest.fixture(autouse=True)
def no_directions(monkeypatch):
    monkeypatch.setattr(hands, "learn_directions", lambda network: None)


def learn(mnist, out, *options):
    train.main(["--data", str(mnist), "--out", str(out), *options])
    return weights.load(out)


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--lr", "0"], "--lr must be above 0, not 0.0."),
        (["--lr", "nan"], "--lr must be above 0, not nan."),
        (["--device", "abacus"], "--device abacus cannot be used here"),
        (["--set", "z_dim=3", "--set", "z_dim=4"], "--set gives z_dim twice."),
        (["--model", "report", "--set", "networks=report2"], "networks must be report or compact"),
        (["--model", "compact", "--set", "support=2"], "support must be from 0 to 1"),
        (["--data", "tests"], "MNIST is not in tests and could not be downloaded (offline)"),
        (["--epochs", "0"], "--epochs: this must be a whole number from 1 to 1000000, not '0'."),
        (["--seed", "-1"], "argument --seed"),
        (["--batch-size", "1.5"], "argument --batch-size"),
        (["--model", "x"], "argument --model"),
    ],
)
def test_what_cannot_be_is_a_sentence_before_a_folder_is_made(
    options, sentence, mnist, tmp_path, monkeypatch, capsys
):
    def offline(*_):
        raise RuntimeError("offline")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", offline)
    with pytest.raises(SystemExit, match="2"), friendly_errors():
        learn(mnist, tmp_path / "out", *OPTIONS, *options)
    assert sentence in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_processes_must_share_a_batch_equally(mnist, tmp_path, monkeypatch):
    monkeypatch.setattr("cgan.processes.WORLD", 3)
    with pytest.raises(BadInput, match="--batch-size 16 cannot be split evenly over 3 processes"):
        train.prepare(["--data", str(mnist), "--out", str(tmp_path / "out"), *OPTIONS])


def test_settings_reach_the_recipe_and_the_weights(mnist, tmp_path):
    made = learn(mnist, tmp_path, *OPTIONS, "--model", "report", "--set", "networks=compact", "z_dim=5")
    assert (made.recipe, type(made.network).__module__) == ("report", "cgan.networks.compact")
    assert made.config["z_dim"] == 5
    assert made.provenance["options"]["set"] == {"networks": "compact", "z_dim": 5}


def test_resuming_keeps_the_options_and_refuses_others(mnist, tmp_path, capsys):
    out = tmp_path / "out"
    first = learn(mnist, out, *OPTIONS, "--set", "z_dim=3", "--resume")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"No run in {out} yet: starting one."
    assert told[1] == f"Watch it learn: python app.py --weights {out}"
    with pytest.raises(BadInput, match="already holds a run; continue it with --resume, or give another"):
        learn(mnist, out, *OPTIONS)
    again = learn(mnist, out, "--resume", "--threads", "1", "--set", "z_dim=3", "--epochs", "2")
    assert again.digest == first.digest
    for option, had in (
        (["--batch-size", "8"], "batch_size=16"),
        (["--lr", "0.01"], "lr=0.001"),
        (["--seed", "1"], "seed=0"),
        (["--model", "cvae"], "model=vae"),
        (["--set", "z_dim=4"], "z_dim=3"),
    ):
        with pytest.raises(BadInput, match=f"The run in {out} has {had}; --resume cannot change it."):
            learn(mnist, out, "--resume", *option)
    with pytest.raises(BadInput, match="past 1 epochs; --epochs must be larger"):
        learn(mnist, out, "--resume", "--epochs", "1")
    with pytest.raises(BadInput, match="was trained on other images"):
        learn(write_mnist(tmp_path / "other", seed=1), out, "--resume")
    learn(mnist, out, "--resume", "--threads", "2")
    assert "--device or --threads has changed, so the weights will" in capsys.readouterr().out


def test_a_run_with_a_schedule_cannot_be_prolonged(mnist, tmp_path):
    learn(mnist, tmp_path, *OPTIONS, "--model", "compact", "--epochs", "1", "--batch-size", "40")
    with pytest.raises(BadInput, match="has epochs=1; --resume cannot change it"):
        learn(mnist, tmp_path, "--resume", "--epochs", "2")


def test_vae_cgan_keeps_to_its_vae_and_names_it(mnist, tmp_path):
    options, out = ["--batch-size", "40", "--threads", "1", "--epochs"], tmp_path / "out"
    for seed in "12":
        learn(mnist, tmp_path / seed, *options, "1", "--model", "vae", "--seed", seed)
    vae, other = (tmp_path / seed / "generator.safetensors" for seed in "12")
    made = learn(mnist, out, *options, "1", "--model", "vae-cgan", "--set", f"vae={vae}").provenance
    assert made["options"]["vae_id"] == weights.load(vae).id and str(tmp_path) not in str(made)
    with pytest.raises(BadInput, match="was trained on other images, or with another vae"):
        learn(mnist, out, "--resume", "--set", f"vae={other}")
    moved = vae.rename(tmp_path / "moved.safetensors")
    learn(mnist, out, "--resume", "--epochs", "2", "--set", f"vae={moved}")


def test_losses_that_are_not_finite_end_the_run(mnist, tmp_path, monkeypatch):
    losses = iter([{"g": 1.0}, {"g": float("nan")}])
    monkeypatch.setattr("cgan.recipes.Vae.step", lambda *_: next(losses))
    with pytest.raises(BadInput, match="failed at step 2.*another folder with a smaller --lr"):
        learn(mnist, tmp_path / "out", *OPTIONS)
    assert run.load_state(tmp_path / "out")["step"] in (0, 1)


@pytest.mark.parametrize("name, status", [("跑 1", 0), ("file/out", 2)])
def test_as_a_process(name, status, mnist, tmp_path):
    """A name that the output cannot show, a folder that cannot be made."""
    (tmp_path / "file").write_text("")
    command = [sys.executable, "train.py", *OPTIONS, "--data", mnist, "--out", tmp_path / name]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    root = Path(train.__file__).parent
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    if status:
        assert done.stderr.strip() == f"{tmp_path / name}: Not a directory."
    else:
        assert done.stdout.endswith(f"--weights '{tmp_path}/\\u8dd1 1'\n")
        assert weights.load(tmp_path / name).recipe == "vae"
