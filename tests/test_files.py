"""Which files count, and writing, locking and digests."""

import errno
import os

import pytest
import torch

from cgan import files
from cgan.cli import BadInput


def test_names_that_begin_with_a_dot_do_not_count(tmp_path):
    for name in ("b.png", "a.png", "._a.png", ".hidden/a.png", "run/a.png", "run/._a.png", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert files.visible(tmp_path, "*.png") == [tmp_path / "a.png", tmp_path / "b.png"]
    assert files.visible(tmp_path, "*/a.png") == [tmp_path / "run" / "a.png"]
    assert [file.name for file in files.contents(tmp_path)] == ["a.png", "b.png", "c.txt", "a.png"]
    assert list(files.contents(tmp_path / ".hidden")) == [tmp_path / ".hidden" / "a.png"]
    (tmp_path / "empty" / "deep").mkdir(parents=True)
    assert list(files.contents(tmp_path / "empty")) == []


@pytest.fixture
def failing(monkeypatch):
    """failing(numbers) makes os.replace raise OSErrors of these numbers first; returns the waits."""

    def install(numbers):
        replace, left, waits = os.replace, list(numbers), []

        def imitated(*paths):
            if left:
                raise OSError(left.pop(0), "imitated", str(paths[0]))
            return replace(*paths)

        monkeypatch.setattr(files.os, "replace", imitated)
        monkeypatch.setattr(files.time, "sleep", waits.append)
        return waits

    return install


def test_a_file_that_is_being_read_is_replaced_a_moment_later(tmp_path, failing):
    waits = failing([errno.EACCES, errno.EBUSY, errno.EPERM])
    files.write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new" and [path.name for path in tmp_path.iterdir()] == ["a"]
    assert len(waits) == 3 and sum(waits) < 1


@pytest.mark.parametrize("numbers, least", [([errno.EACCES] * 99, 1), ([errno.ENOSPC] * 99, 0)])
def test_an_error_that_stays_ends_the_attempt_and_leaves_the_old_file(tmp_path, failing, numbers, least):
    (tmp_path / "a").write_bytes(b"old")
    waits = failing(numbers)
    with pytest.raises(OSError, match="imitated") as error:
        files.write_atomically(tmp_path / "a", b"new")
    assert error.value.filename == str(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"old" and [path.name for path in tmp_path.iterdir()] == ["a"]
    assert least <= sum(waits) <= 2 and bool(waits) == bool(least)


def test_a_lock_is_held_by_one(tmp_path, capsys):
    with files.lock(tmp_path / "lock", "taken"), pytest.raises(BadInput, match="taken"):
        with files.lock(tmp_path / "lock", "taken"):
            pass
    with files.lock(tmp_path / "lock", "taken"):
        assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="flock")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_where_files_cannot_be_locked_this_is_said_once_and_no_more(tmp_path, monkeypatch, capsys, number):
    def unsupported(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", unsupported)
    with files.lock(tmp_path / "lock", "taken"):
        pass
    said = (
        f"Files in {tmp_path} cannot be locked ({os.strerror(number)}): make sure that nothing else writes "
    )
    assert capsys.readouterr().err == f"{said}there.\n"


def test_a_digest_is_of_values_and_not_of_their_layout():
    x = torch.arange(24.0).view(1, 2, 3, 4)
    same = {"b": [1, "a"], "x": x.to(memory_format=torch.channels_last)}
    assert files.digest({"x": x, "b": (1, "a")}) == files.digest(same)
    for other in (x.double(), x.view(2, 3, 4), x + 1):
        assert files.digest(other) != files.digest(x)
