"""Labelled sets of drawn digits: pictures in a .zip, or MNIST's four files."""

import argparse
import io
import itertools
import math
import re
import struct
import tempfile
import zipfile
from pathlib import Path

import torch
from tqdm import tqdm

from cgan.cli import need
from cgan.draw import hands, images, sampling, styles


def digit_range(text):
    """Parse "7" or "0-9" as a range of digits, for argparse."""
    if not re.fullmatch("[0-9](-[0-9])?", text) or text[0] > text[-1]:
        raise argparse.ArgumentTypeError(f"this must be a digit 0-9 or a range such as 0-9, not {text!r}")
    return range(int(text[0]), int(text[-1]) + 1)


def blocks(digits, seeds, rows, model, **style):
    """Yield the pictures in blocks of rows: uint8 (n, len(digits), 28, 28).

    Of all rows, picture [i, j] is digits[j] in hand rows[i] of seeds[j]. style: slant, stroke and width for
    `styles.styled`.
    """
    step = max(100, len(rows) // 20)  # every block regenerates the seeds' hands from row 0
    for start in range(0, len(rows), step):
        indices = rows[start : start + step]
        columns = []
        for digit, seed in zip(digits, seeds, strict=True):
            z = styles.styled(hands.seeded(seed, indices, model.z_dim), model, **style)
            y = torch.full((len(indices),), digit)
            columns.append(images.to_uint8(sampling.draw(model, z, y)))
        yield torch.stack(columns, dim=1)


def png_entries(digits, count, seed, model, **style):
    """Yield the name, digitD_seedS_INDEX.png, and the bytes of each picture."""
    rows = itertools.chain.from_iterable(blocks(digits, [seed] * len(digits), range(count), model, **style))
    for i, row in enumerate(rows):
        for digit, tile in zip(digits, row, strict=True):
            yield f"digit{digit}_seed{seed}_{i:05d}.png", images.png(images.grid(tile[None]))


def idx_entries(digits, count, seed, model, **style):
    """Yield the names and bytes of MNIST's four files (format: yann.lecun.org/exdb/mnist).

    Digit d is drawn from the seed `seed + d`, so that no two digits share a hand; t10k has the hands
    that follow those of train.
    """
    seeds = [(seed + digit) % (hands.MAX_SEED + 1) for digit in digits]
    for split, rows in (("train", range(count)), ("t10k", range(count, count + math.ceil(count / 6)))):
        labels = bytes(digits) * len(rows)
        yield f"{split}-labels-idx1-ubyte", struct.pack(">2i", 0x801, len(labels)) + labels
        pixels = b"".join(block.numpy().tobytes() for block in blocks(digits, seeds, rows, model, **style))
        yield f"{split}-images-idx3-ubyte", struct.pack(">4i", 0x803, len(labels), 28, 28) + pixels


def zip_bytes(entries):
    """Pack (name, bytes) pairs as a .zip, dated 1980: the same entries give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def write_idx(folder, digits, count, seed, model):
    """Write a data set to folder/MNIST/raw, complete or not at all. Raises BadInput if that holds files."""
    raw = folder / "MNIST" / "raw"
    is_free = not raw.exists() or not any(raw.iterdir())
    need(is_free, f"{raw} already holds files; choose another folder.")
    raw.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(suffix=".tmp", dir=raw.parent) as partial:
        whole = Path(partial, "raw")
        whole.mkdir()
        entries = idx_entries(digits, count, seed, model)
        for name, content in tqdm(entries, total=4, unit=" files", disable=None):
            (whole / name).write_bytes(content)
        if raw.exists():
            raw.rmdir()
        whole.rename(raw)
