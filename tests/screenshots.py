"""Take the README's pictures of the page: python -m tests.screenshots FOLDER."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

import app
from cgan import weights


def main(folder):
    demo, url, _ = app.launch(weights.load_generators([weights.SHIPPED]), server_name="127.0.0.1")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")  # None: Playwright's own
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, query in (("page", "?lang=en"), ("page-zh", "zh")):
            page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme="light")
            page.goto(url + query)
            page.locator("#draw-picture img").first.wait_for()
            page.wait_for_timeout(1000)
            page.screenshot(path=Path(folder) / f"{name}.png")
        browser.close()
    demo.close(verbose=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
