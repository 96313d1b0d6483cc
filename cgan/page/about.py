"""The tab About: how it works, and how to use it from a program."""

import gradio as gr

from cgan.page.parts import SEED, js

NAME = "about"


def lay_out(page):
    lines = page.text("about_text")
    if next(iter(page.models.values())).recipe == "compact":  # the page without a server has no other network
        lines = lines + page.text("about_take")
    with page.tab(NAME):
        text = gr.Markdown("\n".join(lines).replace("SEED", str(SEED)), elem_id="about")
    gr.on(None, None, text, text, **js("fill_in_url"))  # when the page is opened
