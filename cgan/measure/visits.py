"""Visitors of the page, one or many, and what they wait for: for `python -m cgan.measure.bench page` and tests."""

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from cgan import images, sampling

CLIENTS = 64
FOLDER = Path(__file__).resolve().parents[2]
PICTURE = "/gradio_api/digits/7.png?seed={}&n=64"
EMPTY_PAGE = """
import torch, gradio
with gradio.Blocks(analytics_enabled=False) as demo: pass
print("The page is at", demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)[1], flush=True)
demo.block_thread()
"""
# The page whose picture is the same each time, and there already.
READY_PAGE = """
import sys
from cgan.page import routes
import app
shipped = routes.weights_files.shipped()
ready = {n: routes.digits_png(shipped, {"digit": "7", "n": n}) for n in ("16", "64")}
routes.digits_png = lambda weights, asked: ready[asked["n"]]
app.main(sys.argv[1:])
"""
TRAINING = """
import sys, torch
from cgan.measure import bench
from cgan import recipes
torch.set_num_threads(int(sys.argv[1]))
recipe, batch = recipes.build("compact", 0, steps=10**6), bench.batch(bench.parse_args([]), "compact")
print("A step at a time: http://", flush=True)
while True: recipe.step(*batch)
"""
# Presses Randomize, and gives the ms until the browser has shown the new picture.
CLICK = """() => new Promise((done) => {
  const start = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  }).observe(document.querySelector("#picture"), { childList: true, subtree: true });
  document.querySelector("#randomize").click();
})"""


@contextmanager
def serving(*arguments):
    """Start Python with these arguments; (URL, process) once it says where it serves. Ended afterwards."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=FOLDER, stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S*", process.stdout.readline())[0], process
    finally:
        process.terminate()
        process.communicate()


def serving_app(*script):
    """The same of the page at a free port, or of a script that takes app.py's options."""
    return serving(*(script or ["app.py"]), "--port", str(free_port()))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def get(url, addresses, clients=1):
    """GET each address, by so many clients at once: a list of (address, status, body, seconds)."""
    left, answers = deque(addresses), []

    def visit(_):
        connection = http.client.HTTPConnection(url.split("/")[2], timeout=60)
        while left:
            try:
                address = left.popleft()
            except IndexError:  # another client was faster
                break
            start = time.perf_counter()
            connection.request("GET", address)
            answer = connection.getresponse()
            answers.append((address, answer.status, answer.read(), time.perf_counter() - start))
        connection.close()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(visit, range(clients)))
    return answers


def cpu_seconds(process):
    """The work of a process until now, in all its threads. On Linux."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def draw(seed):
    return images.to_uint8(sampling.generate([7] * 64, seed))


def page(options):
    """What a click, an address and 64 clients at once take, beside what drawing alone does."""
    rows = clicks((16, 64), options.repeat)
    with serving_app() as (url, process):
        get(url, [PICTURE.format(seed) for seed in range(4)])
        rows["an address"] = one_by_one(url, process, options.repeat)
        rows[f"{CLIENTS} clients"] = at_once(url, options)
        alone = waits(url, options.repeat)
        with serving("-c", TRAINING, str(options.threads)):
            beside = waits(url, options.repeat)
        rows["a training beside"] = {
            "ms": alone["median"],
            "beside_ms": beside["median"],
            "p95_ratio": beside["p95"] / alone["p95"],
        }
    return rows


def clicks(counts, repeat):
    """Ms from a click to its pixels in Chromium, which it paints 60 times a second; the same of a page with
    ready pictures. A row for each of the counts of pictures."""
    from playwright.sync_api import sync_playwright  # of requirements-dev.txt

    rows = {}
    with sync_playwright() as p, serving_app() as (url, _), serving_app("-c", READY_PAGE) as (ready_url, _):
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = p.chromium.launch(
            executable_path=path if os.path.exists(path) else None,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        pages = {address: browser.new_page() for address in (url, ready_url)}
        for count in counts:
            for address, tab in pages.items():
                tab.goto(f"{address}?n={count}")
                tab.wait_for_function("document.querySelector('#picture img')?.naturalWidth")
            turns = []
            for _ in range(5 + 5 * repeat):
                turns.append([])
                for tab in pages.values():
                    tab.bring_to_front()  # the others are not painted
                    turns[-1].append(tab.evaluate(CLICK))
            ms, ready = (statistics.median(column) for column in zip(*turns[5:], strict=True))
            rows[f"click to {count} pictures"] = {"ms": ms, "ready_ms": ready, "ratio": ms / ready}
        browser.close()
    return rows


def one_by_one(url, process, repeat):
    """The server's CPU for an address, in ms, and how much of it is not drawing."""
    asked, drawn, each = [], [], 20
    for turn in range(repeat):
        seeds = range(each * turn, each * (turn + 1))
        start = cpu_seconds(process)
        get(url, [PICTURE.format(seed) for seed in seeds])
        asked.append(1000 * (cpu_seconds(process) - start) / each)
        start = time.process_time()
        for seed in seeds:
            draw(seed)
        drawn.append(1000 * (time.process_time() - start) / each)
    beyond = statistics.median(a - d for a, d in zip(asked, drawn, strict=True))
    return {"cpu_ms": statistics.median(asked), "beyond_drawing_ms": beyond}


def at_once(url, options):
    """Pictures a second for all clients together, as a part of what drawing alone makes, and who waits."""
    rates, slowest = [], []
    with ThreadPoolExecutor(2 * options.threads) as pool:
        for turn in range(options.repeat):
            seeds = range(1000 * turn, 1000 * turn + 2 * CLIENTS)
            start = time.perf_counter()
            list(pool.map(draw, seeds))
            alone = time.perf_counter() - start
            start = time.perf_counter()
            answers = get(url, [PICTURE.format(seed) for seed in seeds], CLIENTS)
            rates.append((len(seeds) / (time.perf_counter() - start), alone / (time.perf_counter() - start)))
            seconds = [answer[3] for answer in answers]
            slowest.append(max(seconds) / statistics.median(seconds))
    per_second, ratio = (statistics.median(column) for column in zip(*rates, strict=True))
    return {
        "per_second": per_second,
        "of_drawing": 100 * ratio,
        "slowest_to_median": statistics.median(slowest),
    }


def waits(url, repeat):
    """What one visitor waits for a picture, ms: median and the 95th of a hundred."""
    answers = get(url, [PICTURE.format(seed) for seed in range(20 * repeat)])
    ms = sorted(1000 * answer[3] for answer in answers)
    return {"median": statistics.median(ms), "p95": ms[int(0.95 * len(ms))]}
