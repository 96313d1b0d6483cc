"""Measure speed: medians over several turns, and ratios within a turn, as a busy machine slows both sides.

python -m cgan.measure.bench draw     # 64 pictures by each shipped generator, beside a matrix product
python -m cgan.measure.bench train    # a training step of each GAN
python -m cgan.measure.bench start    # from launch to first picture, beside an empty Gradio page
python -m cgan.measure.bench page     # what visitors wait for, one or 64 of them (needs Playwright)
"""

import http.client
import re
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import torch

from cgan import images, recipes, sampling, weights
from cgan.cli import add_threads, command, friendly_errors, integer
from cgan.measure import records

ROOT = Path(__file__).parents[2]
PICTURE = "/gradio_api/digits/7.png?seed={}&n=64"
EMPTY_PAGE = """
import torch, gradio
with gradio.Blocks(analytics_enabled=False) as demo: pass
print("The page is at", demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)[1], flush=True)
demo.block_thread()
"""


def parse_args(argv=None):
    parser = command(__doc__)
    parser.add_argument("what", nargs="*", choices=[*MEASURES, []], help="(default: all)")
    parser.add_argument("--repeat", type=integer(1, 1000), default=9, help="number of turns (default: 9)")
    parser.add_argument("--keep", action="store_true", help="write the figures to weights/results.json")
    add_threads(parser)
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    made = []
    for what in options.what or MEASURES:
        for line, measures in MEASURES[what](options.repeat).items():
            spread = {"milliseconds": measures.pop("spread")} if "spread" in measures else None
            made += records.make(measures, "study", "bench", setting=f"{what}: {line}", spread=spread)
    print(records.table(made, row="setting").to_string())
    if options.keep:
        records.keep(made)


def in_turns(functions, repeat):
    """Call each of a dict of functions, one after the other, `repeat` times after a turn that does not count.

    Returns, by name, the median and standard deviation in ms, and the median ratio to the first of the turn.
    """
    turns = []
    for _ in range(repeat + 1):
        turns.append({})
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            turns[-1][name] = 1000 * (time.perf_counter() - start)
    return summary(turns[1:])


def summary(turns):
    """Summarise turns, a list of {name: ms}."""
    first, rows = next(iter(turns[0])), {}
    for name in turns[0]:
        ms = [turn[name] for turn in turns]
        rows[name] = {
            "milliseconds": statistics.median(ms),
            "spread": statistics.stdev(ms) if len(ms) > 1 else 0,
            "ratio": statistics.median(turn[name] / turn[first] for turn in turns),
        }
    return rows


def matrix_product():
    matrix = torch.rand(1024, 1024)
    return {"1024 x 1024 matrices": lambda: matrix @ matrix}


def drawings(models):
    """Return, for each model by its name, a function that draws 64 pictures, from z to pixels."""
    return {
        name: lambda model=model: images.to_uint8(sampling.some(64, 0, model))
        for name, model in models.items()
    }


def draw(repeat):
    return in_turns({**matrix_product(), **drawings(weights.load_generators([weights.SHIPPED]))}, repeat)


def train(repeat):
    """Time a step of each GAN at its own batch size. The time does not depend on x, so noise will do."""
    functions, rng = matrix_product(), torch.Generator().manual_seed(0)
    for name in ("report", "compact"):
        recipe = recipes.build(name, seed=0, steps=10**6)
        x = torch.rand(recipe.batch_size, 1, 28, 28, generator=rng) * 2 - 1
        y = torch.arange(len(x)) % 10
        functions[name] = lambda recipe=recipe, x=x, y=y: recipe.step(x, y, rng, 0.0)
    return in_turns(functions, repeat)


def start(repeat):
    """Time the launch of app.py until its first picture, beside that of torch, gradio and an empty page."""
    turns = []
    for _ in range(repeat):
        turns.append({})
        app = "app.py", "--port", str(free_port())
        for name, (arguments, address) in {
            "torch, gradio, empty page": (("-c", EMPTY_PAGE), "/"),
            "app.py": (app, PICTURE.format(0)),
        }.items():
            began = time.perf_counter()
            with serving(*arguments) as url:
                get(url, address)
                turns[-1][name] = 1000 * (time.perf_counter() - began)  # without its end
    return summary(turns)


def page(repeat):
    from cgan.measure import visits  # the only one that needs Playwright

    with serving("app.py", "--port", str(free_port())) as url:
        return visits.measure(url, repeat)


@contextmanager
def serving(*arguments):
    """Run Python with these arguments; yields the URL that it prints, and ends it afterwards."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S*", process.stdout.readline())[0].rstrip("/")
    finally:
        process.terminate()
        process.communicate()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def get(url, address):
    """GET an address that must be there; return the seconds that it took."""
    connection = http.client.HTTPConnection(url.split("/")[2], timeout=60)
    began = time.perf_counter()
    connection.request("GET", address)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, f"{address}: {answer.status}"
    connection.close()
    return time.perf_counter() - began


MEASURES = {"draw": draw, "train": train, "start": start, "page": page}

if __name__ == "__main__":
    with friendly_errors():
        main()
