"""Draw digits into a file.

    python -m cgan.generate --digit 7 --seed 6 --count 64 --out seven.png  # one picture of 64 tiles
    python -m cgan.generate --text 2026-11-25 --natural --out date.png     # handwriting
    python -m cgan.generate --like my_three.png --digit 3 --out ten.png    # all ten digits in your hand
    python -m cgan.generate --text 2026-11-25 --out date.svg               # as outlines, sharp at any size
    python -m cgan.generate --seed 13 --font hand.ttf --name "My hand"     # a font, each digit in four forms
    python -m cgan.generate --count 20 --out digits.zip                    # 200 pictures, in folders 0 to 9
    python -m cgan.generate --count 6000 --idx generated                   # a labelled set like MNIST
    python -m cgan.generate --writers 300 --idx generated                  # ten of each digit by 300 hands

Read the set with torchvision.datasets.MNIST("generated"): 10 x COUNT training pictures and a sixth as many
test pictures, or WRITERS and a sixth as many further writers.
"""

import re
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from cgan import weights
from cgan.cli import command, friendly_errors, integer, need
from cgan.draw import drawings, font, hands, images, ink, sampling, sets, writing
from cgan.draw.fit import fit
from cgan.files import write_atomically

SUFFIXES = {"out": [".png", ".svg", ".zip"], "font": [".ttf", ".woff2"]}
PNG, SVG, ZIP, IDX, FONT = "--out FILE.png", "--out FILE.svg", "--out FILE.zip", "--idx DIR", "--font FILE"
NEEDS = {  # option: what it can be used with; --digit and --seed go with all
    **dict.fromkeys(["text", "natural"], [PNG, SVG]),
    **dict.fromkeys(["hand", "like"], [PNG, SVG, FONT]),
    **dict.fromkeys(["background", "scale"], [PNG]),
    "count": [PNG, SVG, ZIP, IDX],
    "writers": [ZIP, IDX],
    "name": [FONT],
}
SET_SIZE = 60_000  # pictures of each digit, at most


def parse_args(argv=None):
    parser = command(__doc__)
    add = parser.add_argument
    add("--digit", type=sets.digit_range, help="a digit, or a range such as 0-9 (default: 0-9)")
    add("--text", help="a number, date or sum to write instead")
    turns = {"nargs": "?", "const": 0, "type": integer(0, hands.MAX_TURN), "metavar": "TURN"}
    add("--natural", **turns, help="vary the digits of --text as people do; each TURN varies them anew")
    add("--seed", type=integer(0, hands.MAX_SEED), help="0 to 4294967295 (default: random)")
    add("--hand", metavar="CODE", help="draw in this hand (z= in a link) instead of a seed's")
    add("--like", type=Path, metavar="FILE", help="draw in the hand fitted to this picture of --digit")
    add("--count", type=integer(1, SET_SIZE), help="pictures of each digit (default: 10)")
    add(
        "--writers",
        type=integer(1, SET_SIZE),
        metavar="N",
        help="of a set: --count of each digit by N hands each",
    )
    transparent = "programs that drop its alpha show a transparent one all black"
    add("--background", choices=images.BACKGROUNDS, help=f"of a .png (default: black); {transparent}")
    add("--scale", type=integer(1, images.MAX_SCALE), help="enlarge a .png 1 to 8 times")
    add("--name", type=font.check_name, help="of a font, as programs list it")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="FILE", help="a .png or .svg, or a .zip with a .png each")
    where.add_argument("--font", type=Path, metavar="FILE", help="the hand as a font, .ttf or .woff2")
    where.add_argument("--idx", type=Path, metavar="DIR", help="write a labelled set to DIR/MNIST/raw")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", default=weights.DEFAULT, help="shipped weights (default: %(default)s)")
    which.add_argument("--weights", type=Path, metavar="FILE", help="your own weights file or run folder")
    return parser.parse_args(joined(sys.argv[1:] if argv is None else argv, "--text", "--hand", "--name"))


