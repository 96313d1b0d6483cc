"""Training in several processes: their gradients are one's, a lost one comes back, two hosts do as well."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import train
from cgan import data, run, state, weights

ROOT = Path(train.__file__).parent
TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]
OPTIONS = ["--model", "compact", "--epochs", "2", "--batch-size", "4", "--threads", "1"]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="torchrun is tried on Linux")


def torchrun(script, *arguments, processes=2, options=()):
    command = [*TORCHRUN, "--standalone", "--nproc-per-node", str(processes), *options, script, *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True, env=environment)
    return done


# A step of the whole recipe: D twice, with the penalty, and G. In eval() BatchNorm has no batch statistics.
STEP = """
import sys
import torch
from cgan import processes, recipes
from cgan.recipes import compact
with processes.joined():
    rank, world = processes.rank(), processes.world()
    random = torch.Generator().manual_seed(0)
    x, z = torch.rand(64, 1, 28, 28, generator=random) * 2 - 1, torch.randn(64, 64, generator=random)
    x, y, z = (whole[rank::world] for whole in (x, torch.arange(64) % 10, z))
    compact.noise_for = lambda recipe, y: z
    recipes.Compact.another = lambda recipe, y: (y + 1) % 10
    recipe = recipes.build("compact", rank, ["shift=0"], steps=10)  # rank: only the first one's weights count
    recipe.G.eval()
    processes.share_gradients(recipe)
    recipe.step(x, y)
    parameters = [*recipe.G.named_parameters("G"), *recipe.D.named_parameters("D")]
    torch.save({name: p.grad for name, p in parameters}, f"{sys.argv[1]}/{world}-{rank}.pt")
"""


def test_two_processes_with_32_images_have_the_gradients_of_one_with_64(tmp_path):
    (tmp_path / "step.py").write_text(STEP)
    for processes in (1, 2):
        done = torchrun(tmp_path / "step.py", tmp_path, processes=processes)
        assert done.returncode == 0, done.stderr
    one, first, second = (torch.load(tmp_path / f"{name}.pt") for name in ("1-0", "2-0", "2-1"))
    for name in one:
        assert torch.equal(first[name], second[name])
        # The loss compares logits, and so of the gradient of their bias nothing is left but rounding.
        rounding = 1e-8 if name == "D.logit.bias" else 1e-9
        assert (first[name] - one[name]).abs().max() <= 1e-5 * one[name].abs().max() + rounding, name


def test_processes_share_an_epoch_and_differ_in_noise(mnist):
    images, labels = data.load(mnist)
    steps = data.steps_of_epoch(images, 4, 3)
    assert steps == 4  # 40 images: 13 for each
    shares = [data.batches(images, labels, 4, 5, 0, rank, 3) for rank in range(3)]
    whole, seen = data.batches(images, labels, 12, 5), []
    for step in range(steps):
        parts = [next(share) for share in shares]
        together = torch.cat([x for x, _ in parts])
        if step < steps - 1:
            key = lambda batch: sorted(map(bytes, batch.numpy()))  # noqa: E731 - of images, in any order
            assert key(together) == key(next(whole)[0])
        seen += [bytes(x) for x in together.numpy()]
    assert len(seen) == len(set(seen)) == 39
    noise = [torch.rand(1, generator=data.random_stream(0, "noise", 7, rank)).item() for rank in (0, 0, 1)]
    assert noise[0] == noise[1] != noise[2]


# Saves after every step; where the second argument says so, the other process is lost at step 3.
LOST = """
import os, signal, sys
import train
from cgan import processes, recipes, run
run.SAVE_EVERY, step, count = 0, recipes.Compact.step, 0
def lost(self, x, y):
    global count
    count += 1
    if count == 3 and processes.rank() == 1 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
        os.kill(os.getpid(), signal.SIGKILL)
    return step(self, x, y)
if sys.argv[1] == "lost": recipes.Compact.step = lost
train.main(sys.argv[2:])
"""


def test_a_lost_process_comes_back_and_the_weights_are_the_same(mnist, tmp_path, capsys):
    (tmp_path / "lost.py").write_text(LOST)
    digests = []
    for what in ("lost", "undisturbed"):
        options = ["--data", mnist, *OPTIONS, "--out", tmp_path / what]
        done = torchrun(tmp_path / "lost.py", what, *options, options=["--max-restarts", "1"])
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("2 processes learn from 4 images each, 8 a step.") == 1 + (what == "lost")
        assert ("exitcode: -9" in done.stderr) == (what == "lost"), done.stderr
        digests.append(weights.load(tmp_path / what).digest)
    assert digests[0] == digests[1]
    assert not list(tmp_path.glob("lost/*.tmp"))
    assert state.load_state(tmp_path / "lost")["step"] == 10

    # One process goes on, with as many images a step; three could not share them.
    train.main(["--data", str(mnist), "--resume", "--out", str(tmp_path / "lost")])
    assert "With another number of processes than at its start" in capsys.readouterr().out


def test_a_fault_is_told_once_and_the_folder_is_locked(mnist, tmp_path):
    with run.held(tmp_path):
        done = torchrun("train.py", "--data", mnist, *OPTIONS, "--out", tmp_path)
    assert done.returncode == 1 and done.stderr.count("Another process is training into") == 1


@pytest.mark.soak
def test_two_hosts(mnist, tmp_path):
    """Two network namespaces joined by a cable. The second has neither the data nor the folder; it is lost
    once."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("network namespaces need root, and the command ip")
    names, hosts = [f"cgan{os.getpid()}{end}" for end in "ab"], []
    try:
        for name in names:
            if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
                pytest.skip("this system makes no network namespaces")
        inside = [["ip", "netns", "exec", name] for name in names]
        cable = ["ip", "link", "add", "wire", "netns", names[0], "type", "veth", "peer", "wire"]
        subprocess.run([*cable, "netns", names[1]], check=True)
        for i, host in enumerate(inside):
            subprocess.run([*host, "ip", "address", "add", f"10.77.0.{i + 1}/24", "dev", "wire"], check=True)
            for device in ("lo", "wire"):
                subprocess.run([*host, "ip", "link", "set", device, "up"], check=True)
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "wire"}
        environment |= {"PYTHONPATH": str(ROOT), "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
        (tmp_path / "lost.py").write_text(LOST)
        for i, host in enumerate(inside):
            nodes = ["--nnodes", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint", "10.77.0.1:29400"]
            nodes += [f"--rdzv-conf=is_host={1 - i}", f"--local-addr=10.77.0.{i + 1}", "--max-restarts=1"]
            folders = ["--data", [mnist, "/nowhere"][i], "--out", [tmp_path / "out", "/nowhere"][i]]
            command = [*host, *TORCHRUN, *nodes, tmp_path / "lost.py", "lost", *OPTIONS, *folders]
            hosts.append(
                subprocess.Popen([*map(str, command)], cwd=ROOT, env=environment, stderr=subprocess.PIPE)
            )
        for host in hosts:
            errors = host.communicate(timeout=300)[1]
            assert host.returncode == 0, errors.decode()
        sent = [*inside[1], "cat", "/sys/class/net/wire/statistics/tx_bytes"]
        sent = int(subprocess.run(sent, capture_output=True, check=True).stdout)
    finally:
        for host in hosts:
            host.send_signal(signal.SIGKILL)
            host.wait()
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)
    assert weights.load(tmp_path / "out").provenance["steps"] == 10
    assert b"exitcode: -9" in errors
    print(f"The second host sent {sent / 10:,.0f} bytes a step.")
    assert sent / 10 > 7_000_000
