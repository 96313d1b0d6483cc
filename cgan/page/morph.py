"""The tab Morph: one digit turns into another, one hand into another."""

import gradio as gr

# One picture has all frames in a row. The stage shows one frame or plays all; the strip below shows eight.
STAGE = """${value?.src ? `<div class="paper stage"><img src="${cgan.escape(value.src)}"
alt="${cgan.escape(value.alt)}" class="${value.frame === null ? "playing" : ""}"
style="--frame: ${value.frame ?? 25}"></div>` : ""}
@children
<div class="paper strip">${value?.src ? [0, 7, 14, 21, 28, 35, 42, 49].map((frame) =>
`<img src="${cgan.escape(value.src)}" alt="" style="--frame: ${frame}">`).join("") : ""}</div>"""
FRAMES = 50


def lay_out(page):
    with page.tab("morph"), gr.Row(elem_classes="desk"):
        with gr.Column(scale=2, min_width=260, elem_classes="controls"):
            with gr.Row():
                start, end = page.digit("morph-from", "from"), page.digit("morph-to", "to", "8")
            seed = page.seed("morph-seed", "from_seed")
            to_seed = page.seed("morph-to-seed", "to_seed")
            with gr.Row(elem_classes="main"):
                randomize = page.button("randomize", "morph-randomize", "primary")
            model, style = page.model("morph"), page.style("morph")
            i, to_i = gr.Number(visible=False), gr.Number(visible=False)
            z, to_z = gr.Textbox(visible=False), gr.Textbox(visible=False)
        with gr.Column(scale=5, min_width=300):
            with page.picture("morph", STAGE), gr.Row():
                play = gr.Checkbox(True, label=page.text("play"), min_width=90, elem_id="morph-play")
                label = page.text("frame")
                frame = gr.Slider(1, FRAMES, 25, step=1, label=label, scale=4, elem_id="morph-frame")
    controls = {"from": start, "to": end, "seed": seed, "to_seed": to_seed, "i": i, "to_i": to_i, "z": z}
    controls |= {"to_z": to_z, "model": model, **style, "frame": frame, "play": play}
    empties = {"seed": ["i", "z"], "to_seed": ["to_i", "to_z"], "frame": ["play"]}
    page.wire("morph", controls, randomize=randomize, empties=empties)
