"""The tab About: how it works, and how to use it from a program."""

import gradio as gr

from cgan.page.parts import SEED


def lay_out(page):
    text = (
        "\n".join(page.text("about_text")).replace("SEED", str(SEED)).replace("URL", "http://127.0.0.1:7860/")
    )
    with page.tab("about"):
        gr.Markdown(text, elem_id="about")
