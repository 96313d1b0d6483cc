"""The tab Real or drawn?: ten pairs of one digit, a real picture and a drawn one, to tell apart."""

import gradio as gr

from cgan.page import js, status, tab, text

PICTURE = '<button type="button" data-side="{}"><img alt=""><span></span></button>'
CONTENT = f"""<p>{text("quiz_hint")}</p>
{status("quiz")}
<div class="pair">{PICTURE.format(0)}{PICTURE.format(1)}</div>
<div class="buttons"><button type="button" class="next" hidden>{text("quiz_next")}</button></div>
<ol class="past"></ol>
<p class="keys">{text("quiz_keys")}</p>"""


def lay_out(model):
    with tab("quiz"):
        gr.HTML(CONTENT, elem_id="quiz", padding=False)
    model.select(None, model, **js("ask", "quiz"))
