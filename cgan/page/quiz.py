"""The tab Real or drawn?: pairs of one digit, a real picture and a drawn one, to tell apart."""

import gradio as gr

NAME = "quiz"


def lay_out(page):
    with page.tab(NAME):
        gr.Markdown(page.text("quiz_info"), elem_classes="info")
        page.wire("quiz", {"pair": page.picture("quiz")})
