"""Which files are found, and what is read from them."""

import gzip

import numpy as np
import pytest

from cgan.cli import BadInput
from cgan.learn import idx
from tests.tiny import write_mnist

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(root):
        pytest.fail(f"a download into {root}")

    monkeypatch.setattr(idx, "_download", refuse)


def packed(kind, *shape, values=None):
    """Return an IDX file of a type and shape, of zeros unless the values are given."""
    size = int(np.prod(shape)) * (4 if kind in (12, 13) else 1)
    return bytes([0, 0, kind, len(shape)]) + np.array(shape, ">u4").tobytes() + (values or bytes(size))


def write(path, content=b"mine"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


# Finding


FOLDERS = "", "raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw", "EMNIST/raw", "gzip"


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("mark, form", ["--", ".-", "-z", ".z", "-g", "-n"])
def test_the_usual_names_and_places_are_found(mnist, tmp_path, folder, mark, form):
    expected, root = idx.read_images(idx.find(mnist)[0]), tmp_path / "root"
    for file in (mnist / "MNIST" / "raw").iterdir():
        content = file.read_bytes()
        name = file.name.replace("-idx", f"{mark}idx") + (".gz" if form in "zn" else "")
        write(root / folder / name, gzip.compress(content) if form in "zg" else content)
    images, labels = idx.find(root)
    assert (idx.read_images(images) == expected).all()
    assert idx.read_labels(labels).tolist() == [i % 10 for i in range(40)]


@pytest.mark.parametrize(
    "ending", [".old", ".bak", "~", " (1)", ".gz.part", ".gz (1)", " (1).gz", ".zip", ".tmp"]
)
def test_only_the_exact_names_count(tmp_path, ending):
    for name in (IMAGES, LABELS):
        write(tmp_path / f"{name}{ending}")
        write(tmp_path / f"._{name}")
        write(tmp_path / f"{name.replace('-idx', '.idx')}.gz")
    assert [file.name for file in idx.find(tmp_path)] == [
        f"{IMAGES[:12]}.{IMAGES[13:]}.gz",
        f"{LABELS[:12]}.{LABELS[13:]}.gz",
    ]
    for name in (IMAGES, LABELS):
        write(tmp_path / name)
    assert idx.find(tmp_path) == (tmp_path / IMAGES, tmp_path / LABELS)


@pytest.mark.parametrize("ending, inner", [("", ""), ("", ".gz"), (".gz", ""), (".gz", ".gz")])
def test_a_folder_of_the_files_name_is_looked_into(tmp_path, ending, inner):
    for name in (IMAGES, LABELS):
        write(tmp_path / (name + ending) / (name + inner))
    assert [file.name for file in idx.find(tmp_path)] == [IMAGES + inner, LABELS + inner]
    for name in (IMAGES, LABELS):
        write(tmp_path / name.replace("-idx", ".idx"))
    assert all(file.is_file() for file in idx.find(tmp_path))
    (tmp_path / (IMAGES + ending) / (IMAGES + inner)).unlink()
    assert idx.find(tmp_path)[0] == tmp_path / IMAGES.replace("-idx", ".idx")


# Other sets in MNIST's format, as torchvision and their authors name them: the test files are "test".
OTHERS = [("QMNIST", "qmnist"), ("EMNIST", "emnist-digits"), ("EMNIST", "emnist-mnist")]


@pytest.mark.parametrize("folder, name", OTHERS)
@pytest.mark.parametrize("train, split", [(True, "train"), (False, "test")])
def test_qmnist_and_the_digits_of_emnist_are_read_upright(tmp_path, folder, name, train, split):
    upright = np.random.RandomState(0).randint(0, 256, (20, 28, 28), np.uint8)
    stored = upright.transpose(0, 2, 1) if folder == "EMNIST" else upright
    table = np.array([[i % 10, 4, 3000 + i, i, 30 + i % 10, i, 0, 0] for i in range(20)], ">i4")
    raw = tmp_path / folder / "raw"
    write(raw / f"{name}-{split}-images-idx3-ubyte", packed(8, 20, 28, 28, values=stored.tobytes()))
    if folder == "QMNIST":
        write(raw / f"{name}-{split}-labels-idx2-int", packed(12, 20, 8, values=table.tobytes()))
    else:
        write(
            raw / f"{name}-{split}-labels-idx1-ubyte", packed(8, 20, values=bytes(i % 10 for i in range(20)))
        )
    images, labels = idx.find(tmp_path, train)
    assert (idx.read_images(images) == upright).all() and idx.read_images(images).flags.c_contiguous
    assert idx.read_labels(labels).tolist() == [i % 10 for i in range(20)]
    write_mnist(tmp_path)
    assert idx.find(tmp_path, train)[0].parent == tmp_path / "MNIST" / "raw"  # MNIST comes first


def test_labels_of_bytes_come_before_tables(mnist):
    write(mnist / "MNIST" / "raw" / "train-labels-idx2-int", packed(12, 40, 8))
    assert idx.find(mnist)[1].name == LABELS


@pytest.mark.parametrize("part", ["letters", "balanced", "byclass", "bymerge"])
def test_emnists_letters_are_refused_with_the_reason(tmp_path, part):
    for name in (IMAGES, LABELS):
        write(tmp_path / "gzip" / f"emnist-{part}-{name}.gz")
    with pytest.raises(
        BadInput, match=f"emnist-{part}-{IMAGES}.gz: its labels go above 9.*take emnist-digits"
    ):
        idx.find(tmp_path)


# Reading


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        (IMAGES, b"", "is not an IDX file of bytes or integers"),
        (IMAGES, b"\0\0\x08\x03\0\0", "is not an IDX file"),
        (IMAGES, packed(8, 40, 28, 28)[:-1], "should hold 31,360 bytes of values and holds 31,359"),
        (IMAGES, packed(13, 40, 28, 28), "is not an IDX file"),
        (IMAGES, packed(12, 40, 28, 28), "holds integers, not images"),
        (IMAGES, packed(8, 40, 32, 32), "holds images of 32 x 32 pixels, not 28 x 28"),
        (IMAGES, packed(8, 0, 28, 28), "holds no images"),
        (IMAGES, packed(8, 40), "holds labels, not images: bytes in three dimensions"),
        (IMAGES, packed(8, 40, 28, 28, 3), "holds values in 4 dimensions, not images"),
        (LABELS, packed(8, 40, 28, 28), "holds images, not labels: bytes in one dimension, or"),
        (LABELS, packed(12, 40), "holds integers, not labels"),
        (LABELS, packed(12, 40, 0), "holds integers, not labels"),
        (
            LABELS,
            packed(12, 2, 1, values=bytes([0] * 7 + [77])),
            "from 0 to 77; labels from 0 to 9 are needed",
        ),
        (LABELS, packed(12, 1, 1, values=b"\xff" * 4), "from -1 to -1; labels from 0 to 9 are needed"),
        (
            LABELS,
            packed(8, 20, values=bytes(range(1, 11)) * 2),
            "from 1 to 10; labels from 0 to 9 are needed",
        ),
        (f"{IMAGES}.gz", b"no gz", "is not an IDX file"),
        (
            f"{IMAGES}.gz",
            gzip.compress(packed(8, 40, 28, 28), mtime=0)[:-20],
            "is damaged: it cannot be decompressed",
        ),
    ],
)
def test_damaged_and_unsuitable_files_are_refused(tmp_path, name, content, sentence):
    write(tmp_path / name, content)
    with pytest.raises(BadInput, match=f"{name} .*{sentence}") as refusal:
        (idx.read_images if "images" in name else idx.read_labels)(tmp_path / name)
    assert "delete" not in str(refusal.value) and (tmp_path / name).read_bytes() == content
