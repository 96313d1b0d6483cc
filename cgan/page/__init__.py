"""The page's tabs (each a .py and a .js), what they share, and all their texts.

texts.json has every text that a visitor sees, in English and Chinese, for the layout and for the scripts.
"""

import json
from pathlib import Path

import gradio as gr

FOLDER = Path(__file__).parent
TEXTS = json.loads((FOLDER / "texts.json").read_text("utf-8"))
MAX_SEED = 65535  # one that can be reached by dragging
DRAWING = ["generate", "randomize"]  # buttons that change the picture
SCRIPTS = ["page.js", "links.js", "draw.js", "tile.js", "set.js", "write.js", "morph.js"]
SCRIPTS += ["plot.js", "compare.js", "training.js", "quiz.js", "about.js"]


def text(key):
    """A text in both languages, side by side: language.js leaves the visitor's."""
    return " ".join(TEXTS[key].values())


def script(*names, **given):
    """A page's script as HTML: cgan.NAME = what is given, and then the files."""
    code = [f"cgan.{name} = {json.dumps(value)};".replace("<", "\\u003c") for name, value in given.items()]
    code += [(FOLDER / name).read_text("utf-8") for name in names]
    return "\n".join(["<script>", *code, "</script>"])


def tab(name):
    """A tab, to lay out in; what is in it has ids of its own, by `own`."""
    made = gr.Tab(text(name), id=name, elem_id=f"{name}-tab", render_children=True)
    made.select(None, **js("enter", name))
    return made


def own(name, key):
    """The id of what the tab has by that key; page.js knows it, too."""
    return key if name == "draw" else f"{name}-{key}"


def status(name):
    """Where the tab says something, as HTML."""
    return f'<div id="{own(name, "status")}" class="status" role="status"></div>'


def digit_dropdown(name, key="digit", value=3, more=()):
    choices = [*((str(digit), digit) for digit in range(10)), *more]
    return gr.Dropdown(
        choices, value=value, label=text(key), filterable=False, min_width=100, elem_id=own(name, key)
    )


def seed_slider(name, key="seed", value=42):
    return gr.Slider(0, MAX_SEED, value, step=1, precision=0, label=text(key), elem_id=own(name, key))


def button(key, elem_id, variant="secondary"):
    return gr.Button(text(key), variant=variant, elem_id=elem_id, min_width=120)


def buttons(name, *keys, **texts):
    """A row of a tab's buttons, by key: some of generate, randomize, download and copy, which page.js has by
    these names. texts: other keys for the texts of some."""
    with gr.Row():
        return {
            key: button(texts.get(key, key), own(name, key), "primary" if key in DRAWING else "secondary")
            for key in keys
        }


def js(call, *arguments):
    """Wiring for an event that the browser handles: cgan.CALL(arguments, the inputs as a list)."""
    given = ", ".join(map(json.dumps, [*arguments]))
    return {
        "js": f"(...values) => cgan.{call}({given}{', ' if given else ''}values)",
        "api_visibility": "private",
    }


def wire(name, controls, changes, buttons, seeds, model):
    """What tabs that draw do when a control changes or a button is pressed. buttons, seeds: by key."""
    inputs = [*controls, model]
    gr.on([*changes, model.select, *(seed.input for seed in seeds.values())], None, inputs, **js("ask", name))
    for key, seed in seeds.items():
        seed.release(None, inputs, seed, **js("settle", name, key))
    for key, pressed in buttons.items():
        changed = [*seeds.values()] if key == "randomize" else None
        pressed.click(None, inputs if key in DRAWING else None, changed, **js(key, name))
