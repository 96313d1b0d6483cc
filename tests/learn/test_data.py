"""Finding, reading, downloading and shuffling data."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import write_mnist

from cgan.cli import BadInput
from cgan.learn import data

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


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


def test_images_and_labels_are_read_and_scaled(mnist):
    images, labels = data.load(mnist)
    assert images.shape == (40, 28, 28) and images.dtype == torch.uint8
    assert labels.dtype == torch.int64 and labels.tolist() == [i % 10 for i in range(40)]
    assert not torch.equal(data.load(mnist, train=False)[0], images)
    x = data.to_float(torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1).expand(3, 28, 28))
    assert x.shape == (3, 1, 28, 28) and x[:, 0, 0, 0].tolist() == pytest.approx([-1, -0.6, 1])


# Finding and downloading


@pytest.mark.parametrize("folder", ["", "raw", "MNIST/raw"])
@pytest.mark.parametrize("mark, packed", ["--", ".-", "-z", ".z", "-g", "-n"])
def test_the_usual_names_and_levels_are_found(mnist, tmp_path, folder, mark, packed):
    expected, root = data.load(mnist), tmp_path / "root"
    (root / folder).mkdir(parents=True)
    for file in (mnist / "MNIST" / "raw").iterdir():
        content = file.read_bytes()
        name = file.name.replace("-idx", f"{mark}idx") + (".gz" if packed in "zn" else "")
        (root / folder / name).write_bytes(gzip.compress(content) if packed in "zg" else content)
    for a, b in zip(data.load(root), expected, strict=True):
        assert torch.equal(a, b)


def test_a_missing_file_is_named_with_what_was_found(mnist):
    raw = mnist / "MNIST" / "raw"
    (raw / LABELS).unlink()
    with pytest.raises(BadInput, match=f"{IMAGES} and {LABELS} .*It holds MNIST/raw/t10k.*give --data"):
        data.load(mnist)
    with pytest.raises(BadInput, match=f"{IMAGES} is a file; give --data the folder"):
        data.load(raw / IMAGES)


def test_mnist_is_downloaded_where_there_is_none(tmp_path, online, capsys):
    root = tmp_path / "new" / "data"
    assert len(data.load(root)[0]) == 40
    assert f"Downloading MNIST into {root / 'MNIST' / 'raw'}" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["new"]  # no temporary folder is left
    assert len(data.load(root, train=False)[0]) == 40 and not capsys.readouterr().out


MINE = [IMAGES, "t10k.idx1-ubyte.gz", "deep/er/my-idx3-ubyte", "MNIST/raw/notes", "TRAIN-IMAGES-IDX3-UBYTE"]


@pytest.mark.parametrize("name", [*MINE, "train-images.idx"])
def test_nothing_that_exists_is_downloaded_over(tmp_path, online, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(BadInput, match="give --data"):
        data.load(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / name] and files[0].read_text() == "mine"


def test_a_failed_download_is_reported_and_leaves_nothing(tmp_path):
    with pytest.raises(BadInput, match="could not be downloaded .no network.; connect .* --data"):
        data.load(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


# Refusing


def idx(dimensions, *shape, kind=8):
    return bytes([0, 0, kind, dimensions]) + np.array(shape, ">u4").tobytes() + bytes(int(np.prod(shape)))


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        (IMAGES, b"", "is not an IDX file of bytes in 3 dimensions"),
        (IMAGES, idx(3, 40, 28, 28)[:-1], "should hold 31,360 values and holds 31,359"),
        (IMAGES, idx(3, 40, 28, 28, kind=13), "is not an IDX file"),
        (IMAGES, idx(3, 40, 32, 32), "holds images of 32 x 32 pixels, not 28 x 28"),
        (LABELS, idx(1, 30), "holds 30 labels, .*images-idx3-ubyte 40 images"),
        (LABELS, idx(1, 40)[:8] + bytes(range(1, 11)) * 4, "from 1 to 10; labels from 0 to 9 are needed"),
        (f"{IMAGES}.gz", b"no gz", "is not an IDX file"),
        (f"{IMAGES}.gz", gzip.compress(idx(3, 40, 28, 28))[:-20], "is damaged: it cannot be decompressed"),
    ],
)
def test_damaged_and_unsuitable_files_are_refused(mnist, name, content, sentence):
    file = mnist / "MNIST" / "raw" / name
    file.with_suffix("").unlink(missing_ok=True)
    file.write_bytes(content)
    with pytest.raises(BadInput, match=f"{name} .*{sentence}") as refusal:
        data.load(mnist)
    assert "delete" not in str(refusal.value) and file.read_bytes() == content


# Batches


def test_an_epoch_has_every_image_once_in_an_order_of_its_own():
    images = torch.arange(40, dtype=torch.uint8).view(40, 1, 1).expand(40, 28, 28)
    stream = data.batches(images, torch.arange(40), batch_size=16, seed=3)
    epochs = [[next(stream) for _ in range(3)] for _ in range(2)]
    assert [len(x) for x, _ in epochs[0]] == [16, 16, 8] and data.steps_per_epoch(images, 16) == 3
    orders = [torch.cat([y for _, y in epoch]).tolist() for epoch in epochs]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(40)) and orders[0] != orders[1]
    for first, (x, y) in enumerate(epochs[0] + epochs[1]):
        assert ((x[:, 0, 0, 0] + 1) * 127.5).round().tolist() == y.tolist()
        _, again = next(data.batches(images, torch.arange(40), 16, seed=3, first_step=first))
        assert torch.equal(again, y)


def test_processes_share_the_batches_of_one():
    images, labels = torch.zeros(40, 28, 28, dtype=torch.uint8), torch.arange(40)
    assert data.steps_per_epoch(images, 12, 3) == 4  # 13 images for each process
    shares = [data.batches(images, labels, 12, 5, 0, rank, 3) for rank in range(3)]
    whole, seen = data.batches(images, labels, 12, 5), []
    for step in range(4):
        together = sorted(sum((next(share)[1].tolist() for share in shares), []))
        if step < 3:
            assert together == sorted(next(whole)[1].tolist())
        seen += together
    assert len(seen) == len(set(seen)) == 39


def test_random_streams_differ_by_each_argument_and_leave_the_global_one_alone():
    before = torch.get_rng_state()
    streams = [(0, "noise", 0), (0, "noise", 1), (1, "noise", 0), (0, "shuffle", 0), (0, "noise", 0, 1)]
    numbers = [torch.rand(1, generator=data.random_stream(*arguments)).item() for arguments in streams]
    assert len(set(numbers)) == 5 and torch.equal(before, torch.get_rng_state())
    assert torch.rand(1, generator=data.random_stream(0, "noise", 0)).item() == numbers[0]
