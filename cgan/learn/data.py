"""Load MNIST as two tensors and yield shuffled batches. Images are scaled to [-1, 1] only here."""

import gzip
import itertools
import math
import os
import re
import tempfile
import zlib
from pathlib import Path

import numpy as np
import torch

from cgan.cli import BadInput, need

DEFAULT_ROOT = os.environ.get("MNIST_DIR", "data")


def load(root=DEFAULT_ROOT, train=True):
    """Return the training (or test) images, uint8 (N, 28, 28), and their labels, int64 (N,) from 0 to 9.

    Reads MNIST or any other set in its format. If `root` holds no IDX files, downloads MNIST into it. Raises
    BadInput if the files are not found, damaged, or not 28 x 28 images with labels from 0 to 9.
    """
    root, split = Path(root), "train" if train else "t10k"
    names = f"{split}-images-idx3-ubyte", f"{split}-labels-idx1-ubyte"
    files = _find(root, names)
    if not files:
        others = _idx_files(root)
        need(not others, _not_found(root, names, others))
        _download(root)
        files = _find(root, names)
    images_file, labels_file = files
    images, labels = _read_idx(images_file, 3), _read_idx(labels_file, 1)

    n, height, width = images.shape
    need(height == width == 28, f"{images_file} holds images of {height} x {width} pixels, not 28 x 28.")
    need(n == len(labels) > 0, f"{labels_file} holds {len(labels)} labels, {images_file} {n} images.")
    low, high = labels.min(), labels.max()
    need(high <= 9, f"{labels_file} holds labels from {low} to {high}; labels from 0 to 9 are needed.")
    return torch.from_numpy(images), torch.from_numpy(labels).long()


def to_float(images):
    """Convert uint8 (N, 28, 28), 0 to 255, to float (N, 1, 28, 28), -1 (background) to 1 (ink)."""
    return images.unsqueeze(1).float().div_(127.5).sub_(1)


def steps_per_epoch(images, batch_size, world=1):
    """Return the number of batches in an epoch; the last one may be smaller."""
    return math.ceil(len(images) // world / (batch_size // world))


def batches(images, labels, batch_size, seed, first_step=0, rank=0, world=1):
    """Yield batches (x, y) without end, from step `first_step` on. Each epoch has every image once.

    x: float (N, 1, 28, 28) in [-1, 1]. y: int64 (N,). An epoch's last batch may be smaller than the others.
    With several processes, N is batch_size / world: process `rank` gets its share of the batches that one
    process would get. An epoch leaves out the last few images if they cannot be split evenly.
    """
    first_epoch, skip = divmod(first_step, steps_per_epoch(images, batch_size, world))
    for epoch in itertools.count(first_epoch):
        order = torch.randperm(len(images), generator=random_stream(seed, "shuffle", epoch))
        share = order[rank::world][: len(order) // world]
        for index in share.split(batch_size // world)[skip:]:
            yield to_float(images[index]), labels[index]
        skip = 0


def random_stream(seed, purpose, position, rank=0):
    """Return a torch.Generator on the CPU that depends on the arguments only, so resumed runs repeat it.

    purpose: "shuffle" (position: the epoch) or "noise", all randomness of a step (position: the step).
    """
    entropy = np.random.SeedSequence([seed, ["shuffle", "noise"].index(purpose), position, rank])
    return torch.Generator().manual_seed(int(entropy.generate_state(1, np.uint64)[0]))


def _find(root, names):
    """Return the paths of the files called `names`, in one of the usual folders, or None."""
    for folder in (root, root / "raw", root / "MNIST" / "raw"):
        found = [sorted(folder.glob(name.replace("-idx", "[-.]idx") + "*")) for name in names]
        if all(found):
            return [files[0] for files in found]  # plain before .gz
    return None


def _not_found(root, names, others):
    held = ", ".join(str(file.relative_to(root)) for file in others[:8])
    return (
        f"{root} does not hold {names[0]} and {names[1]} side by side (in it, in raw/ or in MNIST/raw/; "
        f"with - or . before idx, plain or .gz). It holds {held}; give --data the folder of the data set, "
        "or rename its files."
    )


def _idx_files(root):
    """List the files in `root`, down to three levels, that are IDX files by their names or first bytes."""
    need(not root.is_file(), f"{root} is a file; give --data the folder that it is in.")
    files = sorted(file for level in ("", "*/", "*/*/") for file in root.glob(f"{level}*") if file.is_file())
    return [f for f in files if re.search("idx|ubyte", f.name, re.IGNORECASE) or _start(f) == b"\0\0\x08"]


def _start(file):
    with open(file, "rb") as opened:
        return opened.read(3)


def _read_idx(file, dimensions):
    """Read an IDX file of bytes, plain or compressed by gzip whatever its name, as a uint8 array."""
    is_gzip = _start(file)[:2] == b"\x1f\x8b"
    try:
        with gzip.open(file) if is_gzip else open(file, "rb") as opened:
            content = bytearray(opened.read())  # torch.from_numpy needs a writable buffer
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInput(f"{file} is damaged: it cannot be decompressed ({error}).") from error
    start = 4 + 4 * dimensions
    is_idx = content[:4] == bytes([0, 0, 8, dimensions]) and len(content) >= start
    need(is_idx, f"{file} is not an IDX file of bytes in {dimensions} dimensions.")
    shape = np.frombuffer(content, ">u4", dimensions, offset=4).tolist()
    promised, held = math.prod(shape), len(content) - start
    need(promised == held, f"{file} is damaged: it should hold {promised:,} values and holds {held:,}.")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _download(root):
    """Download MNIST into root/MNIST/raw, through a temporary folder so that it is complete or absent."""
    from torchvision.datasets import MNIST  # takes seconds to import

    raw = root / "MNIST" / "raw"
    need(not raw.exists() or not any(raw.iterdir()), f"{raw} holds other files; give --data another folder.")
    print(f"Downloading MNIST into {raw}")
    parent = next(folder for folder in (root, *root.parents) if folder.is_dir())
    with tempfile.TemporaryDirectory(prefix="mnist-", dir=parent) as temporary:
        try:
            MNIST(temporary, download=True)
        except (RuntimeError, OSError, ValueError) as error:
            raise BadInput(
                f"MNIST is not in {root} and could not be downloaded ({' '.join(str(error).split())}); "
                "connect to the internet, or give --data a folder that holds it."
            ) from error
        raw.parent.mkdir(parents=True, exist_ok=True)
        os.rename(Path(temporary) / "MNIST" / "raw", raw)
