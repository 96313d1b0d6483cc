"""The tab Write: numbers, dates and sums as handwriting."""

import gradio as gr

from cgan import images, writing
from cgan.page import buttons, seed_slider, status, tab, text, wire

HANDS = ["one", "fresh"]


def lay_out(model):
    """Returns the controls that a picture depends on: text, seed, hand, ground."""
    with tab("write"):
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=280):
                words = gr.Textbox(
                    "2026-11-24\n3+4=7",
                    label=text("text"),
                    lines=3,
                    max_lines=6,
                    max_length=writing.MAX_TEXT,
                    elem_id="write-text",
                )
                hand = _radio("hand", HANDS)
                seed = seed_slider("write", value=7)
                making = buttons("write", "generate", "randomize")
                ground = _radio("ground", images.BACKGROUNDS)
                taking = buttons("write", "download", "copy")
            with gr.Column(scale=3, min_width=280):
                gr.HTML('<div class="frame"><img></div>', elem_id="write-picture", elem_classes="picture")
                gr.HTML(status("write"))
    controls = [words, seed, hand, ground]
    # The text itself is listened to by write.js: in its event Gradio gives what was there before.
    wire("write", controls, [hand.select, ground.select], making | taking, {"seed": seed}, model)
    return controls


def _radio(name, values):
    choices = [(text(f"{name}_{value}"), value) for value in values]
    return gr.Radio(choices, value=values[0], label=text(name), elem_id=f"write-{name}")
