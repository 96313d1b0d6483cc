"""Placeholder of the page until its tabs are laid out."""

import gradio as gr

from cgan.page import access


def build(models, runs=()):
    with access.Blocks(title="Handwritten digits", analytics_enabled=False) as demo:
        gr.HTML('<img src="gradio_api/digits/3.png?seed=42&n=64&scale=2" alt="64 threes">')
    return demo


def look(models):
    return {}
