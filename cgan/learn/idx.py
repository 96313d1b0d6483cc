"""Find, download and read data sets in MNIST's format: four IDX files of images and labels."""

import gzip
import math
import os
import re
import tempfile
import zlib
from itertools import islice
from pathlib import Path

import numpy as np

from cgan.cli import BadInput, need
from cgan.files import contents, replace

# Where a set may lie in the folder that is given, and how its names may begin: MNIST's first (FashionMNIST
# and KMNIST have the same), then QMNIST's and those of the two parts of EMNIST that hold digits. EMNIST's own
# archive unpacks to gzip/.
FOLDERS = "", "raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw", "QMNIST/raw", "EMNIST/raw", "gzip"
PREFIXES = "", "qmnist-", "emnist-digits-", "emnist-mnist-"
LETTERS = re.compile("emnist-(balanced|byclass|bymerge|letters)-")
TYPES = {8: ">u1", 12: ">i4"}  # an IDX file's third byte; other types are of no use here


def find(root, train=True):
    """Return the paths of the images and of the labels, downloading MNIST if `root` is missing or empty.

    Raises BadInput, saying what `root` holds, if it holds something else, and if MNIST cannot be downloaded.
    """
    root = Path(root)
    files = _find(root, train)
    if not files:
        need(
            not root.is_file(), f"{root} is a file; give --data a folder with MNIST's files, or an empty one."
        )
        held = [str(file.relative_to(root)) for file in islice(contents(root), 1000)] if root.is_dir() else []
        need(not held, _what_is_wrong(root, held, "train" if train else "t10k"))
        _download(root)
        files = _find(root, train)
    return files


def _find(root, train):
    """Return the images and labels of the first set that has both in one folder, or None."""
    for prefix in PREFIXES:
        split = prefix + ("train" if train else "test" if prefix else "t10k")
        for folder in (root / name for name in FOLDERS):
            images = file_in(folder, f"{split}-images-idx3-ubyte")
            labels = file_in(folder, f"{split}-labels-idx1-ubyte") or file_in(
                folder, f"{split}-labels-idx2-int"
            )
            if images and labels:
                return images, labels
    return None


def file_in(folder, name):
    """Return the file of this name, with - or . before idx, plain rather than .gz, or None.

    It may lie in a folder of the same name, as Kaggle and some unpackers leave it.
    """
    names = [name, name.replace("-idx", ".idx")]
    names += [f"{name}.gz" for name in names]
    places = [folder, *(folder / name for name in names)]
    return next((path for name in names for place in places if (path := place / name).is_file()), None)


def _what_is_wrong(root, held, split):
    letters = next((name for name in held if LETTERS.search(name)), None)
    if letters:
        return (
            f"{root} holds {letters}: its labels go above 9. Of EMNIST, take emnist-digits or emnist-mnist."
        )
    shown = ", ".join(held[:8]) + (" and more" if len(held) > 8 else "")
    return (
        f"{root} holds {shown}, but not {split}-images-idx3-ubyte and {split}-labels-idx1-ubyte side by side "
        "(in it, in raw/ or in MNIST/raw/; with - or . before idx, plain or .gz). Only this format is read, "
        "not archives, tables or pictures. Give --data a folder that has it, or an empty one to download "
        "MNIST into."
    )


def _download(root):
    """Download MNIST into root/MNIST/raw, through a temporary folder so that it is complete or absent."""
    from torchvision.datasets import MNIST  # takes seconds to import

    parent = next(folder for folder in (root, *root.parents) if os.path.lexists(folder))
    need(parent.is_dir(), f"{parent} is not a folder; give --data another one.")
    may_write = f"MNIST is not in {root} and cannot be downloaded: nothing can be written to {parent}."
    need(os.access(parent, os.W_OK), may_write)
    raw = root / "MNIST" / "raw"
    print(f"Downloading MNIST into {raw}")
    with tempfile.TemporaryDirectory(prefix=".mnist-", dir=parent) as temporary:
        try:
            MNIST(temporary, download=True)
        except (RuntimeError, OSError, ValueError) as error:
            raise BadInput(
                f"MNIST is not in {root} and could not be downloaded ({' '.join(str(error).split())}); "
                "connect to the internet, or give --data a folder that holds it."
            ) from error
        raw.parent.mkdir(parents=True, exist_ok=True)
        downloaded = Path(temporary) / "MNIST" / "raw"
        if not raw.exists():
            replace(downloaded, raw)
        else:  # it holds dot files
            for file in downloaded.iterdir():
                replace(file, raw / file.name)


def read_images(file):
    """Return uint8 (N, 28, 28), from 0 (background) to 255 (ink), upright. Raises BadInput."""
    images = read(file)
    is_images = images.ndim == 3 and images.dtype == np.uint8
    need(is_images, f"{file} holds {_kind(images)}, not images: bytes in three dimensions.")
    n, height, width = images.shape
    need(height == width == 28, f"{file} holds images of {height} x {width} pixels, not 28 x 28.")
    need(n > 0, f"{file} holds no images.")
    # EMNIST stores each image with rows and columns swapped.
    return images.transpose(0, 2, 1).copy() if file.name.startswith("emnist-") else images


def read_labels(file):
    """Return int64 (N,), from 0 to 9. Raises BadInput."""
    labels = read(file)
    is_table = (
        labels.ndim == 2 and labels.shape[1] > 0
    )  # QMNIST: a row of eight for each image, the label first
    is_labels = is_table if labels.dtype == ">i4" else labels.ndim == 1
    need(
        is_labels,
        f"{file} holds {_kind(labels)}, not labels: bytes in one dimension, or a table of integers.",
    )
    labels = labels.astype(np.int64) if labels.ndim == 1 else labels[:, 0].astype(np.int64)
    low, high = (labels.min(), labels.max()) if len(labels) else (0, 0)
    is_digits = 0 <= low and high <= 9
    need(is_digits, f"{file} holds labels from {low} to {high}; labels from 0 to 9 are needed.")
    return labels


def _kind(array):
    """Say what an IDX file seems to hold."""
    names = {1: "labels", 3: "images"}
    return (
        names.get(array.ndim, f"values in {array.ndim} dimensions") if array.dtype == np.uint8 else "integers"
    )


def read(file):
    """Read an IDX file of bytes or of integers, plain or compressed by gzip whatever its name, as an array.

    Raises BadInput.
    """
    with open(file, "rb") as opened:
        is_gzip = opened.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(file) if is_gzip else open(file, "rb") as opened:
            content = bytearray(opened.read())  # torch.from_numpy needs a writable buffer
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInput(f"{file} is damaged: it cannot be decompressed ({error}).") from error
    kind, dimensions = content[2:4] if content[:2] == b"\0\0" and len(content) >= 4 else (0, 0)
    start = 4 + 4 * dimensions
    need(kind in TYPES and len(content) >= start, f"{file} is not an IDX file of bytes or integers.")
    shape = np.frombuffer(content, ">u4", dimensions, offset=4).tolist()
    promised, held = math.prod(shape) * np.dtype(TYPES[kind]).itemsize, len(content) - start
    need(
        promised == held,
        f"{file} is damaged: it should hold {promised:,} bytes of values and holds {held:,}.",
    )
    return np.ndarray(shape, TYPES[kind], content, start)
