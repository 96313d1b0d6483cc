"""MNIST is downloaded only where nothing else is, complete or not at all."""

import os
from pathlib import Path

import pytest
from learn.test_idx import IMAGES, LABELS, write

from cgan.cli import BadInput
from cgan.learn import idx
from tests.tiny import write_mnist


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """Fail on any download that a test does not ask for."""

    def refuse(self):
        raise RuntimeError("no network")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", refuse)


@pytest.fixture
def online(monkeypatch):
    """Make torchvision "download" a tiny set."""
    monkeypatch.setattr("torchvision.datasets.MNIST.download", lambda self: write_mnist(Path(self.root)))
    monkeypatch.setattr("torchvision.datasets.MNIST._load_data", lambda self: (None, None))


@pytest.mark.parametrize("there", ["", "/", "/.DS_Store", "/MNIST/raw/._x", "/.cache/file", "/MNIST/raw/"])
def test_mnist_is_downloaded_where_there_is_nothing(tmp_path, online, capsys, there):
    root = tmp_path / "new" / "data"
    if there.endswith("/"):
        Path(f"{root}{there}").mkdir(parents=True)
    elif there:
        write(Path(f"{root}{there}"))
    assert idx.find(root) == (root / "MNIST" / "raw" / IMAGES, root / "MNIST" / "raw" / LABELS)
    assert f"Downloading MNIST into {root / 'MNIST' / 'raw'}" in capsys.readouterr().out
    assert not list(tmp_path.rglob(".mnist-*"))  # no temporary folder is left
    assert idx.find(root, train=False) and not capsys.readouterr().out


MINE = [IMAGES, "t10k.idx1-ubyte.gz", "deep/er/my-idx3-ubyte", "MNIST/raw/notes", "TRAIN-IMAGES-IDX3-UBYTE"]
MINE += ["mnist_train.csv", "mnist.npz", "0/1.png", "mnist.zip", "a/b/c/d/e", f"{IMAGES}/notes.txt"]


@pytest.mark.parametrize("name", MINE)
def test_nothing_is_downloaded_into_a_folder_that_holds_something_else(tmp_path, online, name):
    write(tmp_path / name)
    sentence = f"holds {name}, but not {IMAGES} and {LABELS} side by side .*Give --data"
    with pytest.raises(BadInput, match=sentence):
        idx.find(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / name] and files[0].read_bytes() == b"mine"


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_links_are_not_empty(tmp_path, online, target):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "MNIST").symlink_to(tmp_path / target)
    with pytest.raises(BadInput, match="root holds MNIST, but not"):
        idx.find(tmp_path / "root")
    (tmp_path / "link").symlink_to(tmp_path / target)
    if target == "nowhere":
        with pytest.raises(BadInput, match="link is not a folder; give --data another"):
            idx.find(tmp_path / "link" / "data")
    else:
        assert idx.find(tmp_path / "link")[0].is_file()


def test_what_is_found_instead_is_named(mnist, tmp_path):
    raw = mnist / "MNIST" / "raw"
    (raw / LABELS).unlink()
    with pytest.raises(
        BadInput, match=f"holds MNIST/raw/t10k.*, but not {IMAGES} and {LABELS} .*Give --data"
    ):
        idx.find(mnist)
    for file in (raw / IMAGES, raw / IMAGES / "x"):
        with pytest.raises(BadInput, match=f"{IMAGES} is (a file; give --data a folder|not a folder)"):
            idx.find(file)
    for i in range(20):
        write(tmp_path / "many" / f"{i:02}.png")
    with pytest.raises(BadInput, match="holds 00.png, .*, 07.png and more, but not"):
        idx.find(tmp_path / "many")


def test_a_folder_that_nothing_can_be_written_to_is_named(tmp_path, online, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: not (mode == os.W_OK and path == tmp_path))
    with pytest.raises(BadInput, match=f"cannot be downloaded: nothing can be written to {tmp_path}."):
        idx.find(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_download_is_reported_and_leaves_nothing(tmp_path):
    with pytest.raises(BadInput, match="could not be downloaded .no network.; connect .* --data"):
        idx.find(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
