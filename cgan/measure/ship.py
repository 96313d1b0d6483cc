"""Copy a run's weights to weights/, with the log and previews that the page shows of its training.

python -m cgan.measure.ship runs/compact compact    # weights/compact.safetensors, logs/ and previews/
python -m cgan.measure.ship runs/vae vae --half     # half the size, unless pixels would change visibly
"""

import json
from io import BytesIO
from pathlib import Path

from PIL import Image

from cgan import weights
from cgan.cli import command, friendly_errors, need
from cgan.files import write_atomically
from cgan.history import history
from cgan.measure.evaluate import draw

WIDTH, HEIGHT = 280, 140  # of a preview: the first five of its ten rows


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("run", type=Path, help="run folder")
    parser.add_argument("name", help="of the weights, without .safetensors")
    parser.add_argument("--half", action="store_true", help="store half precision")
    options = parser.parse_args(argv)
    trained = weights.load(options.run)
    path, temporary = (weights.SHIPPED / f"{options.name}.{end}" for end in ("safetensors", "tmp"))
    kept = trained.recipe, trained.network, trained.provenance, trained.directions
    try:
        digest = weights.save(temporary, *kept, half=options.half)
        if options.half:
            before, after = (
                draw(model, per_digit=100)[0].int() for model in (trained, weights.load(temporary))
            )
            furthest = (before - after).abs().max().item()
            need(
                furthest <= 1, f"Pixels would differ by {furthest} of 255; ship {options.run} without --half."
            )
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

    log = {"id": digest[:12], **history(options.run)}
    del log["age"], log["seconds_left"]
    files = log.pop("files")
    strip = Image.new("L", (WIDTH, HEIGHT * len(files)))  # one below the other
    for i, file in enumerate(files):
        strip.paste(Image.open(options.run / file), (0, i * HEIGHT))
    strip.save(webp := BytesIO(), "WEBP", quality=60, method=6)
    write_atomically(weights.SHIPPED / "logs" / f"{options.name}.json", (json.dumps(log) + "\n").encode())
    write_atomically(weights.SHIPPED / "previews" / f"{options.name}.webp", webp.getvalue())
    print(f"{path} has the weights {digest[:12]}, with a log and {len(files)} previews.")


if __name__ == "__main__":
    with friendly_errors():
        main()
