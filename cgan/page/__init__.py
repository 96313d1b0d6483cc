"""The page's tabs (each a .py and a .js), what they share, and all their texts.

texts.json has every text that a visitor sees, in English and Chinese, for the layout and for the scripts.
"""

import json
from pathlib import Path

import gradio as gr

FOLDER = Path(__file__).parent
TEXTS = json.loads((FOLDER / "texts.json").read_text("utf-8"))
MAX_SEED = 65535  # one that can be reached by dragging
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


def seed_slider(key="seed", elem_id="seed", value=42):
    return gr.Slider(0, MAX_SEED, value, step=1, precision=0, label=text(key), elem_id=elem_id)


def button(key, elem_id, variant="secondary"):
    return gr.Button(text(key), variant=variant, elem_id=elem_id, min_width=120)


def js(call, *arguments):
    """Wiring for an event that the browser handles: cgan.CALL(arguments, the inputs as a list)."""
    given = ", ".join(map(json.dumps, [*arguments]))
    return {
        "js": f"(...values) => cgan.{call}({given}{', ' if given else ''}values)",
        "api_visibility": "private",
    }


def wire(tab, name, controls, changes, buttons, seeds, model):
    """What every tab does: draw when a control changes, and its buttons, in order. seeds: those by name."""
    inputs = [*controls, model]
    go, randomize, download, copy = buttons
    gr.on([*changes, model.select, *(seed.input for seed in seeds.values())], None, inputs, **js("ask", name))
    for key, seed in seeds.items():
        seed.release(None, inputs, seed, **js("settle", name, key))
    go.click(None, inputs, **js("press", name))
    randomize.click(None, inputs, [*seeds.values()], **js("randomize", name))
    download.click(None, **js("download", name))
    copy.click(None, **js("copyLink", name))
    tab.select(None, **js("enter", name))
