"""Measure speed: medians over several turns, and ratios within a turn, which a busy machine distorts less.

python -m cgan.measure.bench draw     # 64 pictures by each shipped generator, beside a matrix product
python -m cgan.measure.bench train    # a training step of each GAN
python -m cgan.measure.bench start    # from launch to first picture, beside an empty Gradio page
python -m cgan.measure.bench page     # what visitors wait for, one or 64 of them (visits.py)
"""

import re
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import torch

from cgan import images, recipes, sampling, weights
from cgan.cli import add_threads, command, friendly_errors, integer
from cgan.measure import records

PICTURE = "/gradio_api/digits/7.png?n=64&seed="
EMPTY_PAGE = """
import torch, gradio
with gradio.Blocks(analytics_enabled=False) as demo: pass
print("The page is at", demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)[1], flush=True)
demo.block_thread()
"""


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("what", nargs="?", choices=BENCHES, help="(default: all)")
    parser.add_argument("--repeat", type=integer(2, 1000), default=9, help="number of turns (default: 9)")
    parser.add_argument("--keep", action="store_true", help="write the figures to weights/results.json")
    add_threads(parser)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    made = []
    for what in [options.what] if options.what else BENCHES:
        for line, measures in BENCHES[what](options.repeat).items():
            made += records.make(measures, "study", "bench", setting=f"{what}: {line}")
    print(records.table(made, row="setting").to_string())
    if options.keep:
        records.keep(made)


def in_turns(functions, repeat):
    """Call each of a dict of functions, one after the other, `repeat` times after a turn that does not count.

    Returns, by name, the median in ms and the median ratio to the first function of the same turn.
    """
    turns = {name: [] for name in functions}
    for _ in range(repeat + 1):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            turns[name].append(1000 * (time.perf_counter() - start))
    first, rows = next(iter(turns.values())), {}
    for name, ms in turns.items():
        ratios = [own / others for own, others in zip(ms[1:], first[1:], strict=True)]
        rows[name] = {"milliseconds": statistics.median(ms[1:]), "ratio": statistics.median(ratios)}
    return rows


def draw(repeat):
    matrix, functions = torch.rand(1024, 1024), {}
    functions["1024 x 1024 matrices"] = lambda: matrix @ matrix
    for name, model in weights.load_generators([weights.SHIPPED]).items():
        functions[name] = lambda model=model: images.to_uint8(sampling.some(64, 0, model))
    return in_turns(functions, repeat)


def train(repeat):
    """Time a step of each GAN at its own batch size. The time does not depend on x, so noise will do."""
    functions, rng = {}, torch.Generator().manual_seed(0)
    for name in ("report", "compact"):
        recipe = recipes.build(name, seed=0, steps=10**6)
        x = torch.rand(recipe.batch_size, 1, 28, 28, generator=rng) * 2 - 1
        y = torch.arange(len(x)) % 10
        functions[name] = lambda recipe=recipe, x=x, y=y: recipe.step(x, y, rng, 0.0)
    return in_turns(functions, repeat)


def start(repeat):
    """Time the launch of app.py until its first picture, beside that of torch, gradio and an empty page."""

    def launch(address, *arguments):
        with serving(*arguments) as url:
            urlopen(url + address).read()

    return in_turns(
        {
            "torch, gradio, empty page": lambda: launch("/", "-c", EMPTY_PAGE),
            "app.py": lambda: launch(PICTURE + "0", "app.py", "--port", free_port()),
        },
        repeat,
    )


def page(repeat):
    from cgan.measure import visits  # the only one that needs Playwright

    with serving("app.py", "--port", free_port()) as url:
        return visits.measure(url, repeat)


@contextmanager
def serving(*arguments):
    """Run Python with these arguments; yield the URL that it prints, and kill it afterwards."""
    folder = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S*", process.stdout.readline())[0].rstrip("/")
    finally:
        process.kill()
        process.communicate()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


BENCHES = {"draw": draw, "train": train, "start": start, "page": page}

if __name__ == "__main__":
    with friendly_errors():
        main()
