"""The tab Draw: pictures of a digit, a closer look at each, and labelled sets to download."""

import gradio as gr

from cgan.page.parts import js

COUNTS = [1, 16, 64, 100]
TOTALS = [100, 1000, 10_000]


def lay_out(page):
    with page.tab("draw"):
        with gr.Row(elem_classes="desk"):
            with gr.Column(scale=2, min_width=260, elem_classes="controls"):
                digit = page.digit("draw-digit", more=[(page.text("all_digits"), "all")])
                seed = page.seed("draw-seed")
                with gr.Row(elem_classes="main"):
                    randomize = page.button("randomize", "draw-randomize", "primary")
                    generate = page.button("generate", "draw-generate")
                n = page.radio("draw-n", "n", COUNTS, value=64)
                model = page.model("draw")
                style = page.style("draw")
                take_away(page, digit, seed, model)
                i, z = gr.Number(visible=False), gr.Textbox(visible=False)
            with gr.Row(scale=5):
                picture = page.picture("draw")
                with gr.Column(scale=2, min_width=190, visible=False, elem_id="draw-opened") as opened:
                    reads = gr.Label(label=page.text("reads"), num_top_classes=3, elem_id="draw-reads")
                    with gr.Row():
                        previous = page.button("previous", "draw-previous", size="sm")
                        following = page.button("next", "draw-next", size="sm")
                    back = page.button("back", "draw-back", size="sm")
                    page.use("draw", "write", "from", "to")
    controls = {"digit": digit, "seed": seed, "n": n, "i": i, "z": z, "model": model, **style}
    page.wire("draw", controls, [generate.click], randomize, {"seed": ["z"]})
    picture.change(None, picture, [opened, reads], **js("read"))
    for event, how, step in (
        (picture.select, "step", 0),
        (previous.click, "live", -1),
        (following.click, "live", 1),
        (back.click, "step", None),
    ):
        opening = event(None, list(controls.values()), [digit, i], **js("open_picture", list(controls), step))
        opening.then(**page.show("draw", how))


def take_away(page, digit, seed, model):
    """Offer a labelled set by a plain link, so that the browser shows the progress."""
    with gr.Accordion(page.text("set"), open=False, elem_id="draw-set") as accordion:
        with gr.Row():
            form = page.radio("set-format", "set_format", ["png", "idx"], names="set")
            total = page.radio("set-total", "set_total", TOTALS, value=1000)
        link = gr.HTML(
            html_template='<a href="${cgan.escape(value)}" download>${cgan.say("set_go")}</a>',
            elem_id="set-link",
        )
    inputs = [digit, seed, model, form, total]
    events = [accordion.expand, *(component.change for component in inputs)]
    gr.on(events, None, inputs, link, **js("set_link"))
