"""What visitors of the page wait for, in Chromium and as 64 clients at once: `bench page`."""

import os
import shutil
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

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
# Another picture by its address, without the page: what server, browser and the next frame take.
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
            pairs = []
            for seed in range(0, 10 + 10 * repeat, 2):
                address = f"gradio_api/digits/7.png?n={n}&seed={seed}"
                pairs.append((page.evaluate(ADDRESS, address), page.evaluate(MOVE, seed + 1)))
            addresses, moves = zip(*pairs[5:], strict=True)
            ratio = statistics.median(move / address for address, move in pairs[5:])
            rows[f"address to {n} pictures"] = {"milliseconds": statistics.median(addresses), "ratio": 1}
            rows[f"slider to {n} pictures"] = {"milliseconds": statistics.median(moves), "ratio": ratio}
        browser.close()

    def visit(seed):
        start = time.perf_counter()
        urlopen(f"{url}/gradio_api/digits/7.png?n=64&seed={seed}").read()
        return 1000 * (time.perf_counter() - start)

    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        waits = list(pool.map(visit, range(CLIENTS * repeat)))
    rate = len(waits) / (time.perf_counter() - start)
    return rows | {f"{CLIENTS} clients": {"milliseconds": statistics.median(waits), "per_second": rate}}
