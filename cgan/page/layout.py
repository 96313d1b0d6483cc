"""The page as a whole: one layout, called for each language."""

import json

import gradio as gr

from cgan.page import access, draw, theme
from cgan.page.parts import FOLDER, MAX_SEED, TEXTS, Page, js

# The link to the other language, and Back and Forward as an event.
TITLE = """<h1>${cgan.say("title")}</h1><p>${cgan.say("subtitle")}</p>
<a href="${cgan.say("other_page")}" lang="${cgan.say("other_lang")}" hreflang="${cgan.say("other_lang")}"
onclick="this.search = cgan.other()">${cgan.say("other_language")}</a>"""
BACK = """addEventListener("popstate", () => trigger("select"));"""


def build(models, runs=()):
    """The page as gr.Blocks. models: name -> Weights; the first that draws the digit asked for is chosen.
    runs: what the Training tab shows beside shipped models (see runs.py)."""
    with access.Blocks(title=TEXTS["title"]["en"], analytics_enabled=False, delete_cache=(600, 3600)) as demo:
        lay_out(demo, "en", models, runs)
    with demo.route("中文", "zh", show_in_navbar=False):
        lay_out(demo, "zh", models, runs)
    return demo.queue(max_size=64, api_open=False)


def lay_out(demo, language, models, runs):
    conditional = {name: weights for name, weights in models.items() if weights.conditional}
    page = Page(language, conditional, models, list(runs))
    gr.Navbar(visible="hidden")  # nothing to choose there; False would leave "Home"
    title = gr.HTML(html_template=TITLE, js_on_load=BACK, elem_id="title", padding=False)
    with gr.Tabs(elem_id="tabs") as tabs:
        draw.lay_out(page)
    # An address says which tab to open, and its controls; the tab then draws what the address asks for.
    names = {tab: list(controls) for tab, controls in page.controls.items()}
    defaults = {tab: {name: c.value for name, c in controls.items()} for tab, controls in page.controls.items()}
    controls = [component for each in page.controls.values() for component in each.values()]
    opened = gr.on([demo.load, title.select], None, controls, [tabs, *controls], **js("open", defaults))
    for tab, picture in page.pictures.items():
        inputs = list(page.controls[tab].values())
        opened.then(None, inputs, picture, **js("show", tab, names[tab], "open", None))


def look(models):
    """What gr.Blocks.launch() needs to show the page: theme, style, script and footer."""
    facts = {
        name: {"id": weights.id, "styled": weights.directions is not None, "conditional": weights.conditional}
        for name, weights in models.items()
    }
    settings = {"texts": TEXTS, "models": facts, "maxSeed": MAX_SEED}
    given = json.dumps(settings).replace("<", "\\u003c")
    script = (FOLDER / "page.js").read_text("utf-8")
    return {
        "theme": theme.THEME,
        "css_paths": FOLDER / "style.css",
        "head": f"<script>{script}({given});</script>",
        "footer_links": ["api", "gradio"],
    }
