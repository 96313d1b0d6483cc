"""Who wrote MNIST: the labels of QMNIST (Yadav and Bottou 2019), one row a picture, in MNIST's order."""

from pathlib import Path

import numpy as np
import torch

from cgan.cli import need
from cgan.learn import idx

HELD_OUT = 99  # training writers that no verifier learns from: settings are chosen on these


def load_writers(root, labels, train=True):
    """Return who wrote the training (or test) images with these labels (N,): int64 (N,).

    Reads QMNIST's label file in the usual folders in `root`. Raises BadInput if there is none, or if it is
    damaged or belongs to other images.
    """
    root, what = Path(root), "train" if train else "test"
    name = f"qmnist-{what}-labels-idx2-int"
    file = next(filter(None, (idx.file_in(root / folder, name) for folder in idx.FOLDERS)), None)
    get = f"torchvision.datasets.QMNIST('data', what='{what}', compat=False, download=True)"
    need(file, f"{root} has no {name}, which says who wrote what; get it with {get} and give --labels data.")
    table = idx.read(file)
    is_table = table.ndim == 2 and table.shape[1] == 8
    need(is_table, f"{file} has the name, but not the columns, of QMNIST's labels.")
    table = table[: len(labels)]  # of 60,000 test digits, MNIST's are the first 10,000
    is_mnist = len(table) == len(labels) and (table[:, 0] == labels.numpy()).all()
    need(is_mnist, f"{file} belongs to other digits than these.")
    return torch.from_numpy(table[:, 2].astype(np.int64))


def learned_from(writers):
    """Return which pictures (N,) are by writers that verifiers may learn from: bool (N,)."""
    names = writers.unique()
    held_out = np.random.RandomState(0).permutation(len(names))[:HELD_OUT]
    return ~torch.isin(writers, names[torch.from_numpy(held_out)])
