"""The tab About: an article with figures that can be moved, and how to use it all from a program."""

import base64
import math
from urllib.parse import urlencode

import gradio as gr
import numpy as np
from PIL import Image

from cgan.draw import hands, images
from cgan.page.morph import FRAMES
from cgan.page.parts import SEED, js

NAME = "about"
HANDS = 8  # that the drawing goes through
# The drawing of G and D: boxes, arrows and words; the pictures lie over it, placed by about.css.
GAME = """<div class="game">
<svg viewBox="0 -26 560 330" role="img" aria-label="ALT"><g class="lines">
<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" orient="auto">
<path d="M0 0 8 4 0 8z"/></marker>
<path d="M92 74 124 116"/><path d="M78 216 124 178"/><path d="M236 128 266 94"/><path d="M372 82 410 122"/>
<path d="M372 222 410 176"/><path d="M466 206V232"/><path class="learn" d="M466 84V4H180V84"/>
<rect x="130" y="90" width="100" height="110" rx="3"/>
<rect x="416" y="90" width="100" height="110" rx="3"/></g>
<text class="name" x="180" y="152">G</text><text x="180" y="184">DRAWS</text>
<text class="name" x="466" y="152">D</text><text x="466" y="184">JUDGES</text>
<text x="44" y="20">NOISE</text><text x="44" y="172">DIGIT</text>
<text class="y" x="44" y="232">${value.digit}</text>
<text x="320" y="142">DRAWN</text><text x="320" y="294">GENUINE</text><text x="466" y="256">VERDICT</text>
<text class="learn" x="323" y="-8">LEARNS</text></svg>
<span class="paper noise"><img class="pixels" alt="" src="${value.noise[value.k]}"></span>
<span class="paper ink"><img alt="DRAWN: ${value.digit}"
src="gradio_api/digits/${value.digit}.png?QUERY&i=${value.k}">
<img alt="GENUINE: ${value.digit}" src="gradio_api/real/${value.digit}.png?i=${value.k}"></span></div>"""
PLAY = "(last, digit) => ({...last, digit, k: (last.k + STEP) % last.noise.length})"
ROW = '<div class="paper ink row"><img alt="ALT" src="{{value}}"></div>'
MIXED = 22  # the frame that is shown first: half a 3, half an 8
STAGE = '<div class="paper ink stage"><img alt="ALT" src="SRC" style="--frame: ${value - 1}"></div>'


def lay_out(page):
    model = next(iter(page.models.values()))
    with page.tab(NAME), gr.Column(elem_id="about"):
        article(page, "about_game")
        game(page, model)
        article(page, "about_noise")
        if model.directions is not None:
            article(page, "about_style")
            slanted(page, model)
        article(page, "about_between")
        morph(page, model)
        article(page, "about_code")
        text = article(page, "about_text")
        if model.recipe == "compact":  # the page without a server has no other network
            article(page, "about_take")
    gr.on(None, None, text, text, **js("fill_in_url"))  # when the page is opened


def article(page, key):
    text = "\n".join(page.text(key)).replace("SEED", str(SEED))
    return gr.Markdown(text, elem_id="about-text" if key == "about_text" else None)


def game(page, model):
    """Add the drawing of G and D, and what sets its noise and its digit."""
    words = {
        "ALT": "about_alt",
        "DRAWS": "about_draws",
        "JUDGES": "about_judges",
        "NOISE": "about_z",
        "DIGIT": "about_y",
        "DRAWN": "drawn",
        "GENUINE": "genuine",
        "VERDICT": "about_verdict",
        "LEARNS": "about_learns",
    }
    template = GAME
    for word, key in words.items():
        template = template.replace(word, page.text(key))
    template = template.replace("QUERY", query(page, model))
    value = {"k": 0, "digit": "3", "noise": [noise(z) for z in hands.seeded(SEED, range(HANDS), model.z_dim)]}
    drawing = gr.HTML(
        value,
        html_template=template,
        js_on_load="element.addEventListener('click', () => trigger('click'))",
        elem_id="about-game",
    )
    with gr.Row(elem_classes="bar"):
        another = page.button("about_another", "about-another")
        digit = page.digit("about-digit", value="3")
    for event, step in ((another.click, 1), (drawing.click, 1), (digit.input, 0)):
        event(None, [drawing, digit], drawing, **js("show") | {"js": PLAY.replace("STEP", str(step))})


def slanted(page, model):
    """Add the ten digits of a hand and a slider that slants them."""
    address = f"gradio_api/digits/all.png?{query(page, model)}&i=0&slant={{}}"
    template = ROW.replace("ALT", page.text("hand_all"))
    picture = gr.HTML(address.format(0), html_template=template, elem_id="about-hand")
    slider = gr.Slider(-2, 2, 0, step=0.1, label=page.text("slant"), buttons=[], elem_id="about-slant")
    slider.input(None, slider, picture, **js("follow", "about-hand", address))


def morph(page, model):
    """Add one of the frames from a 3 to an 8, and a slider that goes through them."""
    address = f"gradio_api/morph.png?from=3&to=8&frames={FRAMES}&{query(page, model)}"
    alt = page.text("morph_alt").format_map({"from": 3, "to": 8})
    template = STAGE.replace("ALT", alt).replace("SRC", address)
    picture = gr.HTML(MIXED, html_template=template, elem_id="about-morph")
    slider = gr.Slider(1, FRAMES, MIXED, step=1, label=page.text("frame"), buttons=[], elem_id="about-frame")
    slider.input(None, slider, picture, **js("show") | {"js": "(frame) => frame"})


def query(page, model):
    return urlencode({"seed": SEED, "model": next(iter(page.models)), "w": model.id})


def noise(z):
    """Return a hand's numbers as a small square of greys, a data URL."""
    side = math.ceil(math.sqrt(len(z)))
    square = np.zeros(side * side)
    square[: len(z)] = z
    grey = np.uint8((127.5 + 50 * square).clip(0, 255)).reshape(side, side)
    return f"data:image/png;base64,{base64.b64encode(images.png(Image.fromarray(grey))).decode()}"
