"""Draw digits into a file.

    python -m cgan.generate --digit 7 --seed 42 --count 64 --out seven.png   # one picture of 64 tiles
    python -m cgan.generate --digit 0-9 --count 20 --out digits.zip          # 200 pictures, one file each
    python -m cgan.generate --count 6000 --idx generated                     # labelled, in MNIST's format

Read the last with torchvision.datasets.MNIST("generated"): it has 10 x COUNT pictures to train on, and a
sixth as many to test on.
"""

import argparse
import io
import math
import re
import struct
import zipfile
from pathlib import Path

from cgan import render, sampling, weights
from cgan.errors import BadInput, exit_with_a_sentence, whole_number_option
from cgan.files import write_atomically

import torch
from tqdm import tqdm


def parse_args(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
    else:
        tiles = draw(digits, [seed] * len(digits), count, chosen)
        if options.out.suffix == ".png":
            columns = len(digits) if len(digits) > 1 else None
            content = render.png(render.grid(tiles.flatten(0, 1), columns))
        else:
            content = zip_of_pngs(tiles, digits, seed)
        write_atomically(options.out, content)
    print(f"Drawn by {chosen.model} {chosen.id}: {options.out or options.idx}")


def draw(digits, seeds, count, chosen):
    """uint8 (count, digits, 28, 28): tile [i, j] is picture i of digits[j], from seeds[j]."""
    columns = [
        render.to_uint8(sampling.generate([digit] * count, seed, chosen))
        for digit, seed in tqdm([*zip(digits, seeds, strict=True)], unit=" digits", disable=None)
    ]
    return torch.stack(columns, dim=1)


def zip_of_pngs(tiles, digits, seed):
    """The bytes of a .zip with a digitD_seedS_INDEX.png for each tile; the same tiles give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i, row in enumerate(tiles):
            for digit, tile in zip(digits, row, strict=True):
                entry = zipfile.ZipInfo(f"digit{digit}_seed{seed}_{i:05d}.png")  # dated 1980, always
                archive.writestr(entry, render.png(render.grid(tile[None])))
    return buffer.getvalue()


def write_idx(folder, digits, count, seed, chosen):
    """A data set in the four files of MNIST; format: yann.lecun.org/exdb/mnist.

    Digit d is drawn from the seed `seed + d`, so that no two digits share a z; t10k goes on where train ends.
    Raises BadInput if the folder holds a data set already.
    """
    raw = folder / "MNIST" / "raw"
    if any(raw.glob("*-ubyte*")):
        raise BadInput(f"{raw} holds a data set already; choose another folder.")
    raw.mkdir(parents=True, exist_ok=True)
    seeds = [(seed + digit) % (sampling.MAX_SEED + 1) for digit in digits]
    tiles = draw(digits, seeds, count + math.ceil(count / 6), chosen)
    for split, part in (("train", tiles[:count]), ("t10k", tiles[count:])):
        images = part.flatten(0, 1).numpy()
        labels = bytes(digits) * len(part)
        write_atomically(raw / f"{split}-labels-idx1-ubyte", struct.pack(">2i", 0x801, len(labels)) + labels)
        header = struct.pack(">4i", 0x803, *images.shape)
        write_atomically(raw / f"{split}-images-idx3-ubyte", header + images.tobytes())


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
