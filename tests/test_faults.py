"""What goes wrong around a training run: a second one, a full disk, kills. The last good state stays."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import train
from cgan import files, state, weights
from cgan.cli import BadInput

OPTIONS = ["--model", "report", "--batch-size", "16", "--threads", "1"]
posix = pytest.mark.skipif(os.name != "posix", reason="of POSIX")


def command(code, *arguments):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=Path(train.__file__).parent,
        capture_output=True,
        text=True,
        env=environment,
    )


def test_a_second_run_into_a_folder_is_refused_until_the_first_is_gone(mnist, tmp_path):
    arguments = ["--data", str(mnist), "--out", str(tmp_path), "--epochs", "1", *OPTIONS]
    code = (
        "import sys; from cgan import run\n"
        "with run.held(sys.argv[1]): print('holding', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(train.__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    first.stdout.readline()
    for more in ([], ["--resume"]):
        with pytest.raises(BadInput, match="^Another process is training into .*; wait for it, or choose"):
            train.main(arguments + more)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["lock"]
    first.kill()  # what it leaves is a file without a lock
    first.communicate()
    train.main(arguments)


# Trains with a disk that takes no file larger than 100 kB from the fourth step on.
FULL = """
import resource, sys
import train
from cgan import cli, recipes, run
step, count = recipes.Report.step, 0
def filling(self, x, y):
    global count
    count += 1
    if count == 4: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    return step(self, x, y)
recipes.Report.step = filling
with errors.exit_with_a_sentence(): train.main(sys.argv[1:])
"""


@posix
def test_a_full_disk_ends_a_run_with_a_sentence_and_its_last_state(mnist, tmp_path):
    out = tmp_path / "out"
    arguments = ["--data", mnist, "--out", out, "--epochs", "2", *OPTIONS]
    done = command(FULL, *arguments)
    kept = f"File too large; what was saved last is kept in {out}, go on with it by --resume."
    assert done.returncode == 2 and done.stderr.splitlines()[-1] == f"{out / 'state.pt'}: {kept}"
    assert state.load_state(out)["step"] == 3 and not list(out.glob("*.tmp"))
    train.main([*map(str, arguments), "--resume"])
    train.main([*map(str, arguments[:2]), "--out", str(tmp_path / "undisturbed"), *arguments[4:]])
    assert weights.load(out).digest == weights.load(tmp_path / "undisturbed").digest


def test_a_folder_that_refuses_its_first_file_is_a_sentence(mnist, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    from cgan.cli import exit_with_a_sentence

    with pytest.raises(SystemExit, match="2"), exit_with_a_sentence():
        train.main(["--data", str(mnist), "--out", str(tmp_path / "out"), *OPTIONS])
    assert capsys.readouterr().err.splitlines()[-1] == f"{tmp_path / 'out' / 'state.pt'}: No space left."


# Each attempt is a child of a process that has imported everything: so kills fall into training and saving.
KILLED = """
import os, random, signal, sys, time
import train
from cgan import run
run.SAVE_EVERY, chosen, kills = 0, random.Random(int(sys.argv[1])), 0
while True:
    child = os.fork()
    if child == 0:
        out = sys.argv[sys.argv.index("--out") + 1]
        again = ["--resume"] if os.path.exists(os.path.join(out, "state.pt")) else []
        train.main(sys.argv[3:] + again)
        os._exit(0)
    if kills < int(sys.argv[2]):
        time.sleep(chosen.uniform(0, 1))
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    kills += os.WIFSIGNALED(status)
    if not os.WIFSIGNALED(status): break
print(kills, os.waitstatus_to_exitcode(status))
"""


@posix
@pytest.mark.parametrize("kills", [pytest.param(50, marks=pytest.mark.soak)])
def test_any_number_of_kills_at_any_moment_ends_in_the_same_weights(mnist, tmp_path, withstood, kills):
    seed = random.randrange(10**6)
    print("seed", seed)  # of the moments, shown if this fails
    options = ["--data", mnist, "--epochs", "40", "--model", "compact", "--batch-size", "2", "--threads", "1"]
    done = command(KILLED, seed, kills, *options, "--out", tmp_path / "killed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-2:] == [str(kills), "0"]
    start = time.monotonic()
    train.main([*map(str, options), "--out", str(tmp_path / "undisturbed")])
    print(f"{kills} kills; undisturbed it took {time.monotonic() - start:.0f} s")
    assert weights.load(tmp_path / "killed").digest == weights.load(tmp_path / "undisturbed").digest
    withstood(f"{kills} kills at any moment of a training", "the weights of an undisturbed one, to the bit")
