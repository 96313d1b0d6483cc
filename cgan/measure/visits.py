"""What visitors of the page wait for, in Chromium and as 64 clients at once: `bench page`."""

import os
import shutil
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import sync_playwright

from cgan.measure.bench import PICTURE, get

CLIENTS = 64
PAINTED = "requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))"
# Move the seed slider: ms until the browser has painted the new picture.
MOVE = f"""(seed) => new Promise((done) => {{
  const slider = document.querySelector("#draw-seed input[type=range]"), start = performance.now();
  const watched = {{ childList: true, subtree: true, attributeFilter: ["src"] }};
  new MutationObserver((_, observer) => {{
    observer.disconnect();
    {PAINTED};
  }}).observe(document.querySelector("#draw-picture"), watched);
  slider.value = seed;
  slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
}})"""
# The same picture by its address, without the page: what the server, the browser and its next frame take.
ADDRESS = f"""(address) => new Promise(async (done) => {{
  const picture = new Image(), start = performance.now();
  picture.src = address;
  await picture.decode();
  {PAINTED};
}})"""


def measure(url, repeat):
    """Return the figures of the page at `url`: {line: {measure: value}}."""
    rows = {}
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for n in (16, 64):
            page.goto(f"{url}/?digit=7&n={n}")
            page.wait_for_function("document.querySelector('#draw-picture img')?.naturalWidth")
            page.wait_for_timeout(1000)  # the page is idle
            address = f"gradio_api/digits/7.png?n={n}&seed="
            pairs = [
                (page.evaluate(MOVE, 2 * turn + 1), page.evaluate(ADDRESS, f"{address}{2 * turn + 2}"))
                for turn in range(5 + 5 * repeat)
            ][5:]
            moves, addresses = zip(*pairs, strict=True)
            rows[f"address to {n} pictures"] = {"milliseconds": statistics.median(addresses), "ratio": 1}
            ratio = statistics.median(move / alone for move, alone in pairs)
            rows[f"slider to {n} pictures"] = {"milliseconds": statistics.median(moves), "ratio": ratio}
        browser.close()
    return rows | {f"{CLIENTS} clients": at_once(url, repeat)}


def at_once(url, repeat):
    """Let 64 clients ask for addresses of 64 pictures: answers a second, and the median wait."""
    addresses = [PICTURE.format(seed) for seed in range(CLIENTS * repeat)]
    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        waits = list(pool.map(lambda address: get(url, address), addresses))
    seconds = time.perf_counter() - start
    return {"per_second": len(addresses) / seconds, "milliseconds": 1000 * statistics.median(waits)}
