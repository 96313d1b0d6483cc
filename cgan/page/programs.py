"""The endpoint /generate for programs: gradio_client, and the lines that "Use via API" shows."""

import hashlib
import os
from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData
from gradio.utils import get_upload_folder

from cgan.cli import BadInput, whole_number
from cgan.draw import hands
from cgan.files import write_atomically
from cgan.page import pictures, routes

MAX_FILES = 500  # kept in the temporary folder


def add_generate(demo, models):
    """Add /generate to the page `demo`. models: name -> Weights."""

    # Gradio documents these types and defaults but does not check them. A model's name as the default would
    # be public even with --auth.
    def generate(digit: int = 7, seed: int = 6, count: int = 64, model: str = "default") -> FileData:
        """Draw pictures of a digit (count: 1 to 100) as one PNG file. Equal inputs give equal pixels."""
        try:
            weights = routes.chosen(models, None if model == "default" else str(model))
            digit, seed = whole_number("digit", digit, 0, 9), whole_number("seed", seed, 0, hands.MAX_SEED)
            count = whole_number("count", count, 1, pictures.MAX_TILES)
            data = pictures.digit_png(weights, digit, count, seed=seed)
        except BadInput as error:
            raise gr.Error(str(error), print_exception=False) from error
        return {"path": str(_write(data)), "meta": {"_type": "gradio.FileData"}}

    demo.current_page = ""  # the English page, not the last one that was laid out
    with demo:
        gr.api(generate, api_name="generate")


def _write(data):
    """Write a PNG file into Gradio's temporary folder, delete the oldest ones, and return the path."""
    folder = Path(get_upload_folder())
    folder.mkdir(exist_ok=True)
    path = folder / f"{hashlib.sha256(data).hexdigest()[:16]}.png"
    write_atomically(path, data)
    files = sorted(folder.glob("*.png"), key=os.path.getmtime)
    for old in files[:-MAX_FILES]:
        old.unlink()
    return path
