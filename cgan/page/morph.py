"""The tab Morph: one picture turns into another, and every digit into every other."""

import gradio as gr

from cgan.page import buttons, digit_dropdown, own, seed_slider, status, tab, text, wire
from cgan.page.routes import MAX_INDEX

FRAMES, STRIP = 48, 8  # of the animation, and those shown side by side below it
PLAYER = f"""<div class="frame"><div class="stage" role="img"></div></div>
<div class="player"><button type="button">{text("pause")}</button>
<input type="range" min="0" max="{FRAMES - 1}" value="0" aria-label="{text("position")}"></div>
<div class="strip"></div>"""


def lay_out(model):
    """Returns the controls that a picture depends on: from, to, seed, to_seed, i, to_i."""
    with tab("morph"):
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=280):
                with gr.Row():
                    start, end = digit_dropdown("morph", "from", 3), digit_dropdown("morph", "to", 8)
                seeds = {key: seed_slider("morph", key, 7) for key in ("seed", "to_seed")}
                making = buttons("morph", "generate", "randomize")
                taking = buttons("morph", "download", "copy", download="download_gif")
                with gr.Accordion(text("ends"), open=False):
                    with gr.Row():
                        index, to_index = _index("index", "i"), _index("to_index", "to_i")
            with gr.Column(scale=3, min_width=280):
                gr.HTML(PLAYER, elem_id="morph-picture", elem_classes="picture")
                gr.HTML(status("morph"))
        gr.HTML(
            f'<p>{text("between")}</p><div class="frame"><img></div>',
            elem_id="between",
            elem_classes="picture",
        )
    controls = [start, end, *seeds.values(), index, to_index]
    changes = [start.select, end.select, index.input, to_index.input]
    wire("morph", controls, changes, making | taking, seeds, model)
    return controls


def _index(label, key):
    return gr.Number(
        0,
        minimum=0,
        maximum=MAX_INDEX,
        precision=0,
        label=text(label),
        min_width=100,
        elem_id=own("morph", key),
    )
