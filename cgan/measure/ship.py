"""Copy a run's weights to weights/, with the log and previews that the page shows of its training.

python -m cgan.measure.ship runs/compact compact    # weights/compact.safetensors, logs/ and previews/
"""

import json
from io import BytesIO
from pathlib import Path

from PIL import Image

from cgan import weights
from cgan.cli import command, friendly_errors
from cgan.files import write_atomically
from cgan.learn.history import history

WIDTH, HEIGHT = 280, 140  # of a preview: the first five of its ten rows


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("run", type=Path, help="run folder")
    parser.add_argument("name", help="name of the weights, without .safetensors")
    options = parser.parse_args(argv)
    trained, run = weights.load(options.run), history(options.run)

    previews = Image.new("L", (WIDTH, HEIGHT * len(run["files"])))  # one below the other
    for i, file in enumerate(run["files"]):
        previews.paste(Image.open(options.run / file), (0, i * HEIGHT))
    previews.save(webp := BytesIO(), "WEBP", quality=60, method=6)

    log = {name: run[name] for name in run if name not in ("age", "seconds_left", "files")}
    log = json.dumps({"id": trained.id, **log}) + "\n"
    path = weights.SHIPPED / f"{options.name}.safetensors"
    write_atomically(path, (options.run / weights.IN_RUN).read_bytes())
    write_atomically(weights.SHIPPED / "logs" / f"{options.name}.json", log.encode())
    write_atomically(weights.SHIPPED / "previews" / f"{options.name}.webp", webp.getvalue())
    print(f"{path} has the weights {trained.id}, with a log and {len(run['files'])} previews.")


if __name__ == "__main__":
    with friendly_errors():
        main()
