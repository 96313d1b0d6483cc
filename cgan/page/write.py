"""The tab Write: numbers, dates and sums as handwriting."""

import gradio as gr

from cgan import writing

FIRST = "2026-11-25\n(3+4)x5=35"


def lay_out(page):
    with page.tab("write"):
        picture = page.picture("write")
        with gr.Row(elem_classes="bench"):
            text = gr.Textbox(
                FIRST,
                label=page.text("text"),
                info=page.text("text_info"),
                lines=2,
                max_lines=5,
                max_length=writing.MAX_TEXT,
                min_width=240,
                elem_id="write-text",
            )
            with gr.Column(min_width=240):
                seed = page.seed("write-seed")
                randomize = page.button("randomize", "write-randomize", "primary")
        with gr.Row():
            hand = _radio(page, "hand", ["one", "fresh"])
            ground = _radio(page, "ground", ["black", "white", "transparent"])
            model = page.model("write")
        style = page.style("write")
        i, z = gr.Number(visible=False), gr.Textbox(visible=False)
    page.wire(
        "write",
        {"seed": seed, "i": i, "z": z, "hand": hand, "ground": ground, "model": model, **style, "text": text},
        steps=[hand.input, ground.input, model.input],
        sliders={"text": [], "seed": ["i", "z"]} | {name: [] for name in style},
        randomize=randomize,
    )
    return picture


def _radio(page, name, values):
    choices = [(page.text(f"{name}_{value}"), value) for value in values]
    return gr.Radio(
        choices,
        value=values[0],
        label=page.text("handwriting" if name == "hand" else name),
        elem_id=f"write-{name}",
    )
