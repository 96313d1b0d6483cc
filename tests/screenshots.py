"""Pictures of the page for the README: python -m tests.screenshots FOLDER."""

import os
import shutil
import sys
from pathlib import Path

import app
from cgan import weights

from playwright.sync_api import sync_playwright

SHOTS = [  # name, width, height
    ("page", 1280, 790),
    ("page-phone", 390, 790),
]


def main(folder):
    models = weights.load_generators([weights.SHIPPED])
    demo = app.build(models)
    _, url, _ = app.launch(demo, models, server_name="127.0.0.1")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")  # none: Playwright's own
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, width, height in SHOTS:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{url}?digit=3&seed=42")
            page.wait_for_selector("#picture img[alt]")
            page.wait_for_timeout(500)
            page.screenshot(path=Path(folder) / f"{name}.png")
        browser.close()
    demo.close(verbose=False)


if __name__ == "__main__":
    main(sys.argv[1])
