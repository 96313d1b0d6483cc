"""The tab About: how it works, and how to use it from a program."""

import gradio as gr

from cgan.page.parts import SEED, js

NAME = "about"


def lay_out(page):
    with page.tab(NAME):
        text = gr.Markdown("\n".join(page.text("about_text")).replace("SEED", str(SEED)), elem_id="about")
    gr.on(None, None, text, text, **js("fill_in_url"))  # when the page is opened
