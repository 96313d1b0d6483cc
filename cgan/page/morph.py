"""The tab Morph: one picture turns into another, and every digit into every other."""

from cgan.page import button, seed_slider, text, wire
from cgan.page.draw import DIGITS
from cgan.routes import MAX_INDEX

import gradio as gr

FRAMES, STRIP = 48, 8  # of the animation, and those shown side by side below it
PLAYER = f"""<div class="frame"><div class="stage" role="img"></div></div>
<div class="player"><button type="button">{text("pause")}</button>
<input type="range" min="0" max="{FRAMES - 1}" value="0" aria-label="{text("position")}"></div>
<div class="strip"></div>"""


def lay_out(model):
    """Returns the controls that a picture depends on: from, to, seed, to_seed, i, to_i."""
    with gr.Tab(text("morph"), id="morph", elem_id="morph-tab", render_children=True) as tab:
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=280):
                with gr.Row():
                    start, end = _digit("from", 3), _digit("to", 8)
                seed, to_seed = (
                    seed_slider(elem_id="morph-seed", value=7),
                    seed_slider("to_seed", "morph-to_seed", 7),
                )
                with gr.Row():
                    go = button("generate", "morph-generate", "primary")
                    randomize = button("randomize", "morph-randomize", "primary")
                with gr.Row():
                    download, copy = button("download_gif", "morph-download"), button("copy", "morph-copy")
                with gr.Accordion(text("ends"), open=False):
                    with gr.Row():
                        index, to_index = _index("index", "i"), _index("to_index", "to_i")
            with gr.Column(scale=3, min_width=280):
                gr.HTML(PLAYER, elem_id="morph-picture", elem_classes="picture")
                gr.HTML('<div id="morph-status" class="status" role="status"></div>')
        gr.HTML(
            f'<p>{text("between")}</p><div class="frame"><img></div>',
            elem_id="between",
            elem_classes="picture",
        )
    controls = [start, end, seed, to_seed, index, to_index]
    changes = [start.select, end.select, index.input, to_index.input]
    wire(
        tab,
        "morph",
        controls,
        changes,
        [go, randomize, download, copy],
        {"seed": seed, "to_seed": to_seed},
        model,
    )
    return controls


def _digit(key, value):
    return gr.Dropdown(
        DIGITS, value=value, label=text(key), filterable=False, min_width=100, elem_id=f"morph-{key}"
    )


def _index(key, elem_id):
    return gr.Number(
        0,
        minimum=0,
        maximum=MAX_INDEX,
        precision=0,
        label=text(key),
        min_width=100,
        elem_id=f"morph-{elem_id}",
    )
