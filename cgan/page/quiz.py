"""The tab Real or drawn?: pairs of one digit, a real picture and a drawn one, to tell apart."""

import gradio as gr

from cgan.page.parts import CLICKS, js

PAIR = """<p role="status" class="says">${cgan.escape(value?.says)}</p>
<div class="pair">${(value?.pair ?? []).map(({ src, alt, kind }, side) =>
`<button type="button" data-side="${side}"
class="paper ${value.isAnswered ? kind : ""} ${value.chosen === side ? "chosen" : ""}"
${value.isAnswered ? "disabled" : ""}><img src="${cgan.escape(src)}" alt="${cgan.escape(alt)}">
<span>${value.isAnswered ? cgan.say(kind) : ""}</span></button>`).join("")}</div>
<nav>${value?.isAnswered ? `<button type="button" data-do="click">
${cgan.say(value.isOver ? "quiz_again" : "quiz_next")}</button>` : ""}</nav>
<p class="score" aria-hidden="true">${value?.marks ?? ""}</p>"""


def lay_out(page):
    with page.tab("quiz"):
        gr.Markdown(page.text("quiz_info"), elem_classes="info")
        pair = page.pictures["quiz"] = gr.HTML(html_template=PAIR, js_on_load=CLICKS, elem_id="quiz-picture")
        model = page.model("quiz")
    page.wire("quiz", {"model": model, "pair": pair}, [pair.click])
    pair.select(None, pair, pair, **js("answer"))
