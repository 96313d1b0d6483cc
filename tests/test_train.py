"""train.py's options: what it refuses, and that it does so before it makes a folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import write_mnist

import train
from cgan import run, weights
from cgan.cli import BadInput, friendly_errors

# 40 images: 3 steps an epoch
OPTIONS = ["--model", "vae", "--epochs", "2", "--batch-size", "16", "--threads", "1"]


def learn(mnist, out, *options):
    train.main(["--data", str(mnist), "--out", str(out), *options])
    return weights.load(out)


def command(*options, **environment):
    return subprocess.run(
        [sys.executable, "train.py", *map(str, options)],
        cwd=Path(train.__file__).parent,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--lr", "0"], "--lr must be above 0, not 0.0."),
        (["--lr", "nan"], "--lr must be above 0, not nan."),
        (["--device", "abacus"], "--device abacus cannot be used here"),
        (["--set", "z_dim=690"], "z_dim must be a whole number from 1 to 512, not '690'."),
        (["--set", "z_dim=3", "--set", "z_dim=4"], "--set gives z_dim twice."),
        (["--set", "gamma=1"], "vae has no setting 'gamma'; vae has z_dim=2."),
        (["--model", "report", "--set", "networks=report2"], "networks must be report or compact"),
        (["--model", "vae-cgan", "--set", "vae=report"], "vae must be the weights of a vae"),
        (["--model", "compact", "--set", "penalty_every=0"], "penalty_every must be a whole number"),
        (["--data", "tests"], "MNIST is not in tests and could not be downloaded (offline)"),
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


@pytest.mark.parametrize(
    "options",
    [
        ["--epochs", "0"],
        ["--seed", "-1"],
        ["--model", "x"],
        ["--threads", "x"],
        ["--batch-size", "1.5"],
        ["--z-dim", "3"],
    ],
)
def test_argparse_refuses_the_rest(options, capsys):
    with pytest.raises(SystemExit, match="2"):
        train.main(options)
    assert options[0] in capsys.readouterr().err


def test_processes_must_share_a_batch_equally(mnist, tmp_path, monkeypatch):
    monkeypatch.setattr("cgan.processes.world", lambda: 3)
    with pytest.raises(BadInput, match="--batch-size 16 cannot be shared equally by 3 processes"):
        train.prepare(["--data", str(mnist), "--out", str(tmp_path / "out"), *OPTIONS])


def test_settings_reach_the_recipe_and_the_weights(mnist, tmp_path):
    made = learn(mnist, tmp_path / "a", *OPTIONS, "--set", "z_dim=3")
    assert made.config["z_dim"] == 3 and made.provenance["options"]["set"] == {"z_dim": 3}
    made = learn(mnist, tmp_path / "b", *OPTIONS, "--model", "report", "--set", "networks=compact", "z_dim=5")
    assert (made.recipe, type(made.network).__module__) == ("report", "cgan.networks.compact")
    assert made.config["z_dim"] == 5


def test_a_run_is_not_overwritten(mnist, tmp_path):
    learn(mnist, tmp_path / "out", *OPTIONS)
    with pytest.raises(BadInput, match="holds a run already; go on with it by --resume, or give another"):
        learn(mnist, tmp_path / "out", *OPTIONS)


def test_resuming_nothing_starts_a_run(mnist, tmp_path, capsys):
    learn(mnist, tmp_path / "out", *OPTIONS, "--resume")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"No run in {tmp_path / 'out'} yet: starting one."
    assert told[1] == f"Watch it learn: python app.py --weights {tmp_path / 'out'}"


def test_resuming_keeps_the_options_and_refuses_others(mnist, tmp_path, capsys):
    out = tmp_path / "out"
    first = learn(mnist, out, *OPTIONS, "--set", "z_dim=3")
    again = learn(mnist, out, "--resume", "--threads", "1", "--set", "z_dim=3", "--epochs", "2")
    assert again.digest == first.digest
    for option, had in (
        (["--batch-size", "8"], "--batch-size 16"),
        (["--lr", "0.01"], "--lr 0.001"),
        (["--seed", "1"], "--seed 0"),
        (["--model", "cvae"], "--model vae"),
        (["--set", "z_dim=4"], "--set z_dim 3"),
    ):
        with pytest.raises(BadInput, match=f"The run in {out} has {had}; --resume cannot change it."):
            learn(mnist, out, "--resume", *option)
    with pytest.raises(BadInput, match="past 1 epochs; --epochs must be larger"):
        learn(mnist, out, "--resume", "--epochs", "1")
    with pytest.raises(BadInput, match="learned from other images"):
        learn(write_mnist(tmp_path / "other", seed=1), out, "--resume")
    learn(mnist, out, "--resume", "--threads", "2")
    assert "With another --threads than before, the weights will differ" in capsys.readouterr().out


def test_a_run_with_a_schedule_cannot_be_prolonged(mnist, tmp_path):
    learn(mnist, tmp_path / "out", *OPTIONS, "--model", "compact", "--epochs", "1")
    with pytest.raises(BadInput, match="has --epochs 1; --resume cannot change it"):
        learn(mnist, tmp_path / "out", "--resume", "--epochs", "2")


def test_vae_cgan_keeps_to_its_vae_and_names_it(mnist, tmp_path):
    for seed in "12":
        learn(mnist, tmp_path / seed, *OPTIONS, "--epochs", "1", "--seed", seed)
    vae, other = (tmp_path / seed / "generator.safetensors" for seed in "12")
    options, out = [*OPTIONS, "--model", "vae-cgan", "--epochs", "1", "--set"], tmp_path / "out"
    made = learn(mnist, out, *options, f"vae={vae}").provenance["options"]
    assert made["vae_id"] == weights.load(vae).id and str(tmp_path) not in str(made)
    resume = ["--resume", "--epochs", "2", "--set"]
    with pytest.raises(BadInput, match="learned from other images, or another vae"):
        learn(mnist, out, *resume, f"vae={other}")
    learn(mnist, out, *resume, f"vae={vae.rename(tmp_path / 'moved.safetensors')}")


def test_losses_that_are_not_finite_end_the_run(mnist, tmp_path, monkeypatch):
    losses = iter([{"g": 1.0}, {"g": float("nan")}])
    monkeypatch.setattr("cgan.recipes.Vae.step", lambda *_: next(losses))
    with pytest.raises(BadInput, match="failed at step 2.*another folder with a smaller --lr"):
        learn(mnist, tmp_path / "out", *OPTIONS)
    assert run.load_state(tmp_path / "out")["step"] in (0, 1)


def test_as_a_process(mnist, tmp_path):
    """A name that the output cannot show, a folder that cannot be made."""
    out = tmp_path / "跑 1"
    done = command(*OPTIONS, "--data", mnist, "--out", out, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0 and done.stdout.endswith(f"--weights '{tmp_path}/\\u8dd1 1'\n"), done.stderr
    assert weights.load(out).recipe == "vae"
    (tmp_path / "file").write_text("")
    done = command(*OPTIONS, "--data", mnist, "--out", tmp_path / "file" / "out")
    assert done.returncode == 2 and done.stderr.strip() == f"{tmp_path / 'file' / 'out'}: Not a directory."
