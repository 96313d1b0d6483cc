"""Pictures of the page for the READMEs, wide and on a phone: python -m tests.screenshots FOLDER [dark]."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

import app
from cgan import weights

TABS = {  # name: the page's query, and what is there when the picture is
    "page": ("?digit=3&seed=42", "#picture img[alt]"),
    "page-draw": ("?digit=all&seed=5", "#picture img[alt]"),
    "page-tile": ("?digit=3&seed=42&n=64&i=17", "#tile li"),
    "page-write": ("?tab=write&text=2026-11-24%0A(3%2B4)x5=35&seed=7", "#write-picture img[alt]"),
    "page-compare": ("?tab=compare&digit=4&seed=7", ".plot"),
    "page-training": ("?tab=training", ".lapse[style*=sheet]"),
    "page-quiz": ("?tab=quiz", "#quiz img[src]"),
    "page-about": ("?tab=about", "#about code"),
    "page-morph": ("?tab=morph&from=3&to=8&seed=7", "#between img[alt]"),
}
ON_A_PHONE = ["page", "page-draw", "page-tile", "page-write", "page-morph"]


def main(folder, theme="light"):
    models = weights.load_generators([weights.SHIPPED])
    demo = app.build(models)
    _, url, _ = app.launch(demo, models, server_name="127.0.0.1")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")  # none: Playwright's own
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for language, width, suffix in (
            ("en", 1280, ""),
            ("en", 390, "-phone"),
            ("zh", 1280, "-zh"),
            ("zh", 390, "-phone-zh"),
        ):
            for name in TABS if width > 390 else ON_A_PHONE:
                query, selector = TABS[name]
                size = {"width": width, "height": 790}
                page = browser.new_page(viewport=size, color_scheme=theme, locale=language)
                page.goto(f"{url}{query}&__theme={theme}")
                page.wait_for_selector(selector, timeout=120_000)
                page.wait_for_timeout(500)
                page.screenshot(path=Path(folder) / f"{name}{suffix}.png")
                page.close()
        browser.close()
    demo.close(verbose=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
