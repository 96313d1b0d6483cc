"""The tab Training: previews, epoch by epoch, beside the losses; also of a run that train.py is writing."""

from cgan.page import js, text

import gradio as gr

CONTENT = f"""<label class="what">{text("training_of")} <select id="training-of"></select></label>
<div id="training-status" class="status" role="status"></div>
<div id="training-done" role="progressbar" aria-label="{text("training_done")}" hidden><div></div></div>
<div id="training-shown" hidden><div class="picture">
<div class="frame"><div class="lapse" role="img"></div></div>
<div class="player"><button type="button">{text("play")}</button>
<input type="range" min="0" step="1" aria-label="{text("epoch")}"><output></output></div></div>
<div class="plots"></div></div>
<p>{text("training_hint")}</p>"""


def lay_out():
    with gr.Tab(text("training"), id="training", elem_id="training-tab", render_children=True) as tab:
        gr.HTML(CONTENT, padding=False)
    tab.select(None, **js("enter", "training"))
