"""Labelled sets of drawn digits: pictures in a .zip, or MNIST's four files, in an order mixed by the seed.

A set is planned before it is drawn: z (n, z_dim), and for each picture its label, (digit, hand, number). The
hand is an index of the seed; the number counts the pictures by one writer.
"""

import csv
import io
import math
import re
import struct
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch
from numpy.random import RandomState

from cgan.cli import need
from cgan.draw import hands, images, sampling, styles

BLOCK = 1600  # pictures drawn at a time
MAX_A_WRITER = 10_000  # of each digit


def digit_range(text):
    """Parse "7" or "0-9" as a range of digits. Raises BadInput."""
    is_range = re.fullmatch("[0-9](-[0-9])?", text) and text[0] <= text[-1]
    need(is_range, f"this must be a digit 0-9 or a range such as 0-9, not {text[:40]!r}")
    return range(int(text[0]), int(text[-1]) + 1)


def by_seeds(seeds, indices, digits, model):
    """Plan a set in which digits[j] is drawn by the hands `indices` of seeds[j], in rows of all digits."""
    z = torch.stack([hands.seeded(seed, indices, model.z_dim) for seed in seeds], dim=1)
    return z.flatten(0, 1), np.array([(digit, i, 0) for i in indices for digit in digits])


def by_writers(seed, indices, digits, count, model):
    """Plan a set by writers: each of the hands `indices` draws every digit `count` times, with variation."""
    need(count <= MAX_A_WRITER, f"A writer draws at most {MAX_A_WRITER:,} pictures of each digit.")
    rows = [10 * j + digit for j in range(count) for digit in digits]
    z = torch.cat([hands.natural(z, rows) for z in hands.seeded(seed, indices, model.z_dim)])
    return z, np.array([(row % 10, i, number) for i in indices for number, row in enumerate(rows)])


def drawn(model, z, labels, **style):
    """Draw a planned set in blocks: uint8 (n, 28, 28). style: slant, stroke and width for `styles.styled`."""
    blocks = zip(z.split(BLOCK), torch.from_numpy(labels[:, 0]).split(BLOCK), strict=True)
    for z_block, y in blocks:
        yield images.to_uint8(sampling.draw(model, styles.styled(z_block, model, **style), y))


def mixed(z, labels, seed):
    """Put a planned set in the order of the seed, a permutation that NumPy has frozen."""
    order = RandomState(seed % (hands.MAX_SEED + 1)).permutation(len(labels))
    return z[order], labels[order]


def png_entries(digits, count, seed, model, writers=None, **style):
    """Yield the names and bytes of a set of pictures, in a folder for each digit, and of metadata.csv.

    7/digit7_seed8_00012.png is a 7 in the seed's hand 12. With `writers`, so many hands draw each digit
    `count` times: 7/digit7_seed8_writer00012_00003.png. The table's columns are file_name, label and, with
    writers, writer.
    """
    if writers is None:
        z, labels = mixed(*by_seeds([seed] * len(digits), range(count), digits, model), seed)
        names = [f"{digit}/digit{digit}_seed{seed}_{i:05d}.png" for digit, i, _ in labels]
        rows = [("file_name", "label"), *zip(names, labels[:, 0], strict=True)]
    else:
        z, labels = mixed(*by_writers(seed, range(writers), digits, count, model), seed)
        names = [f"{digit}/digit{digit}_seed{seed}_writer{i:05d}_{j:05d}.png" for digit, i, j in labels]
        rows = [("file_name", "label", "writer"), *zip(names, labels[:, 0], labels[:, 1], strict=True)]
    csv.writer(table := io.StringIO(), lineterminator="\n").writerows(rows)
    yield "metadata.csv", table.getvalue().encode()
    tiles = (tile for block in drawn(model, z, labels, **style) for tile in block)
    for name, tile in zip(names, tiles, strict=True):
        yield name, images.png(images.grid(tile[None]))


def idx_entries(digits, count, seed, model, writers=None, **style):
    """Yield the names and bytes of MNIST's four files (format: yann.lecun.org/exdb/mnist).

    Digit d is drawn from the seed `seed + d`, so that no two digits share a hand; t10k has the hands that
    follow those of train. With `writers`, so many hands of the seed draw each digit `count` times, and two
    more files have labels (n, 8) as QMNIST has: column 0 is the digit, 2 the writer, 3 the number of the
    picture among the writer's.
    """
    seeds = [(seed + digit) % (hands.MAX_SEED + 1) for digit in digits]
    trained = writers or count
    splits = {"train": range(trained), "t10k": range(trained, trained + math.ceil(trained / 6))}
    for place, (split, indices) in enumerate(splits.items()):
        if writers is None:
            plan = by_seeds(seeds, indices, digits, model)
        else:
            plan = by_writers(seed, indices, digits, count, model)
        z, labels = mixed(*plan, seed + place)
        n, digit = len(labels), labels[:, 0].astype(np.uint8)
        yield f"{split}-labels-idx1-ubyte", struct.pack(">2i", 0x801, n) + digit.tobytes()
        if writers is not None:
            table = np.zeros((n, 8), ">i4")
            table[:, [0, 2, 3]] = labels
            yield f"{split}-labels-idx2-int", struct.pack(">3i", 0xC02, n, 8) + table.tobytes()
        pixels = b"".join(block.numpy().tobytes() for block in drawn(model, z, labels, **style))
        yield f"{split}-images-idx3-ubyte", struct.pack(">4i", 0x803, n, 28, 28) + pixels


def zip_bytes(entries):
    """Pack (name, bytes) pairs as a .zip, dated 1980: the same entries give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o100644 << 16  # Unix: readable by everybody
            archive.writestr(info, content)
    return buffer.getvalue()


def write_idx(folder, entries):
    """Write the files of a data set to folder/MNIST/raw, all or none.

    Raises BadInput if that holds files; hidden ones, whose names begin with a dot, do not count.
    """
    raw = folder / "MNIST" / "raw"
    hidden = [*raw.iterdir()] if raw.exists() else []
    is_free = all(path.name.startswith(".") for path in hidden)
    need(is_free, f"{raw} already holds files; choose another folder.")
    raw.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(suffix=".tmp", dir=raw.parent) as partial:
        whole = Path(partial, "raw")
        whole.mkdir()
        for name, content in entries:
            try:
                (whole / name).write_bytes(content)
            except OSError as error:
                error.filename = str(raw / name)  # the error of a full disk names no file
                raise
        for path in hidden:
            path.rename(whole / path.name)
        if raw.exists():
            raw.rmdir()
        whole.rename(raw)
