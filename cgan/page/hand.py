"""The tab Your hand: draw a digit, and the model writes everything the way you write."""

import gradio as gr

from cgan.page.parts import OPENING, js

NAME = "hand"
# The pad and the ten digits; a field to type in; the text written.
TEMPLATE = "${cgan.tabs.hand.pad(value)}@children${cgan.tabs.hand.line(value)}"


def lay_out(page):
    with page.tab(NAME):
        with page.picture("hand", TEMPLATE) as picture, gr.Row(elem_classes="line"):
            text = page.writing("hand-text", "hand_text", "2026-11-25", scale=3, min_width=240)
            with gr.Column(scale=2, min_width=240), page.more("hand", "style"):
                style = page.style("hand", is_fixed=True)  # the model that learns hands is always the same
        seed, model = gr.Number(OPENING, visible=False), page.model("hand", visible=False)
    page.wire("hand", {"seed": seed, **page.held, "model": model, **style, "text": text})
    # The pad asks for a fit; the hand that was found is the page's.
    outputs = [page.held["i"], page.held["z"], model]
    picture.input(None, None, outputs, **js("found")).then(**page.show("hand", "live", "found")).then(
        None, None, None, **js("shown")
    )
