"""Pictures of the page for the READMEs, and those it shows itself: python -m tests.screenshots FOLDER PAGE.

FOLDER gets page.png, page-zh.png and hand.png; PAGE, which is cgan/page, the link card and the seal.
"""

import base64
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import app
from cgan import weights
from cgan.draw import images, sampling
from cgan.page.parts import OPENING, TEXTS, WEB
from tests.page.browsing import THREE, says, stroke, text

PAGES = {"page.png": "?lang=en", "page-zh.png": "zh", "hand.png": "?lang=en&tab=hand"}
HAND = {"x": 104, "y": 136, "width": 1072, "height": 512}  # the tab without the page's header
STYLE = (
    f"<style>{(WEB / 'ink.css').read_text('utf-8')} body {{ margin: 0; background: var(--paper) }}</style>"
)
CARD = """<div style="display: flex; align-items: center; height: 630px; padding: 0 60px; gap: 60px">
<span class="paper ink"><img src="{sheet}" style="width: 510px; display: block"></span>
<div><img src="{seal}" style="width: 72px">
<h1 style="font: 600 58px/1.15 var(--serif); color: var(--ink)">{title}</h1>
<p style="font: 28px/1.4 var(--sans); color: var(--quiet)">{text}</p></div></div>"""
SEAL = """<div style="display: grid; place-items: center; width: 128px; height: 128px; border-radius: 16px;
background: var(--seal)"><img src="{digit}" style="width: 120px; filter: contrast(6); mix-blend-mode: screen">
</div><style>body {{ background: none !important }}</style>"""


def main(folder, page_folder):
    demo, url = app.launch(weights.load_generators([weights.SHIPPED]), server_name="127.0.0.1")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        draw_card(browser, Path(page_folder))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for name, query in PAGES.items():
            page.goto(url + query)
            page.wait_for_selector("[role=tabpanel]:visible .paper img")
            if "hand" in query:
                stroke(page, [(x + 0.15 * (0.5 - y), y) for x, y in THREE])
                says(page, text("hand_says"), "hand")
            page.mouse.move(0, 0)
            page.wait_for_timeout(1000)
            page.screenshot(path=Path(folder) / name, clip=HAND if "hand" in query else None)
            Image.open(Path(folder) / name).quantize(64).save(Path(folder) / name, optimize=True)
        browser.close()
    demo.close(verbose=False)


def draw_card(browser, folder):
    """Draw seal.png, a digit on the page's vermilion, and card.png, the first hands beside the title."""
    each = {"title": TEXTS["title"]["en"], "text": TEXTS["subtitle"]["en"]}
    digits = sampling.generate([*range(10)] * 10, OPENING, indices=[k // 10 for k in range(100)])
    for name, tiles in (("sheet", digits), ("digit", digits[3:4])):
        each[name] = address(images.png(images.grid(images.to_uint8(tiles))))
    for name, html, size in (("seal.png", SEAL, (128, 128)), ("card.png", CARD, (1200, 630))):
        page = browser.new_page(viewport=dict(zip(("width", "height"), size, strict=True)))
        page.set_content(STYLE + html.format(**each))
        each["seal"] = address(page.screenshot(path=folder / name, omit_background=True))
        page.close()


def address(png):
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


if __name__ == "__main__":
    main(*sys.argv[1:])
