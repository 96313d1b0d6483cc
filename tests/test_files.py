import subprocess
import sys

import pytest
import torch

from cgan import files
from cgan.cli import BadInput


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    files.write_atomically(path, b"old")

    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", no_space)
    with pytest.raises(OSError) as error:
        files.write_atomically(path, b"new")
    assert error.value.filename == str(path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_a_lock_ends_with_its_process(tmp_path):
    code = (
        "import sys; from cgan.files import lock\nwith lock(sys.argv[1], ''): print(1, flush=True); input()"
    )
    arguments = [sys.executable, "-c", code, tmp_path / "lock"]
    other = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
    with pytest.raises(BadInput, match="It is in use."), files.lock(tmp_path / "lock", "It is in use."):
        pass
    other.kill()
    other.communicate()
    with files.lock(tmp_path / "lock", "It is in use."):
        pass


def test_a_digest_is_of_values_and_not_of_their_layout():
    x = torch.arange(24.0).view(1, 2, 3, 4)
    same = {"b": [1, "a"], "x": x.to(memory_format=torch.channels_last)}
    assert files.digest({"x": x, "b": (1, "a")}) == files.digest(same)
    for other in (x.double(), x.view(2, 3, 4), x + 1):
        assert files.digest(other) != files.digest(x)
