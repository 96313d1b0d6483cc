"""Copy a run's weights to where the page finds them, with what it shows of the training: losses and previews.

python -m cgan.measure.ship runs/compact weights/compact.safetensors
python -m cgan.measure.ship runs/vae weights/vae.safetensors --half   # half the size, if nobody can see it
"""

from pathlib import Path

from cgan import weights
from cgan.cli import BadInput, command, exit_with_a_sentence
from cgan.measure import evaluate
from cgan.page import learned


def parse_args(argv=None):
    parser = command(__doc__)
    parser.add_argument("run", type=Path, help="run folder, or a weights file")
    parser.add_argument("out", type=Path, help="weights file to write; its log and previews go beside it")
    parser.add_argument("--half", action="store_true", help="store half precision")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    whole = weights.load(options.run)
    temporary = options.out.with_name(options.out.name + ".new.tmp")
    try:
        weights.save(temporary, whole.recipe, whole.network, whole.provenance, whole.directions, options.half)
        if options.half:
            check(whole, weights.load(temporary), options.run)
        temporary.replace(options.out)
    finally:
        temporary.unlink(missing_ok=True)
    for path in [options.out, *learned.keep(options.run, options.out)]:
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def check(whole, half, name):
    """Raises BadInput if a pixel of 1,000 pictures differs by more than 1 of 255."""
    a, b = (evaluate.draw(w, per_digit=100)[0].int() for w in (whole, half))
    evaluate.progress("")
    furthest = (a - b).abs().max().item()
    if furthest > 1:
        raise BadInput(f"Pixels would differ by up to {furthest} of 255; ship {name} without --half.")
    print(f"Pixels of 1,000 pictures differ by up to {furthest} of 255.")


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
