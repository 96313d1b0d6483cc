"""MNIST as two tensors, and shuffled batches of it. The one place where images become [-1, 1]."""

import itertools
import math
import os
from pathlib import Path

import numpy as np
import torch
from torchvision import datasets
from torchvision.datasets.mnist import read_image_file, read_label_file

from cgan.cli import BadInput

MAX_IMAGES = 1_000_000
DEFAULT_ROOT = os.environ.get("MNIST_DIR", "data")


def load(root=DEFAULT_ROOT, train=True):
    """The training (or test) images, uint8 (N, 28, 28), and their digits, int64 (N,) from 0 to 9.

    Reads `root/MNIST/raw/`, where torchvision keeps MNIST; what is missing is downloaded, with progress.
    Raises BadInput if that fails, or if a file is damaged or not what its name says.
    """
    folder = Path(root) / "MNIST" / "raw"
    split = "train" if train else "t10k"
    images_file, labels_file = folder / f"{split}-images-idx3-ubyte", folder / f"{split}-labels-idx1-ubyte"
    for file in folder.glob("*-ubyte"):  # before torchvision reads any of them
        _check_size(file)
    for file in (images_file, labels_file):
        if not file.is_file():
            _download(root, file)
    images = _read(images_file, read_image_file)
    labels = _read(labels_file, read_label_file)
    if len(images) == 0 or images.shape[1:] != (28, 28):
        raise _unusable(images_file, f"it holds {' x '.join(map(str, images.shape))} values, not N x 28 x 28")
    if len(labels) != len(images):
        raise _unusable(labels_file, f"it holds {len(labels)} labels for {len(images)} images")
    if labels.min() < 0 or labels.max() > 9:
        raise _unusable(labels_file, "it holds labels other than the digits 0 to 9")
    return images, labels


def to_float(images):
    """uint8 (N, 28, 28) from 0 to 255 -> float (N, 1, 28, 28) from -1 (background) to 1 (ink)."""
    return images.unsqueeze(1).float().div_(127.5).sub_(1)


def steps_of_epoch(images, batch_size, world=1):
    """How many batches a process an epoch over the images (N, 28, 28) has; the last one may be smaller."""
    return math.ceil(len(images) // world / batch_size)


def batches(images, labels, batch_size, seed, first_step=0, rank=0, world=1):
    """An endless stream of (x, y), from step number `first_step` on; each epoch has every image once.

    In one of `world` processes, its share of that: all their batches of a step are one, `world` times as
    large. The last few images of an epoch, which they cannot share equally, are left out.

    x: float (batch_size, 1, 28, 28) in [-1, 1]. y: int64 (batch_size,). The last batch of an epoch may be
    smaller. The order of an epoch depends on (seed, epoch) alone.
    """
    first_epoch, skip = divmod(first_step, steps_of_epoch(images, batch_size, world))
    for epoch in itertools.count(first_epoch):
        order = torch.randperm(len(images), generator=random_stream(seed, "shuffle", epoch))
        share = order[rank::world][: len(order) // world]
        for index in share.split(batch_size)[skip:]:
            yield to_float(images[index]), labels[index]
        skip = 0


def random_stream(seed, purpose, position, rank=0):
    """A torch.Generator on the CPU that depends on its arguments alone, so that a resumed run repeats it.

    purpose: "shuffle" (position: the epoch) or "noise" (position: the step). rank: of the process.
    """
    entropy = np.random.SeedSequence([seed, ["shuffle", "noise"].index(purpose), position, rank])
    return torch.Generator().manual_seed(int(entropy.generate_state(1, np.uint64)[0]))


def _check_size(file):
    """Raises BadInput unless the file is as long as its IDX header says, and that is not too long to read."""
    with open(file, "rb") as opened:
        dimensions = 3 if "images" in file.name else 1
        magic, *shape = np.frombuffer(opened.read(4 + 4 * dimensions).ljust(16, b"\0"), ">u4").tolist()
    shape, size = shape[:dimensions], file.stat().st_size
    if magic != 0x800 + dimensions or size != 4 + 4 * dimensions + math.prod(shape):
        raise _unusable(file, "it is cut short or not an IDX file")
    if size > MAX_IMAGES * 28 * 28:
        raise _unusable(file, f"it holds more than {MAX_IMAGES:,} images")


def _download(root, file):
    made = [folder for folder in (file.parent, file.parent.parent, Path(root)) if not folder.exists()]
    try:
        datasets.MNIST(root, download=True)
    except (RuntimeError, OSError, AssertionError, ValueError, TypeError, LookupError) as error:
        if file.is_file():
            return  # torchvision also reads the files; `_read` says better which one is damaged
        for folder in made:  # those that it left empty
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        reason = " ".join(str(error).split()).rstrip(".")
        raise BadInput(
            f"MNIST is not in {root} (there is no MNIST/raw/{file.name}) and could not be downloaded "
            f"({reason}); connect to the internet, or give --data a folder that holds it."
        ) from error


def _read(file, reader):
    try:
        return reader(str(file))
    except (AssertionError, ValueError, RuntimeError, LookupError, TypeError) as error:
        raise _unusable(file, "it is cut short or not an IDX file") from error


def _unusable(file, reason):
    return BadInput(f"{file} cannot be used: {reason}; delete it and run again, and it is downloaded afresh.")
