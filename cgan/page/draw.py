"""The tab Draw: many pictures of a digit, each to be looked at closely, and sets to take away."""

import gradio as gr

from cgan.page import button, buttons, digit_dropdown, js, seed_slider, status, tab, text, wire

COUNTS = [1, 16, 64, 100]
ROWS = 10  # of a sheet of all digits
TOTALS = [100, 1000, 10_000]

TILE = f"""<dialog id="tile" aria-labelledby="tile-title">
  <h2 id="tile-title"></h2>
  <div class="look"><img alt=""><div><p>{text("tile_read")}</p><ol start="0"></ol></div></div>
  <div class="buttons"><button data-do="previous">{text("previous")}</button>
  <button data-do="next">{text("next")}</button><button data-do="morph">{text("use_in_morph")}</button>
  <button data-do="download">{text("download")}</button><button data-do="copy">{text("copy")}</button>
  <button data-do="close">{text("close")}</button></div><p role="status"></p>
</dialog>"""


def lay_out(model):
    """Returns the controls that a picture depends on: digit, seed, count."""
    with tab("draw"):
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=280):
                digit = digit_dropdown("draw", more=[(text("all_digits"), "all")])
                seed = seed_slider("draw")
                making = buttons("draw", "generate", "randomize")
                count = gr.Radio(COUNTS, value=64, label=text("count"), elem_id="count")
                taking = buttons("draw", "download", "copy")
                with gr.Accordion(text("set"), open=False, elem_id="set") as accordion:
                    form, total = _set_to_take_away()
            with gr.Column(scale=3, min_width=280):
                gr.HTML('<div class="frame"><img></div>', elem_id="picture", elem_classes="picture")
                gr.HTML(status("draw"))
                gr.HTML(f"<p>{text('tile_open')}</p><p>{text('keys')}</p>", elem_classes="hint")
        gr.HTML(TILE, padding=False)
    controls = [digit, seed, count]
    wire("draw", controls, [digit.select, count.select], making | taking, {"seed": seed}, model)
    gr.on([form.select, total.select, accordion.expand], None, [form, total], **js("setWanted"))
    return controls


def _set_to_take_away():
    forms = [(text("set_png"), "png"), (text("set_idx"), "idx")]
    form = gr.Radio(forms, value="png", label=text("set_format"), elem_id="set-format")
    total = gr.Radio(TOTALS, value=1000, label=text("set_total"), elem_id="set-total")
    button("set_go", "set-go").click(None, [form, total], **js("takeSet"))
    gr.HTML(
        '<progress max="1" value="0" hidden></progress><div class="status" role="status"></div>'
        f"<p>{text('set_more')}</p><pre><code></code></pre>",
        elem_id="set-more",
    )
    button("set_copy", "set-copy").click(None, **js("copyCommand"))
    return form, total
