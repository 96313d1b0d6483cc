"""Training in several processes: their gradients are those of one, and a lost process is restarted."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import train
from cgan import weights
from cgan.cli import BadInput
from cgan.files import lock
from cgan.learn import run

ROOT = Path(train.__file__).parent
OPTIONS = ["--epochs", "1", "--batch-size", "8", "--threads", "1"]  # 40 images: 5 steps an epoch
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="torchrun is tested on Linux")


def torchrun(script, *arguments, restarts=0):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--max-restarts", restarts]
    command += ["--nproc-per-node", "2", script, *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, env=environment)


# A step of the whole recipe: D twice, with the penalty, and G. In eval() BatchNorm has no batch statistics.
# In one process, and in two as torchrun starts them, but forked from one that has imported PyTorch.
STEP = """
import os, sys
import torch, torchvision
children = []
for rank, world in (("0", "1"), ("0", "2"), ("1", "2")):
    if not (child := os.fork()):
        break
    children.append(child)
else:
    sys.exit(max(os.waitpid(child, 0)[1] for child in children) > 0)
if world == "2":
    os.environ |= {"RANK": rank, "WORLD_SIZE": world, "TORCHELASTIC_RUN_ID": "x", "LOCAL_RANK": rank}
    os.environ |= {"GROUP_WORLD_SIZE": "1", "TORCHELASTIC_RESTART_COUNT": "0"}
from cgan.learn import processes, recipes
from cgan.learn.recipes import compact
with processes.group():
    random = torch.Generator().manual_seed(0)
    x, z = torch.rand(64, 1, 28, 28, generator=random) * 2 - 1, torch.randn(64, 64, generator=random)
    x, y, z = (whole[processes.RANK :: processes.WORLD] for whole in (x, torch.arange(64) % 10, z))
    compact.noise_for = lambda y, G, rng: z
    compact.another = lambda y, rng: (y + 1) % 10
    recipe = recipes.build("compact", 0, steps=10, shift=0)
    recipe.G.eval()
    processes.share_gradients(recipe)
    losses, stop = processes.agree(recipe.step(x, y, random, 0), processes.RANK == 1)
    parameters = [*recipe.G.named_parameters("G"), *recipe.D.named_parameters("D")]
    gradients = {name: p.grad for name, p in parameters}
    torch.save([gradients, losses, stop], f"{sys.argv[1]}/{processes.WORLD}-{processes.RANK}.pt")
"""


@pytest.mark.soak
def test_two_processes_with_32_images_have_the_gradients_of_one_with_64(tmp_path):
    (tmp_path / "step.py").write_text(STEP)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **address}
    command = [sys.executable, tmp_path / "step.py", tmp_path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, first, second = (torch.load(tmp_path / f"{name}.pt") for name in ("1-0", "2-0", "2-1"))
    for name in one[0]:
        assert torch.equal(first[0][name], second[0][name])
        # The loss compares logits, so the gradient of their bias is rounding error only.
        rounding = 1e-8 if name == "D.logit.bias" else 1e-9
        assert (first[0][name] - one[0][name]).abs().max() <= 1e-5 * one[0][name].abs().max() + rounding, name
    assert first[1] == second[1] == pytest.approx(one[1], rel=1e-5)
    assert (one[2], first[2], second[2]) == (False, True, True)


# Saves after every step. If the first argument is "lost", process 1 is killed at step 3.
LOST = """
import os, signal, sys
import train
from cgan.draw import styles
from cgan.learn import processes, recipes, run
styles.learn_directions = lambda network: None
run.SAVE_EVERY, step, count = 0, recipes.Compact.step, 0
def lost(*arguments):
    global count
    count += 1
    if count == 3 and processes.RANK == 1 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
        os.kill(os.getpid(), signal.SIGKILL)
    return step(*arguments)
if sys.argv[1] == "lost": recipes.Compact.step = lost
train.main(sys.argv[2:])
"""


@pytest.mark.soak
def test_a_lost_process_is_restarted_and_the_weights_are_the_same(mnist, tmp_path):
    (tmp_path / "lost.py").write_text(LOST)
    for what in ("lost", "undisturbed"):
        options = ["--resume", "--data", mnist, *OPTIONS, "--out", tmp_path / what]
        done = torchrun(tmp_path / "lost.py", what, *options, restarts=1)
        assert done.returncode == 0, done.stderr
        assert ("exitcode: -9" in done.stderr) == (what == "lost"), done.stderr
        assert done.stdout.count("Watch it learn") == 1 + (what == "lost")
    assert weights.load(tmp_path / "lost").digest == weights.load(tmp_path / "undisturbed").digest
    assert run.load_state(tmp_path / "lost")["step"] == 5
    with pytest.raises(BadInput, match="has processes=2; --resume cannot change it"):
        train.main(["--data", str(mnist), "--resume", "--out", str(tmp_path / "lost")])


@pytest.mark.soak
def test_an_error_is_printed_once(mnist, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    options = ["--model", "vae", "--data", mnist, *OPTIONS, "--out", out]
    with lock(out / "lock", ""):
        done = torchrun("train.py", *options)
    assert done.returncode == 1 and done.stderr.count("Another process is training into") == 1
    assert [path.name for path in out.iterdir()] == ["lock"]
