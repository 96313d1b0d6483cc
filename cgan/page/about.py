"""The tab About: an article on how it works, with figures that can be moved, and how to use it from a program."""

import base64
import math

import gradio as gr
import numpy as np
from PIL import Image

from cgan.draw import hands, images
from cgan.page.morph import FRAMES
from cgan.page.parts import SEED, js

NAME = "about"
HANDS = 8  # that the drawing goes through
# The drawing of G and D: boxes, arrows and words; the pictures lie over it, placed by style.css.
GAME = """<div class="game">
<svg viewBox="0 -26 560 330" role="img" aria-label="ALT"><g class="lines">
<path d="M92 74 126 118M78 216 126 176M230 130 266 92M372 82 412 122M372 222 412 172M466 200V232"/>
<path class="learn" d="M466 86V4H180V86"/><rect x="130" y="90" width="100" height="110" rx="3"/>
<rect x="416" y="90" width="100" height="110" rx="3"/></g>
<text class="name" x="180" y="152">G</text><text x="180" y="184">DRAWS</text>
<text class="name" x="466" y="152">D</text><text x="466" y="184">JUDGES</text>
<text x="44" y="20">NOISE</text><text x="44" y="172">DIGIT</text><text class="y" x="44" y="232">${value.digit}</text>
<text x="320" y="142">DRAWN</text><text x="320" y="294">GENUINE</text><text x="466" y="256">VERDICT</text>
<text class="learn" x="323" y="-8">LEARNS</text></svg>
<span class="paper noise"><img class="pixels" alt="" src="${value.noise[value.k]}"></span>
<span class="paper ink">${cgan.figures.game(value).map(([src, alt]) => cgan.image({ src, alt })).join("")}</span></div>"""
STYLED = """<div class="paper ink row">${cgan.image({ src: cgan.figures.hand(value), alt: cgan.say("hand_all") })}</div>"""
MORPH = """<div class="paper ink stage">${cgan.figures.morph(value)}</div>"""


def lay_out(page):
    model = next(iter(page.models.values()))
    with page.tab(NAME), gr.Column(elem_id="about"):
        article(page, "about_game")
        game(page, model)
        article(page, "about_noise")
        if model.directions is not None:
            article(page, "about_style")
            figure(page, "hand", STYLED, 0, "slant", {"minimum": -2, "maximum": 2, "step": 0.1})
        article(page, "about_between")
        figure(page, "morph", MORPH, FRAMES // 2, "frame", {"minimum": 1, "maximum": FRAMES, "step": 1})
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
        template = template.replace(word, page.text(key), 1)
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
        event(None, [drawing, digit], drawing, **js("play_game", step))


def figure(page, name, template, start, key, settings):
    """Add a picture and a slider that changes it."""
    picture = gr.HTML(start, html_template=template, elem_id=f"about-{name}")
    slider = gr.Slider(value=start, label=page.text(key), buttons=[], elem_id=f"about-{name}-slider", **settings)
    slider.input(None, slider, picture, **js("move_figure", name))


def noise(z):
    """Return a hand's numbers as a small square of greys, a data URL."""
    side = math.ceil(math.sqrt(len(z)))
    square = np.zeros(side * side)
    square[: len(z)] = z
    grey = np.uint8((127.5 + 50 * square).clip(0, 255)).reshape(side, side)
    return f"data:image/png;base64,{base64.b64encode(images.png(Image.fromarray(grey))).decode()}"
