"""Draw digits into a file.

    python -m cgan.generate --digit 7 --seed 6 --count 64 --out seven.png    # one picture of 64 tiles
    python -m cgan.generate --digit 0-9 --count 20 --out digits.zip          # 200 pictures, a file each
    python -m cgan.generate --count 6000 --idx generated                     # a labelled set, in MNIST format
    python -m cgan.generate --text 2026-11-25 --out date.png                 # handwriting
    python -m cgan.generate --like my_three.png --digit 3 --out ten.png      # all ten digits in your hand

Read the set with torchvision.datasets.MNIST("generated"): 10 x COUNT training pictures and a sixth as many
test pictures.
"""

from pathlib import Path

import torch
from tqdm import tqdm

from cgan import weights
from cgan.cli import command, friendly_errors, integer, need
from cgan.draw import drawings, hands, images, sampling, sets, writing
from cgan.draw.fit import fit
from cgan.files import write_atomically


def parse_args(argv=None):
    parser = command(__doc__)
    add = parser.add_argument
    add("--digit", type=sets.digit_range, help="a digit, or a range such as 0-9 (default: 0-9)")
    add("--text", help="a number, date or sum to write instead")
    add("--seed", type=integer(0, hands.MAX_SEED), help="0 to 4294967295 (default: random)")
    add("--hand", metavar="CODE", help="draw in this hand (z= in a link) instead of a seed's")
    add("--like", type=Path, metavar="FILE", help="draw in the hand fitted to this picture of --digit")
    add("--count", type=integer(1, 60_000), help="pictures of each digit (default: 10)")
    add("--background", choices=images.BACKGROUNDS, default="black", help="background of a .png")
    add("--scale", type=integer(1, images.MAX_SCALE), default=1, help="enlarge a .png 1 to 8 times")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="FILE", help=".png of all tiles, or .zip with a .png each")
    where.add_argument("--idx", type=Path, metavar="DIR", help="write a labelled set to DIR/MNIST/raw")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", default=weights.DEFAULT, help="shipped weights (default: %(default)s)")
    which.add_argument("--weights", type=Path, metavar="FILE", help="your own weights file or run folder")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    is_png = options.out is not None and options.out.suffix == ".png"
    if options.out:
        need(options.out.suffix in (".png", ".zip"), f"--out must end in .png or .zip, not {options.out}.")
        need(options.out.parent.is_dir(), f"There is no folder {options.out.parent} to write to.")
    one_hand, many = options.hand or options.like, options.seed is not None or options.count
    is_plain = options.text is None and options.scale == 1 and options.background == "black"
    for_png = "--text, --hand, --like, --scale and --background need --out FILE.png."
    need(is_png or (is_plain and not one_hand), for_png)
    need(not (one_hand and many), "--hand and --like draw each digit once; leave out --seed and --count.")
    chosen = options.count or (options.digit and not options.like)  # with --like, --digit is the picture's
    of_text = "--text has its own digits, each once; leave out --digit and --count."
    need(options.text is None or not chosen, of_text)
    model = sampling.conditional(options.weights or options.model)
    seed = sampling.random_seed() if options.seed is None else options.seed
    digits, count = options.digit or range(10), options.count or 10
    if options.like:
        is_alone = len(digits) == 1 and not options.hand
        need(is_alone, "--like FILE needs --digit D, the digit in the picture, and no --hand.")
        z = fit(model, drawings.from_image(options.like)[None], digits)
        options.hand, digits = hands.encode(z), range(10)

    if options.idx:
        sets.write_idx(options.idx, digits, count, seed, model)
    elif not is_png:
        entries = tqdm(sets.png_entries(digits, count, seed, model), unit=" pictures", disable=None)
        write_atomically(options.out, sets.zip_bytes(entries))
    else:
        image = draw_picture(options, digits, count, seed, model)
        image = images.enlarge(images.on_background(image, options.background), options.scale)
        write_atomically(options.out, images.png(image))
    drawn_from = f"hand {options.hand}" if options.hand else f"seed {seed}"
    print(f"Drawn by {model.recipe} {model.id} from {drawn_from}: {options.out or options.idx}")


def draw_picture(options, digits, count, seed, model):
    """Draw the text, or a grid with a column for each digit, as a mode L image."""
    if options.text is not None:
        z = hands.decode(options.hand, model.z_dim)[None] if options.hand else None
        return writing.write(options.text, model, hands.seeded(seed, [0], model.z_dim) if z is None else z)
    if options.hand:
        tiles = images.to_uint8(sampling.generate(digits, weights=model, hand=options.hand))
    else:
        drawn = sets.blocks(digits, [seed] * len(digits), range(count), model)
        tiles = torch.cat([*tqdm(drawn, disable=None)])
    return images.grid(tiles.view(-1, 28, 28), len(digits) if len(digits) > 1 else None)


if __name__ == "__main__":
    with friendly_errors():
        main()
