"""The same weights, pictures and digests wherever and however the program runs."""

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cgan import weights
from cgan.page import routes

CODE = "import sys; sys.path.insert(0, sys.argv[1]); import test_everywhere as t; print(t.all_drawn())"
FOLDER = Path(routes.__file__).parent.parent
HERE, COPY = "here", "a copy that may not be written, in a path with spaces and 中文"


def drawn(file, seed):
    """The bytes of pictures of each kind, and the weights' digest, as one digest."""
    asked = {
        "digit": "7",
        "seed": str(seed),
        "n": "40",
        "text": "2026-11",
        "from": "3",
        "to": "8",
        "frames": "9",
    }
    pictures = [make(file, asked) for make in (routes.digits_png, routes.text_png, routes.morph_gif)]
    return hashlib.sha256(b"".join([*pictures, file.digest.encode()])).hexdigest()


def all_drawn():
    return [drawn(weights.shipped(name), 42) for name in ("report", "compact")]


@pytest.mark.parametrize(
    "place, cwd, threads, hash_seed, language",
    [(HERE, "/", "1", "1", "C"), (COPY, FOLDER, "2", "2", "zh_CN.UTF-8"), (COPY, "/", "2", "0", "C")],
)
def test_in_every_process(tmp_path, place, cwd, threads, hash_seed, language):
    folder = FOLDER
    if place == COPY:
        folder = tmp_path / COPY
        for part in ("cgan", "tests", "weights"):
            shutil.copytree(FOLDER / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555)
    before = sorted(folder.rglob("*"))
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "LC_ALL")}
    environment |= {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": hash_seed, "LANG": language}
    environment |= {"PYTHONPATH": str(folder / "tests"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", CODE, str(folder)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == str(all_drawn()), done.stderr
    if place == COPY:
        assert sorted(folder.rglob("*")) == before
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


def test_in_a_hundred_threads_at_once(report, compact):
    asked = [(file, seed) for seed in range(10) for file in (report, compact)]
    expected = [drawn(*what) for what in asked]
    with ThreadPoolExecutor(100) as pool:
        assert list(pool.map(lambda what: drawn(*what), 5 * asked)) == 5 * expected
