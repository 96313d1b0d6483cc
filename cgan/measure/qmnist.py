"""Who wrote MNIST: the labels of QMNIST (Yadav and Bottou 2019), one row a picture, in MNIST's order."""

import gzip
import zlib
from pathlib import Path

import numpy as np
import torch

from cgan.cli import BadInput, need

HELD_OUT = 99  # training writers that no verifier learns from: settings are chosen on these


def load_writers(root, labels, train=True):
    """Return who wrote the training (or test) images with these labels (N,): int64 (N,).

    Reads QMNIST's label file, plain or compressed, in `root`, `root`/raw or `root`/QMNIST/raw. Raises
    BadInput if there is none, or if it is damaged or belongs to other images.
    """
    root, what = Path(root), "train" if train else "test"
    name = f"qmnist-{what}-labels-idx2-int"
    folders = root, root / "raw", root / "QMNIST" / "raw"
    files = [file for folder in folders for file in (folder / name, folder / f"{name}.gz") if file.is_file()]
    get = f"torchvision.datasets.QMNIST('data', what='{what}', compat=False, download=True)"
    need(files, f"{root} has no {name}, which says who wrote what; get it with {get} and give --labels data.")
    rows = _read_table(files[0])[: len(labels)]  # of 60,000 test digits, MNIST's are the first 10,000
    is_mnist = len(rows) == len(labels) and (rows[:, 0] == labels.numpy()).all()
    need(is_mnist, f"{files[0]} belongs to other digits than these.")
    return torch.from_numpy(rows[:, 2].astype(np.int64))


def _read_table(file):
    """Read an IDX file of 4-byte integers in two dimensions: (rows, columns)."""
    content = file.read_bytes()
    try:
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{file} is damaged: it cannot be decompressed ({error}).") from error
    rows, columns = np.frombuffer(content[4:12].ljust(8, b"\0"), ">u4").tolist()
    is_table = content[:4] == b"\0\0\x0c\x02" and columns == 8 and len(content) == 12 + 4 * rows * columns
    need(is_table, f"{file} is not a label file of QMNIST, or is damaged.")
    return np.frombuffer(content, ">i4", offset=12).reshape(rows, columns)


def learned_from(writers):
    """Return which pictures (N,) are by writers that verifiers may learn from: bool (N,)."""
    names = writers.unique()
    held_out = np.random.RandomState(0).permutation(len(names))[:HELD_OUT]
    return ~torch.isin(writers, names[torch.from_numpy(held_out)])
