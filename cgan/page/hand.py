"""The tab Your hand: draw a digit, and the model writes everything the way you write."""

import gradio as gr

from cgan import writing
from cgan.page.parts import js

PAD = """<canvas width="280" height="280" role="img" aria-label="${cgan.say("pad")}"></canvas>"""
# Each drawing beside how the model writes it; all ten digits; the text.
SHEET = """<div class="pairs">${(value?.pairs ?? []).map(({ image, src, digit }) => `<figure>
<img src="${cgan.escape(image)}" alt="${cgan.say("hand_yours")}"><span class="paper">
<img src="${cgan.escape(src)}" alt="${cgan.say("hand_model")}"></span></figure>`).join("")}</div>
${value?.src ? `<div class="paper"><img src="${cgan.escape(value.all)}" alt="${cgan.say("hand_all")}">
<img src="${cgan.escape(value.src)}" alt="${cgan.escape(value.alt)}"></div>` : ""}"""


def lay_out(page):
    """Return the buttons that use the hand in another tab: "write", "from" -> gr.Button."""
    with page.tab("hand"), gr.Row():
        with gr.Column(scale=2, min_width=260):
            gr.HTML(html_template=PAD, js_on_load="cgan.pad(element)", elem_id="hand-pad")
            with gr.Row(elem_classes="main"):
                learn = page.button("learn", "hand-learn", "primary")
            with gr.Row():
                undo = page.button("undo", "hand-undo", size="sm")
                clear = page.button("clear", "hand-clear", size="sm")
                restart = page.button("restart", "hand-restart", size="sm")
            digit = gr.Dropdown(
                [*map(str, range(10))],
                value=None,
                label=page.text("read_as"),
                filterable=False,
                elem_id="hand-digit",
            )
        with gr.Column(scale=5, min_width=300):
            picture = page.picture("hand", SHEET)
            with gr.Column(visible=False) as after:
                text = gr.Textbox(
                    "2026-11-25",
                    label=page.text("hand_text"),
                    info=page.text("text_info"),
                    max_length=writing.MAX_TEXT,
                    elem_id="hand-text",
                )
                style = page.style("hand")
                with gr.Row():
                    use = {
                        key: page.button(f"use_{key}", f"hand-use-{key}", size="sm")
                        for key in ("write", "from")
                    }
            gr.Markdown(page.text("hand_info"), elem_classes="info")
            z = gr.Textbox(visible=False)
            model = gr.Textbox(next(iter(page.models)), visible=False)
    controls = {"z": z, "model": model, **style, "text": text}
    page.wire("hand", controls, sliders={name: [] for name in (*style, "text")})
    picture.change(None, picture, after, **js("reveal"))
    inputs = list(controls.values())
    for event, is_corrected in ((learn.click, False), (digit.input, True)):
        event(None, digit, [z, digit], **js("learn", is_corrected)).then(
            None, inputs, picture, **js("show", "hand", list(controls), "step", [])
        )
    for button, how in ((undo, "undo"), (clear, "clear"), (restart, "restart")):
        button.click(None, None, digit, **js("erase", how))
    return use
