"""Copy a run's weights to weights/, with the log and previews that the page shows of its training.

python -m cgan.measure.ship runs/compact compact    # weights/compact.safetensors, logs/ and previews/
python -m cgan.measure.ship runs/vae vae --half     # half the size, unless pixels would change visibly
"""

import copy
import dataclasses
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
    parser.add_argument("name", help="name of the weights, without .safetensors")
    parser.add_argument("--half", action="store_true", help="store half precision")
    options = parser.parse_args(argv)
    trained, run = weights.load(options.run), history(options.run)
    if options.half:
        rounded = dataclasses.replace(trained, network=copy.deepcopy(trained.network).half().float())
        before, after = (draw(model, per_digit=100)[0].int() for model in (trained, rounded))
        furthest = (before - after).abs().max()
        need(furthest <= 1, f"Pixels would differ by {furthest} of 255; ship {options.run} without --half.")

    previews = Image.new("L", (WIDTH, HEIGHT * len(run["files"])))  # one below the other
    for i, file in enumerate(run["files"]):
        previews.paste(Image.open(options.run / file), (0, i * HEIGHT))
    previews.save(webp := BytesIO(), "WEBP", quality=60, method=6)
    path, kept = weights.SHIPPED / f"{options.name}.safetensors", (trained.provenance, trained.directions)
    digest = weights.save(path, trained.recipe, trained.network, *kept, half=options.half)
    log = {name: run[name] for name in run if name not in ("age", "seconds_left", "files")}
    log = json.dumps({"id": digest[:12], **log}) + "\n"
    write_atomically(weights.SHIPPED / "logs" / f"{options.name}.json", log.encode())
    write_atomically(weights.SHIPPED / "previews" / f"{options.name}.webp", webp.getvalue())
    print(f"{path} has the weights {digest[:12]}, with a log and {len(run['files'])} previews.")


if __name__ == "__main__":
    with friendly_errors():
        main()
