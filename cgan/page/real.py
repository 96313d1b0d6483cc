"""Real digits to compare with: the first 30 of each in MNIST's test set, not picked by hand.

python -m cgan.page.real --data data   # write cgan/page/real.png again: a row for each digit
"""

import functools
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cgan import images
from cgan.cli import command, friendly_errors
from cgan.files import write_atomically

SHEET = Path(__file__).parent / "real.png"
EACH = 30  # of a digit


@functools.cache
def pictures(digit):
    """Return the real pictures of a digit: uint8 (EACH, 28, 28)."""
    sheet = torch.from_numpy(np.array(Image.open(SHEET)))  # (280, EACH * 28)
    return sheet.view(10, 28, EACH, 28)[digit].transpose(0, 1)


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("--data", default="data", help="folder of MNIST (default: %(default)s)")
    options = parser.parse_args(argv)
    from cgan import data  # here, as the page imports this module and does not need torchvision

    tiles, labels = data.load(options.data, train=False)
    first = [i for digit in range(10) for i in (labels == digit).nonzero()[:EACH, 0].tolist()]
    write_atomically(SHEET, images.png(images.grid(tiles[first], EACH)))
    print(SHEET)


if __name__ == "__main__":
    with friendly_errors():
        main()
