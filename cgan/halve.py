"""Copy weights in half precision: a file of half the size, if nobody can see the difference.

python -m cgan.halve runs/vae weights/vae.safetensors
"""

from pathlib import Path

from cgan import evaluate, weights
from cgan.errors import BadInput, exit_with_a_sentence
from cgan.options import command


def parse_args(argv=None):
    parser = command(__doc__)
    parser.add_argument("file", type=Path, help="weights file, or run folder")
    parser.add_argument("out", type=Path, help="weights file to write")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    whole = weights.load(options.file)
    temporary = options.out.with_name(options.out.name + ".half.tmp")
    try:
        weights.save(temporary, whole.model, whole.network, whole.provenance, half=True)
        a, b = (evaluate.draw(w, per_digit=100)[0].int() for w in (whole, weights.load(temporary)))
        evaluate.progress("")
        furthest = (a - b).abs().max().item()
        if furthest > 1:
            raise BadInput(f"Pixels would differ by up to {furthest} of 255; ship {options.file} as it is.")
        temporary.replace(options.out)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"Pixels of 1,000 pictures differ by up to {furthest} of 255: {options.out}")


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
