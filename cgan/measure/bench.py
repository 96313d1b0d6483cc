"""Measure speed: medians over several turns, and ratios within a turn, which a busy machine distorts less.

python -m cgan.measure.bench draw     # 64 pictures by each shipped generator, and a matrix product
python -m cgan.measure.bench train    # eight training steps of `report`, and of `compact` in each precision
python -m cgan.measure.bench start    # from launch to first picture, and the import of torch and gradio
python -m cgan.measure.bench page     # what visitors wait for: a slider in Chromium, 64 clients at once
python -m cgan.measure.bench site     # the page without a server, by request only; see bench_site.py
"""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.request import urlopen

import pandas as pd
import torch

from cgan import weights
from cgan.cli import add_threads, command, friendly_errors
from cgan.draw import images, sampling
from cgan.learn import recipes
from cgan.measure import results

TURNS = 9
PICTURE = "/gradio_api/digits/7.png?n=16&seed="
FETCH = "async (src) => Object.assign(new Image(), { src }).decode()"
SLIDE = """async (seed) => {
  const slider = document.querySelector("#draw-seed-bar input[type=range]");
  const shown = () => document.querySelector("#draw-picture img").src;
  const before = shown();
  slider.value = seed;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  while (shown() === before) await new Promise((next) => setTimeout(next));
  await new Promise(requestAnimationFrame);
}"""


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("what", nargs="?", choices=[*BENCHES, "site"], help="what to measure (default: all)")
    parser.add_argument("--keep", action="store_true", help="write the figures to weights/results.json")
    add_threads(parser)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    made = []
    for what in [options.what] if options.what else BENCHES:
        for line, measures in (BENCHES.get(what) or time_site)().items():
            made += results.make(measures, what="study", name="bench", setting=f"{what}: {line}")
    print(results.table(made, row="setting").to_string())
    if options.keep:
        results.keep(made)


def in_turns(functions):
    """Call each of a dict of functions in turn, TURNS times, after a warm-up turn that does not count.

    Returns, by name, the median in ms and the median ratio to the first function of the same turn.
    """
    turns = [{} for _ in range(TURNS + 1)]
    for turn in turns:
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            turn[name] = 1000 * (time.perf_counter() - start)
    ms = pd.DataFrame(turns[1:])  # a row for each turn, a column for each function
    ratios = ms.div(ms.iloc[:, 0], axis=0)
    return pd.DataFrame({"milliseconds": ms.median(), "ratio": ratios.median()}).to_dict("index")


def time_drawing():
    matrix = torch.rand(1024, 1024)
    functions = {"1024 x 1024 matrices": lambda: matrix @ matrix}
    for name, model in weights.load_generators([weights.SHIPPED]).items():
        functions[name] = lambda model=model: images.to_uint8(sampling.some(64, 0, model))
    return in_turns(functions)


def time_training():
    """Time eight steps of `report` and of `compact`, which computes its penalty in one; x is noise."""
    functions, rng, run_steps = {}, torch.Generator().manual_seed(0), 10**6
    for name, precision in (("report", "float32"), ("compact", "float32"), ("compact", "bfloat16")):
        recipe = recipes.build(name, seed=0, steps=run_steps, precision=precision)
        x = torch.rand(recipe.batch_size, 1, 28, 28, generator=rng) * 2 - 1
        y = torch.arange(len(x)) % 10

        def steps(recipe=recipe, x=x, y=y):
            for step in range(8):
                recipe.step(x, y, rng, step / run_steps)

        functions[f"8 steps of {name}" + ", bfloat16" * (precision == "bfloat16")] = steps
    return in_turns(functions)


def time_start():
    def app():
        with serving() as url:
            urlopen(url + PICTURE + "0").read()

    imports = [sys.executable, "-c", "import torch, gradio"]
    return in_turns({"import torch, gradio": lambda: subprocess.run(imports, check=True), "app.py": app})


def time_page():
    """Time a picture of 16 tiles in Chromium, by its address and by the slider, and 64 clients at once."""
    seeds = itertools.count(1000)
    with serving() as url, chromium() as browser, ThreadPoolExecutor(64) as pool:
        tab = browser.new_page()
        tab.goto(f"{url}/?digit=7&seed=0&n=16")
        tab.locator("#draw-picture img").wait_for()

        def visit(_):
            urlopen(f"{url}{PICTURE}{next(seeds)}").read()

        functions = {
            "address": lambda: tab.evaluate(FETCH, f"{PICTURE}{next(seeds)}"),
            "slider": lambda: tab.evaluate(SLIDE, next(seeds)),
            "64 clients": lambda: list(pool.map(visit, range(64))),
        }
        return in_turns(functions)


def time_site():
    """Time the page without a server on one core, which the browser and the Gradio page share."""
    from cgan.measure import bench_site

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    measured = {}
    with serving() as url, chromium() as browser, bench_site.prepared(browser, url, SLIDE) as groups:
        for functions in groups:
            measured |= in_turns(functions)
    return measured


@contextmanager
def chromium():
    from playwright.sync_api import sync_playwright  # from requirements-dev.txt

    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")  # None: Playwright's own
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


@contextmanager
def serving():
    """Run app.py; yield the URL of its page, and kill it afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    command = [sys.executable, results.ROOT / "app.py", "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()  # printed once it is serving
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


BENCHES = {"draw": time_drawing, "train": time_training, "start": time_start, "page": time_page}

if __name__ == "__main__":
    with friendly_errors():
        main()
