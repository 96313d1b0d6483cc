"""A data set as two tensors, and its shuffled batches. Images are scaled to [-1, 1] only here."""

import itertools
import math
import os

import numpy as np
import torch

from cgan.cli import need
from cgan.learn import idx

DEFAULT_ROOT = os.environ.get("MNIST_DIR") or "data"


def load(root=DEFAULT_ROOT, train=True):
    """Return the training (or test) images, uint8 (N, 28, 28), and their labels, int64 (N,) from 0 to 9.

    Reads MNIST or any other set in its format; `idx` says where and under which names. Downloads MNIST into
    `root` if that is missing or empty. Raises BadInput if there is no such set, or if it is damaged.
    """
    images_file, labels_file = idx.find(root, train)
    images, labels = idx.read_images(images_file), idx.read_labels(labels_file)
    counts = f"{labels_file} holds {len(labels)} labels, {images_file} {len(images)} images."
    need(len(labels) == len(images), counts)
    return torch.from_numpy(images), torch.from_numpy(labels)


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
