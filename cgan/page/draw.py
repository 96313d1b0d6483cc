"""The tab Draw: pictures of a digit, a closer look at each, and labelled sets to download."""

import gradio as gr

from cgan.page.parts import js

NAME = "draw"
COUNTS = [1, 16, 64, 100]
TOTALS = [100, 1000, 10_000]


def lay_out(page):
    with page.tab(NAME), gr.Row(elem_classes="desk"):
        with gr.Column(scale=5, min_width=300):
            page.picture("draw")
        with gr.Column(scale=3, min_width=260, elem_classes="controls"):
            digit = page.digit("draw-digit", value="all", more=[(page.text("all_digits"), "all")])
            seed = page.seed("draw-seed")
            with gr.Row(elem_classes="main"):
                randomize = page.button("randomize", "draw-randomize", "primary")
                generate = page.button("generate", "draw-generate")
            with page.more("draw"):
                n = page.radio("draw-n", "n", COUNTS, value=64)
                model = page.model("draw")
                style = page.style("draw")
                take_away(page, digit, seed["seed"], model)
            i, z = gr.Number(visible=False), gr.Textbox(visible=False)
    controls = {"digit": digit, **seed, "n": n, "i": i, "z": z, "model": model, **style}
    page.wire("draw", controls, {"generate": generate, "randomize": randomize})


def take_away(page, digit, seed, model):
    """Offer a labelled set as a plain download, so that the browser shows the progress."""
    gr.Markdown(f"### {page.text('set')}")
    form = page.radio("set-format", "set_format", ["png", "idx"], names="set")
    total = page.radio("set-total", "set_total", TOTALS, value=1000)
    button = page.button("set_go", "set-go")
    button.click(None, [digit, seed, model, form, total], None, **js("take_set"))
