"""The tab Morph: one digit turns into another, one hand into another."""

import gradio as gr

NAME = "morph"
FRAMES = 50


def lay_out(page):
    with page.tab(NAME), gr.Row(elem_classes="desk"):
        with gr.Column(scale=5, min_width=300):
            with page.picture(
                "morph", "${cgan.tabs.morph.stage(value)}@children${cgan.caption('morph', value)}"
            ):
                with gr.Row(elem_classes="bar"):
                    play = gr.Checkbox(False, label=page.text("play"), min_width=90, elem_id="morph-play")
                    settings = {"step": 1, "label": page.text("frame"), "buttons": []}
                    frame = gr.Slider(1, FRAMES, 25, scale=4, elem_id="morph-frame", **settings)
        with gr.Column(scale=3, min_width=260, elem_classes="controls"):
            with gr.Row():
                start, end = page.digit("morph-from", "from"), page.digit("morph-to", "to", "8")
            seed = page.seed("morph-seed", key="from_seed")
            to_seed = page.seed("morph-to-seed", "to_seed", "to_seed")
            with gr.Row(elem_classes="main"):
                randomize = page.button("randomize", "morph-randomize", "primary")
            with page.more("morph"):
                model, style = page.model("morph"), page.style("morph")
        to_i, to_z = gr.Number(visible=False), gr.Textbox(visible=False)
    controls = {"from": start, "to": end, **seed, **to_seed, **page.held, "to_i": to_i, "to_z": to_z}
    controls |= {"model": model, **style, "frame": frame, "play": play}
    page.wire("morph", controls, {"randomize": randomize})
