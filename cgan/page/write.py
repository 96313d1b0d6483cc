"""The tab Write: numbers, dates and sums as handwriting."""

import gradio as gr

from cgan.draw import images

FIRST = "2026-11-25\n(3+4)x5=35"


def lay_out(page):
    with page.tab("write"):
        page.picture("write")
        with gr.Row():
            text = page.writing("write-text", "text", FIRST, lines=2, max_lines=5, min_width=240)
            with gr.Column(min_width=240):
                seed = page.seed("write-seed")
                randomize = page.button("randomize", "write-randomize", "primary")
        with gr.Row():
            hand = page.radio("write-hand", "handwriting", ["one", "fresh"], names="hand")
            ground = page.radio("write-ground", "ground", images.BACKGROUNDS, names="ground")
            model = page.model("write")
        style = page.style("write")
        i, z = gr.Number(visible=False), gr.Textbox(visible=False)
    controls = {"seed": seed, "i": i, "z": z, "hand": hand, "ground": ground, "model": model, **style}
    page.wire("write", controls | {"text": text}, randomize=randomize, empties={"seed": ["i", "z"]})
