"""A tiny data set, and the options of short runs on it."""

import struct

import numpy as np

# Options of a run on the fixture `mnist`, with 3 steps per epoch.
OPTIONS = ["--epochs", "2", "--batch-size", "16", "--threads", "1", "--precision", "float32"]


def write_mnist(root, n=40, seed=0):
    """Write a set in MNIST's format and layout: n random images to train, and n to test."""
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    rng = np.random.RandomState(seed)
    for split in ("train", "t10k"):
        images = rng.randint(0, 256, (n, 28, 28), dtype=np.uint8).tobytes()
        labels = bytes(i % 10 for i in range(n))
        (raw / f"{split}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 0x803, n, 28, 28) + images)
        (raw / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 0x801, n) + labels)
    return root
