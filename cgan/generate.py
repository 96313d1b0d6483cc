"""Draw digits into a file.

    python -m cgan.generate --digit 7 --seed 42 --count 64 --out seven.png   # one picture of 64 tiles
    python -m cgan.generate --digit 0-9 --count 20 --out digits.zip          # 200 pictures, one file each
    python -m cgan.generate --count 6000 --idx generated                     # labelled, in MNIST's format

Read the last with torchvision.datasets.MNIST("generated"): it has 10 x COUNT pictures to train on, and a
sixth as many to test on.
"""

import argparse
import io
import itertools
import math
import re
import struct
import zipfile
from pathlib import Path

import torch
from tqdm import tqdm

from cgan import images, sampling, weights
from cgan.cli import BadInput, command, exit_with_a_sentence, whole_number_option
from cgan.files import write_atomically


def parse_args(argv=None):
    parser = command(__doc__)
    add = parser.add_argument
    add("--digit", type=digit_range, default=range(10), help="a digit, or a range such as 0-9 (default: 0-9)")
    add(
        "--seed",
        type=whole_number_option(0, sampling.MAX_SEED),
        default=0,
        help="0 to 4294967295 (default: 0)",
    )
    add(
        "--count",
        type=whole_number_option(1, 60_000),
        default=10,
        help="pictures of each digit (default: 10)",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--out", type=Path, metavar="FILE", help="a .png of all tiles or a .zip of single .png"
    )
    where.add_argument("--idx", type=Path, metavar="DIR", help="a labelled set in DIR/MNIST/raw")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", default=weights.DEFAULT, help="shipped weights (default: %(default)s)")
    which.add_argument("--weights", type=Path, metavar="FILE", help="weights of your own")
    return parser.parse_args(argv)


def digit_range(text):
    """An argparse type: "7" or "0-9" as a range of digits."""
    if not re.fullmatch("[0-9](-[0-9])?", text) or text[0] > text[-1]:
        raise argparse.ArgumentTypeError(
            f"this must be a digit from 0 to 9, or a range such as 0-9, not {text!r}"
        )
    return range(int(text[0]), int(text[-1]) + 1)


def main(argv=None):
    options = parse_args(argv)
    if options.out and options.out.suffix not in (".png", ".zip"):
        raise BadInput(f"--out must end in .png or .zip, unlike {options.out}.")
    if options.out and not options.out.parent.is_dir():
        raise BadInput(f"There is no folder {options.out.parent} to write {options.out.name} to.")
    chosen = weights.load(options.weights) if options.weights else weights.shipped(options.model)
    digits, count, seed = options.digit, options.count, options.seed
    if options.idx:
        write_idx(options.idx, digits, count, seed, chosen)
    elif options.out.suffix == ".png":
        tiles = torch.cat([*tqdm(blocks(digits, [seed] * len(digits), range(count), chosen), disable=None)])
        columns = len(digits) if len(digits) > 1 else None
        write_atomically(options.out, images.png(images.grid(tiles.flatten(0, 1), columns)))
    else:
        pieces = zip_pieces(png_entries(digits, count, seed, chosen))
        write_atomically(options.out, b"".join(tqdm(pieces, unit=" pictures", disable=None)))
    print(f"Drawn by {chosen.model} {chosen.id}: {options.out or options.idx}")


def blocks(digits, seeds, rows, chosen):
    """Yields uint8 (n, digits, 28, 28), at least 100 rows at a time: tile [i, j] is one of digits[j], drawn
    from seeds[j] and an index in the range `rows`."""
    step = max(100, len(rows) // 20)  # every block draws its noise from the first row on
    for start in range(0, len(rows), step):
        indices = rows[start : start + step]
        columns = [
            images.to_uint8(sampling.generate([digit] * len(indices), seed, chosen, indices))
            for digit, seed in zip(digits, seeds, strict=True)
        ]
        yield torch.stack(columns, dim=1)


def png_entries(digits, count, seed, chosen):
    """Yields the name digitD_seedS_INDEX.png and the bytes (in a list) of each picture."""
    rows = itertools.chain.from_iterable(blocks(digits, [seed] * len(digits), range(count), chosen))
    for i, row in enumerate(rows):
        for digit, tile in zip(digits, row, strict=True):
            yield f"digit{digit}_seed{seed}_{i:05d}.png", [images.png(images.grid(tile[None]))]


def idx_entries(digits, count, seed, chosen):
    """Yields the names of MNIST's four files and their bytes, in pieces; format: yann.lecun.org/exdb/mnist.

    Digit d is drawn from the seed `seed + d`, so that no two digits share a z; t10k goes on where train ends.
    """
    seeds = [(seed + digit) % (sampling.MAX_SEED + 1) for digit in digits]
    for split, rows in (("train", range(count)), ("t10k", range(count, count + math.ceil(count / 6)))):
        labels = bytes(digits) * len(rows)
        yield f"{split}-labels-idx1-ubyte", [struct.pack(">2i", 0x801, len(labels)), labels]
        header = struct.pack(">4i", 0x803, len(labels), 28, 28)
        images = (block.numpy().tobytes() for block in blocks(digits, seeds, rows, chosen))
        yield f"{split}-images-idx3-ubyte", itertools.chain([header], images)


def zip_pieces(entries):
    """Yields the bytes of a .zip of `entries`, (name, pieces of bytes): for the same ones, the same."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, pieces in entries:
            with archive.open(zipfile.ZipInfo(name), "w") as file:  # dated 1980, always
                for piece in pieces:
                    file.write(piece)
                    yield pipe.take()
    yield pipe.take()


class _Pipe(io.RawIOBase):
    """What is written can be taken out at once, as no one seeks in it."""

    def __init__(self):
        self.pieces = []

    def writable(self):
        return True

    def write(self, piece):
        self.pieces.append(bytes(piece))
        return len(piece)

    def take(self):
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def write_idx(folder, digits, count, seed, chosen):
    """A data set in the four files of MNIST. Raises BadInput if the folder holds a data set already."""
    raw = folder / "MNIST" / "raw"
    if any(raw.glob("*-ubyte*")):
        raise BadInput(f"{raw} holds a data set already; choose another folder.")
    raw.mkdir(parents=True, exist_ok=True)
    for name, pieces in idx_entries(digits, count, seed, chosen):
        write_atomically(raw / name, b"".join(tqdm(pieces, name, unit=" blocks", disable=None)))


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
