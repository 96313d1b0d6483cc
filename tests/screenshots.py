"""Pictures of the page for the READMEs: python -m tests.screenshots FOLDER."""

import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import app
from cgan import weights

PAGES = {"page.png": "?lang=en", "page-zh.png": "zh"}


def main(folder):
    demo, url = app.launch(weights.load_generators([weights.SHIPPED]), server_name="127.0.0.1")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for name, query in PAGES.items():
            page.goto(url + query)
            page.wait_for_selector("[role=tabpanel] .paper img")
            page.wait_for_timeout(500)
            page.screenshot(path=Path(folder) / name)
            Image.open(Path(folder) / name).quantize(64).save(Path(folder) / name, optimize=True)
        browser.close()
    demo.close(verbose=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
