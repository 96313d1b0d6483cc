"""Copy a run's weights to weights/, with the log and previews that the page shows of its training.

python -m cgan.measure.ship runs/compact compact    # weights/compact.safetensors, logs/ and previews/
python -m cgan.measure.ship runs/vae vae --half     # half the size, unless pixels would change visibly
"""

import json
import math
from io import BytesIO
from pathlib import Path

from PIL import Image

from cgan import weights
from cgan.cli import BadInput, command, friendly_errors
from cgan.files import write_atomically
from cgan.history import history
from cgan.measure import evaluate

FRAMES, FRAME = 60, (280, 140)  # previews at most, and the pixels kept: the first five of its ten rows


def parse_args(argv=None):
    parser = command(__doc__)
    parser.add_argument("run", type=Path, help="run folder")
    parser.add_argument("name", help="of the weights, without .safetensors")
    parser.add_argument("--half", action="store_true", help="store half precision")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    trained = weights.load(options.run)
    path = weights.SHIPPED / f"{options.name}.safetensors"
    temporary = path.with_suffix(".tmp")
    try:
        kept = trained.recipe, trained.network, trained.provenance, trained.directions
        weights.save(temporary, *kept, half=options.half)
        shipped = weights.load(temporary)
        if options.half:
            check(trained, shipped, options.run)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    for written in [path, *keep_history(options.run, options.name, shipped.id)]:
        print(f"{written}: {written.stat().st_size / 1e6:.2f} MB")


def check(whole, half, run):
    """Raise BadInput if a pixel of 1,000 pictures differs by more than 1 of 255."""
    a, b = (evaluate.draw(model, per_digit=100)[0].int() for model in (whole, half))
    difference = (a - b).abs().max().item()
    if difference > 1:
        raise BadInput(f"Pixels would differ by up to {difference} of 255; ship {run} without --half.")


def keep_history(run, name, id):
    """Write logs/NAME.json and previews/NAME.webp, the previews one below the other. Returns their paths."""
    log = {"id": id, **history(run)}
    every = math.ceil(len(log["previews"]) / FRAMES) or 1
    files = log["files"][::-1][::every][::-1]  # with the last one
    log["previews"] = log["previews"][::-1][::every][::-1]
    for key in ("age", "seconds_left", "files"):
        del log[key]
    strip = Image.new("L", (FRAME[0], FRAME[1] * len(files)))
    for i, file in enumerate(files):
        strip.paste(Image.open(run / file), (0, i * FRAME[1]))
    buffer = BytesIO()
    strip.save(buffer, "WEBP", quality=60, method=6)
    paths = weights.SHIPPED / "logs" / f"{name}.json", weights.SHIPPED / "previews" / f"{name}.webp"
    write_atomically(paths[0], (json.dumps(log) + "\n").encode())
    write_atomically(paths[1], buffer.getvalue())
    return paths


if __name__ == "__main__":
    with friendly_errors():
        main()
