"""The tab Your hand: draw a digit, and the model writes everything the way you write."""

import gradio as gr

from cgan.page.parts import js

PAD = """<canvas width="280" height="280" role="img" aria-label="${cgan.say("pad")}"></canvas>"""
ERASERS = ["undo", "clear", "restart"]
# Each drawing beside how the model writes it; all ten digits; the text.
SHEET = """<div class="pairs">${(value?.pairs ?? []).map(({ image, src, digit }) => `<figure>
<img src="${cgan.escape(image)}" alt="${cgan.say("hand_yours")}"><span class="paper">
<img src="${cgan.escape(src)}" alt="${cgan.say("hand_model")}"></span></figure>`).join("")}</div>
${value?.src ? `<div class="paper"><img src="${cgan.escape(value.all)}" alt="${cgan.say("hand_all")}">
<img src="${cgan.escape(value.src)}" alt="${cgan.escape(value.alt)}"></div>` : ""}"""


def lay_out(page):
    with page.tab("hand"), gr.Row():
        with gr.Column(scale=2, min_width=260):
            gr.HTML(html_template=PAD, js_on_load="cgan.pad(element)", elem_id="hand-pad")
            with gr.Row(elem_classes="main"):
                learn = page.button("learn", "hand-learn", "primary")
            with gr.Row():
                erasers = {how: page.button(how, f"hand-{how}", size="sm") for how in ERASERS}
            digit = page.digit("hand-digit", "read_as", None)
        with gr.Column(scale=5, min_width=300):
            picture = page.picture("hand", SHEET)
            with gr.Column(visible=False) as after:
                text = page.writing("hand-text", "hand_text", "2026-11-25")
                style = page.style("hand")
                with gr.Row():
                    page.use("hand", "write", "from")
            gr.Markdown(page.text("hand_info"), elem_classes="info")
            z = gr.Textbox(visible=False)
            model = gr.Textbox(next(iter(page.models)), visible=False)
    page.wire("hand", {"z": z, "model": model, **style, "text": text})
    picture.change(None, picture, after, **js("reveal"))
    for event, is_corrected in ((learn.click, False), (digit.input, True)):
        event(None, digit, [z, digit], **js("learn", is_corrected)).then(**page.show("hand", "step"))
    for how, button in erasers.items():
        button.click(None, None, digit, **js("erase", how))
