"""Pictures of the page for the READMEs: python -m tests.screenshots FOLDER."""

import math
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import app
from cgan import weights

PAGES = {"page.png": "?lang=en", "page-zh.png": "zh", "hand.png": "?lang=en&tab=hand"}
HAND = {"x": 112, "y": 140, "width": 1056, "height": 416}  # the tab without the page's header
# The two bowls of a 3: centre and radii, as parts of the pad's sides, and the angles from start to end.
BOWLS = [(0.47, 0.33, 0.19, 0.15, range(-150, 91, 10)), (0.45, 0.655, 0.23, 0.175, range(-90, 151, 10))]


def main(folder):
    demo, url = app.launch(weights.load_generators([weights.SHIPPED]), server_name="127.0.0.1")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for name, query in PAGES.items():
            page.goto(url + query)
            if "hand" in query:
                draw_three(page)
            page.wait_for_selector("[role=tabpanel]:visible .paper img")
            page.wait_for_timeout(500)
            page.screenshot(path=Path(folder) / name, clip=HAND if "hand" in query else None)
            Image.open(Path(folder) / name).quantize(64).save(Path(folder) / name, optimize=True)
        browser.close()
    demo.close(verbose=False)


def draw_three(page):
    """Draw a slanted 3 on the pad in one stroke, and have its hand learned."""
    pad = page.locator("#hand-pad canvas").bounding_box()
    for x, y, width, height, angles in BOWLS:
        for angle in angles:
            down = y + height * math.sin(math.radians(angle))
            right = x + width * math.cos(math.radians(angle)) + 0.15 * (0.5 - down)
            page.mouse.move(pad["x"] + right * pad["width"], pad["y"] + down * pad["height"])
            page.mouse.down()
    page.mouse.up()
    page.click("#hand-learn")
    page.mouse.move(0, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