def joined(argv, *names):
    """Join these options to a value that begins with a minus sign; argparse would take it for an option."""
    words = []
    for word in argv:
        is_value = word.startswith("-") and not re.fullmatch("--[a-z]+(=.*)?", word)
        if words and words[-1] in names and is_value:
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def check(options):
    """Raise BadInput if the options do not go together."""
    kind = IDX
    for name, suffixes in SUFFIXES.items():
        if path := getattr(options, name):
            is_known = path.suffix.lower() in suffixes
            need(is_known, f"--{name} must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}, not {path}.")
            need(path.parent.is_dir(), f"There is no folder {path.parent} to write to.")
            kind = FONT if name == "font" else f"--out FILE{path.suffix.lower()}"
    for name, kinds in NEEDS.items():
        need(getattr(options, name) is None or kind in kinds, f"--{name} needs {' or '.join(kinds)}.")
    one_hand, many = options.hand or options.like, options.seed is not None or options.count
    need(not (one_hand and many), "--hand and --like draw each digit once; leave out --seed and --count.")
    chosen = options.count or (options.digit and not options.like)  # with --like, --digit is the picture's
    of_text = "--text has its own digits, each once; leave out --digit and --count."
    need(options.text is None or not chosen, of_text)
    need(kind != FONT or not chosen, "A font has all digits; leave out --digit.")
    need(
        options.natural is None or options.text is not None,
        "--natural varies the digits of --text; give one.",
    )
    if options.writers:
        total = options.writers * (options.count or 10)
        need(total <= SET_SIZE, f"--writers times --count must be at most {SET_SIZE:,}, not {total:,}.")
    if options.like:
        is_alone = options.digit and len(options.digit) == 1 and not options.hand
        need(is_alone, "--like FILE needs --digit D, the digit in the picture, and no --hand.")


def main(argv=None):
    options = parse_args(argv)
    check(options)
    model = sampling.conditional(options.weights or options.model)
    if options.like:
        z = fit(model, drawings.from_image(options.like)[None], options.digit)
        options.hand, options.digit = hands.encode(z), None
    elif options.seed is None and not options.hand:
        options.seed = sampling.random_seed()
    digits, count = options.digit or range(10), options.count or 10
    planned = digits, count, options.seed, model, options.writers
    path, note = options.out or options.idx or options.font, ""
    suffix = path.suffix.lower()
    if options.idx:
        sets.write_idx(path, tqdm(sets.idx_entries(*planned), unit=" files", disable=None))
    elif suffix == ".zip":
        entries = tqdm(sets.png_entries(*planned), unit=" pictures", disable=None)
        write_atomically(path, sets.zip_bytes(entries))
    elif options.font:
        z = hands.choose(model, options.seed, z=options.hand)[0]
        data, note = font.make_font(model, z, options.name, woff2=suffix == ".woff2")
        write_atomically(path, data)
    elif suffix == ".svg":
        placed, width, height = draw_outlines(options, digits, count, model)
        note = ink.too_faint(placed)
        write_atomically(path, ink.svg(placed, width, height))
    else:
        picture = draw_picture(options, digits, count, model)
        picture = images.on_background(picture, options.background or "black", options.scale or 1)
        write_atomically(path, images.png(picture))
    drawn_from = f"hand {options.hand}" if options.hand else f"seed {options.seed}"
    print(f"Drawn by {model.recipe} {model.id} from {drawn_from}: {path}", note, sep="\n" * bool(note))


def draw_picture(options, digits, count, model):
    """Draw the text, or a grid with a column for each digit, as a mode L image."""
    if options.text is not None:
        return writing.write(options.text, model, text_hands(options, model))
    return images.grid(tiles(options, digits, count, model), len(digits) if len(digits) > 1 else None)


def draw_outlines(options, digits, count, model):
    """Draw the same as outlines: the arguments of `ink.svg`."""
    if options.text is not None:
        return writing.outlines(options.text, model, text_hands(options, model))
    pictures = tiles(options, digits, count, model)
    names = [*digits] * (len(pictures) // len(digits))
    return ink.grid(names, pictures.numpy(), len(digits) if len(digits) > 1 else None)


def text_hands(options, model):
    n, variation = writing.count_digits(options.text), "one" if options.natural is None else "natural"
    chosen = {"seed": options.seed, "z": options.hand, "count": n, "turn": options.natural or 0}
    return hands.choose(model, **chosen, variation=variation)


def tiles(options, digits, count, model):
    """Draw each of the digits once by the hand, or `count` times by those of the seed: uint8 (n, 28, 28)."""
    if options.hand:
        return images.to_uint8(sampling.generate(digits, weights=model, hand=options.hand))
    plan = sets.by_seeds([options.seed] * len(digits), range(count), digits, model)
    return torch.cat([*tqdm(sets.drawn(model, *plan), disable=None)])


if __name__ == "__main__":
    with friendly_errors():
        main()
