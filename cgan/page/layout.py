"""Lay out the whole page, once for each language."""

import json

import gradio as gr

from cgan.page import about, access, compare, draw, hand, morph, quiz, theme, training, write
from cgan.page.parts import FOLDER, MAX_SEED, STYLE, TEXTS, Page, js, note

# The link to the other language, and Back and Forward as an event.
TITLE = """<h1>${cgan.say("title")}</h1><p>${cgan.say("subtitle")}</p>
<a href="${cgan.say("other_page")}" lang="${cgan.say("other_lang")}" hreflang="${cgan.say("other_lang")}"
onclick="this.search = cgan.other()">${cgan.say("other_language")}</a>"""
INNER = ["frame", "play", "previews", "pair"]  # controls that are not in links
BACK = """addEventListener("popstate", () => trigger("select"));"""


def build(models, runs=()):
    """Build the page as gr.Blocks. models: name -> Weights; the first conditional one is the default.
    runs: what the Training tab shows beside shipped models (see runs.py)."""
    with access.Blocks(title=TEXTS["title"]["en"], analytics_enabled=False, delete_cache=(600, 3600)) as demo:
        lay_out(demo, "en", models, runs)
    with demo.route("中文", "zh", show_in_navbar=False):
        lay_out(demo, "zh", models, runs)
    return demo


def lay_out(demo, language, models, runs):
    conditional = {name: weights for name, weights in models.items() if weights.conditional}
    page = Page(language, conditional, models, list(runs))
    gr.Navbar(visible="hidden")  # nothing to choose there; False would leave "Home"
    title = gr.HTML(html_template=TITLE, js_on_load=BACK, elem_id="title", padding=False)
    with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as tabs:
        for tab in (draw, hand, write, morph, compare, training, quiz, about):
            tab.lay_out(page)
    controls = page.controls

    # A page's address says which tab to open and sets its controls. Then the tab shows its picture.
    defaults = {
        tab: {name: c.value for name, c in of_tab.items() if name not in INNER}
        for tab, of_tab in controls.items()
    }
    linked = [controls[tab][name] for tab, of_tab in defaults.items() for name in of_tab]
    opened = gr.on([demo.load, title.select], None, linked, [tabs, *linked], **js("open", defaults))
    for name, tab in page.tabs.items():
        opened.then(**page.show(name, "open"))
        tab.select(**page.show(name, "tab"))

    # A model chosen in one tab is chosen in all.
    choosers, styles = list(page.choosers.values()), list(page.styles.values())
    for chooser in choosers:
        chooser.change(None, chooser, [*choosers, *styles], **js("pick_model", len(choosers), len(styles)))

    # The hand of an opened picture, or the one that was learned, can be used in another tab.
    for source, buttons in page.uses.items():
        for key, button in buttons.items():
            tab, target = ("write", "") if key == "write" else ("morph", "to_" if key == "to" else "")
            taken = {name: f"{target}{name}" for name in ("seed", "i", "z") if name in controls[source]}
            taken |= {name: name for name in ("model", *STYLE)}
            if tab == "morph" and "digit" in controls[source]:
                taken["digit"] = key
            inputs = [controls[source][name] for name in taken]
            outputs = [controls[tab][name] for name in taken.values()]
            button.click(None, inputs, [*outputs, tabs], **js("turn_to", tab))


def look(models):
    """Return the options of gr.Blocks.launch() for theme, style, script and footer."""
    facts = {
        name: {
            "id": weights.id,
            "styled": weights.directions is not None,
            "conditional": weights.conditional,
            "note": {language: note(weights, language) for language in ("en", "zh")},
        }
        for name, weights in models.items()
    }
    texts = {key: text for key, text in TEXTS.items() if key != "about_text"}
    given = {"texts": texts, "models": facts, "maxSeed": MAX_SEED, "style": STYLE, "inner": INNER}
    given = json.dumps(given).replace("<", "\\u003c")
    script = (FOLDER / "page.js").read_text("utf-8")
    return {
        "theme": theme.THEME,
        "css_paths": FOLDER / "style.css",
        "head": f"<script>{script}({given});</script>",
        "footer_links": ["api", "gradio"],
    }
