"""The tab Write: numbers, dates and sums as handwriting."""

import gradio as gr

NAME = "write"
FIRST = "2026-11-25\n(3+4)x5=35"


def lay_out(page):
    with page.tab(NAME):
        page.picture("write")
        with gr.Row():
            with gr.Column(min_width=240):
                text = page.writing("write-text", "text", FIRST, lines=2, max_lines=5)
                hand = page.radio("write-hand", "handwriting", ["natural", "one", "fresh"], names="hand")
            with gr.Column(min_width=240):
                seed = page.seed("write-seed")
                with gr.Row(elem_classes="main"):
                    randomize = page.button("randomize", "write-randomize", "primary")
                    again = page.button("again", "write-again")
        with page.more("write"):
            model, style = page.model("write"), page.style("write")
        turn = gr.Number(0, visible=False)
    controls = {**seed, **page.held, "hand": hand, "turn": turn, "model": model, **style, "text": text}
    page.wire("write", controls, {"randomize": randomize, "again": again})
