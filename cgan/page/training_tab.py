"""The tab Training: previews, epoch by epoch, beside the losses; also of a run that train.py is writing."""

import gradio as gr

from cgan.page import status, tab, text

CONTENT = f"""<label class="what">{text("training_of")} <select id="training-of"></select></label>
{status("training")}
<div id="training-done" role="progressbar" aria-label="{text("training_done")}" hidden><div></div></div>
<div id="training-shown" hidden><div class="picture">
<div class="frame"><div class="lapse" role="img"></div></div>
<div class="player"><button type="button">{text("play")}</button>
<input type="range" min="0" step="1" aria-label="{text("epoch")}"><output></output></div></div>
<div class="plots"></div></div>
<p>{text("training_hint")}</p>"""


def lay_out():
    with tab("training"):
        gr.HTML(CONTENT, padding=False)
