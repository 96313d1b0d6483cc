"""train.py's options: what it refuses, and that it does so before it makes a folder."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import train
from cgan import weights
from cgan.cli import BadInput, friendly_errors
from cgan.learn import run
from tests.tiny import OPTIONS, write_mnist


@pytest.mark.parametrize(
    "options, sentence",
    [
        ("--lr 0", "--lr must be above 0, not 0.0."),
        ("--lr nan", "--lr must be above 0, not nan."),
        ("--device abacus", "--device abacus cannot be used; PyTorch finds cpu"),
        ("--set z_dim=3 --set z_dim=4", "--set gives z_dim twice."),
        ("--set z_dim=690", "z_dim must be a whole number from 1 to 512"),
        ("--data tests", "tests holds conftest.py, "),
        ("--data nowhere", "MNIST is not in nowhere and could not be downloaded (offline)"),
        ("--epochs 0", "--epochs: this must be a whole number from 1 to 1000000, not '0'."),
        ("--batch-size 16", "--batch-size 16 cannot be split evenly over 3 processes"),
        ("--model x", "argument --model"),
        (
            "--batch-size 15 --precision bfloat16",
            "vae learns in float32 only; --precision bfloat16 is for compact.",
        ),
    ],
)
def test_bad_options_are_refused_before_a_folder_is_made(
    options, sentence, learn, tmp_path, monkeypatch, capsys
):
    def offline(*_):
        raise RuntimeError("offline")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", offline)
    monkeypatch.setattr("cgan.learn.processes.WORLD", 3)
    with pytest.raises(SystemExit, match="2"), friendly_errors():
        learn(tmp_path / "out", "--model", "vae", "--batch-size", "15", *options.split())
    assert sentence in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "device", ["hpu", "mps:7", "vulkan", "xla", "cuda:99", "meta", "opengl", "", "cuda:-1"]
)
def test_a_device_that_cannot_compute_is_refused_in_a_short_sentence(device):
    with pytest.raises(
        BadInput, match=f"^--device {device} cannot be used; PyTorch finds cpu.* here.$"
    ) as error:
        train.check_device(device)
    assert len(str(error.value)) < 100
    train.check_device("cpu")


def test_there_must_be_an_image_for_each_process(tmp_path, learn, monkeypatch):
    monkeypatch.setattr("cgan.learn.processes.WORLD", 2)
    write_mnist(tmp_path / "data", n=1)
    with pytest.raises(BadInput, match="1 image cannot be shared by 2 processes"):
        learn(tmp_path / "out")


@pytest.mark.parametrize(
    "name", ["notes.txt", "generator.safetensors", "preview-000001.png", "deep/x", "x.tmp"]
)
def test_a_run_starts_only_in_a_folder_that_is_free(tmp_path, learn, name):
    out, mine = tmp_path / "out", tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    for options in (OPTIONS, ["--resume", *OPTIONS]):
        with pytest.raises(BadInput, match=f"out holds {mine.name} and no training run; give another --out"):
            learn(out, *options)
    assert mine.read_text() == "mine" and [path for path in out.rglob("*") if path.is_file()] == [mine]


def test_what_a_killed_start_leaves_is_no_hindrance(tmp_path, learn):
    out = tmp_path / "out"
    out.mkdir()
    for name in ("lock", "state.pt.123.tmp", ".DS_Store"):
        (out / name).touch()
    learn(out, "--model", "vae", "--epochs", "1")
    assert not (out / "state.pt.123.tmp").exists() and (out / ".DS_Store").exists()


def test_settings_reach_the_recipe_and_the_weights(learn, tmp_path):
    made = learn(tmp_path / "out", "--model", "report", "--set", "networks=compact", "z_dim=5")
    assert (made.recipe, type(made.network).__module__) == ("report", "cgan.networks.compact")
    assert made.config["z_dim"] == 5
    assert made.provenance["options"]["set"] == {"networks": "compact", "z_dim": 5}


def test_resuming_keeps_the_options_and_refuses_others(learn, tmp_path, capsys):
    out = tmp_path / "out"
    first = learn(out, "--resume", *OPTIONS, "--model", "vae", "--set", "z_dim=3")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"No run in {out} yet: starting one."
    assert re.fullmatch(r"[\d,]+ images from .+\.", printed[1])
    assert printed[2] == "Precision: float32."
    assert printed[3] == f"Watch it learn: python app.py --weights {out}"
    with pytest.raises(BadInput, match="already holds a run; continue it with --resume, or give another"):
        learn(out, "--model", "vae")
    again = learn(out, "--resume", "--threads", "1", "--set", "z_dim=3", "--epochs", "2")
    assert again.digest == first.digest
    for option, sentence in (
        ("--batch-size 8", "has batch_size=16; --resume cannot change it"),
        ("--lr 0.01", "has lr=0.001; --resume cannot change it"),
        ("--model cvae", "has model=vae; --resume cannot change it"),
        ("--precision bfloat16", "has precision=float32; --resume cannot change it"),
        ("--set z_dim=4", "has z_dim=3; --resume cannot change it"),
        ("--epochs 1", "is past 1 epochs; --epochs must be larger"),
        (f"--data {write_mnist(tmp_path / 'other', seed=1)}", "was trained on other images"),
    ):
        with pytest.raises(BadInput, match=f"The run in {out} {sentence}"):
            learn(out, "--resume", *option.split())
    learn(out, "--resume", "--threads", "2")
    assert "--device or --threads has changed, so the weights will" in capsys.readouterr().out


def test_a_run_with_a_schedule_cannot_be_extended(learn, tmp_path):
    learn(tmp_path / "out", "--model", "compact", "--epochs", "1", "--batch-size", "40")
    with pytest.raises(BadInput, match="has epochs=1; --resume cannot change it"):
        learn(tmp_path / "out", "--resume", "--epochs", "2")


def test_a_vae_cgan_keeps_its_vae_and_records_it(learn, tmp_path):
    for seed in "12":
        learn(tmp_path / seed, "--model", "vae", "--epochs", "1", "--seed", seed)
    vae, other = (tmp_path / seed / "generator.safetensors" for seed in "12")
    out = tmp_path / "out"
    made = learn(out, "--model", "vae-cgan", "--epochs", "1", "--set", f"vae={vae}").provenance
    assert made["options"]["vae_id"] == weights.load(vae).id and str(tmp_path) not in str(made)
    with pytest.raises(BadInput, match="was trained on other images, or with another vae"):
        learn(out, "--resume", "--set", f"vae={other}")
    moved = vae.rename(tmp_path / "moved.safetensors")
    learn(out, "--resume", "--epochs", "2", "--set", f"vae={moved}")


def test_losses_that_are_not_finite_end_the_run(learn, tmp_path, monkeypatch):
    losses = iter([{"g": 1.0}, {"g": float("nan")}])
    monkeypatch.setattr("cgan.learn.recipes.Vae.step", lambda *_: next(losses))
    with pytest.raises(BadInput, match="failed at step 2.*another folder with a smaller --lr"):
        learn(tmp_path / "out", "--model", "vae")
    assert run.load_state(tmp_path / "out")["step"] in (0, 1)


@pytest.mark.parametrize("name, status", [("跑 1", 0), ("file/out", 2)])
def test_the_command_as_a_process(name, status, mnist, tmp_path):
    """With a name that the output cannot show, and with a folder that cannot be made."""
    (tmp_path / "file").write_text("")
    command = [
        sys.executable,
        "train.py",
        *OPTIONS,
        "--model",
        "vae",
        "--data",
        mnist,
        "--out",
        tmp_path / name,
    ]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    root = Path(train.__file__).parent
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    if status:
        assert done.stderr.strip() == f"{tmp_path / name}: Not a directory."
    else:
        assert done.stdout.endswith(f"--weights '{tmp_path}/\\u8dd1 1'\n")
        assert weights.load(tmp_path / name).recipe == "vae"


def test_the_time_left_is_told_once(learn, tmp_path, monkeypatch, capsys):
    clock = iter(range(0, 10**6, 30))
    monkeypatch.setattr(train, "WARM_UP", 1)
    monkeypatch.setattr(train, "TIMED", 2)
    monkeypatch.setattr("cgan.learn.recipes.Vae.step", lambda *_: {"loss": 1.0})
    monkeypatch.setattr(train, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    learn(tmp_path / "out", "--model", "vae", "--epochs", "3")
    assert capsys.readouterr().out.count("About 1.5 min to go at this speed.\n") == 1  # 6 steps of 15 s
