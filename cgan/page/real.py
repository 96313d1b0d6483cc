"""The real digits that the page compares with: the first 30 of each in MNIST's test set, none picked by hand.

python -m cgan.page.real --data data   # writes cgan/page/real.png anew: a row for each digit
"""

import functools
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cgan.cli import command, friendly_errors
from cgan.files import write_atomically

SHEET = Path(__file__).parent / "real.png"
EACH = 30  # of a digit


@functools.cache
def pictures(digit):
    """The real pictures of a digit: uint8 (EACH, 28, 28)."""
    sheet = torch.from_numpy(np.array(Image.open(SHEET)))  # (280, EACH * 28)
    return sheet.view(10, 28, EACH, 28)[digit].transpose(0, 1)


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("--data", default="data", help="folder of MNIST (default: %(default)s)")
    options = parser.parse_args(argv)
    from cgan import data  # here: the page imports this file, too, and has no need of torchvision

    images, labels = data.load(options.data, train=False)
    first = [i for digit in range(10) for i in (labels == digit).nonzero()[:EACH, 0].tolist()]
    write_atomically(SHEET, images.png(images.grid(images[first], EACH)))
    print(SHEET)


if __name__ == "__main__":
    with friendly_errors():
        main()
