"""Lay out the whole page, once for each language."""

import re

import gradio as gr

from cgan.draw import writing
from cgan.page import about, access, compare, draw, hand, morph, quiz, theme, training, write
from cgan.page.parts import FOLDER, SEED, SET, SLIDER, STYLE, TEXTS, WEB, Page, in_script, js, note

TABS = [draw, hand, write, morph, compare, training, quiz, about]
# The link to the other language, and Back and Forward as an event.
TITLE = """<img src="favicon.ico" alt=""><h1>${cgan.say("title")}</h1><p>${cgan.say("subtitle")}</p>
<a href="${cgan.say("other_page")}" lang="${cgan.say("other_lang")}" hreflang="${cgan.say("other_lang")}"
onclick="this.search = cgan.other()">${cgan.say("other_language")}</a>"""
BACK = """addEventListener("popstate", () => trigger("select"));"""
# Controls that are not in links.
INNER = ["seed_bar", "to_seed_bar", "frame", "play", "at", "previews", "pair"]


def build(models, runs=()):
    """Build the page.

    Args:
        models: name -> Weights; the first conditional one is the default.
        runs: what the tab Training shows beside shipped models (see runs.py).

    Returns:
        The gr.Blocks, and the options of its launch() for theme, style, script and footer.
    """
    with access.Blocks(title=TEXTS["title"]["en"], analytics_enabled=False, delete_cache=(600, 3600)) as demo:
        lay_out(demo, "en", models, runs)
    with demo.route("中文", "zh", show_in_navbar=False):
        page = lay_out(demo, "zh", models, runs)
    return demo, look(page)


def lay_out(demo, language, models, runs):
    conditional = {name: weights for name, weights in models.items() if weights.conditional}
    page = Page(language, conditional, models, list(runs))
    gr.Navbar(visible="hidden")  # nothing to choose there; False would leave "Home"
    title = gr.HTML(html_template=TITLE, js_on_load=BACK, elem_id="title", padding=False)
    page.held |= {"i": gr.Number(visible=False), "z": gr.Textbox(visible=False)}
    with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as tabs:
        for tab in TABS:
            tab.lay_out(page)

    # A page's address says which tab to open and sets its controls. Then the tab shows its picture.
    outputs = [tabs, *page.folds.values(), *linked(page).values()]
    opened = gr.on([demo.load, title.select], None, None, outputs, **js("open", list(page.folds)))
    for name, tab in page.tabs.items():
        opened.then(**page.show(name, "open"))
        tab.select(**page.show(name, "tab"))

    # A model or a style chosen in one tab is chosen in all.
    choosers = list(page.choosers.values())
    for chooser in choosers:
        outputs = [*choosers, *page.styled]
        chooser.change(None, chooser, outputs, **js("pick_model", len(choosers), len(page.styled)))
    for name in STYLE:
        sliders = [of_tab[name] for of_tab in page.controls.values() if name in of_tab]
        for slider in sliders:
            others = [other for other in sliders if other is not slider]
            slider.input(None, slider, others, **js("same", len(others)))

    # The hand of an opened picture can be used in another tab.
    inputs, outputs = list(page.controls["draw"].values()), [tabs, *linked(page).values()]
    page.pictures["draw"].click(None, inputs, outputs, **js("use"))
    return page


def linked(page):
    """Return the components that a page's address can set: (tab, name in links) -> component, each once.

    The hand in use is nobody's: its tab is "held".
    """
    held = {("held", name): component for name, component in page.held.items()}
    own = {
        (tab, name): component
        for tab, of_tab in page.controls.items()
        for name, component in of_tab.items()
        if component is not page.held.get(name) and (name not in INNER or name.endswith("_bar"))
    }
    return held | own


def look(page):
    """Return the options of gr.Blocks.launch() for theme, style, script and footer."""
    measured = compare.measured(page.everything)
    models = {
        name: {
            "id": weights.id,
            "styled": weights.directions is not None,
            "conditional": weights.conditional,
            "distance": measured.get(name, {}).get("fd_ratio"),
            "note": {language: note(weights, language) for language in ("en", "zh")},
        }
        for name, weights in page.everything.items()
    }
    values = {
        tab: {name: component.value for name, component in of_tab.items()}
        for tab, of_tab in page.controls.items()
    }
    # What a parameter means that is missing beside others, as in links of earlier versions.
    missing = {
        tab: dict.fromkeys({"seed", "to_seed"} & of_tab.keys(), SEED) for tab, of_tab in page.controls.items()
    }
    missing["draw"]["digit"], missing["write"]["hand"] = "3", "one"
    given = {
        "models": models,
        "signs": "".join(sign + about["typed"] for sign, about in writing.SIGNS.items()),
        "longest": writing.MAX_TEXT,
        "slider": SLIDER,
        "style": STYLE,
        "defaults": values,
        "missing": missing,
        "linked": list(linked(page)),
        "set": SET,
        "inner": INNER,
        "tabs": {},
    }
    own = [FOLDER / f"{name}.js" for name in ("links", "page", "paper", *(tab.NAME for tab in TABS))]
    scripts = "".join(script.read_text("utf-8") for script in [WEB / "pad.js", *own])
    scripts = re.sub(r"^ *//.*\n|^ +", "", scripts, flags=re.MULTILINE)  # comments are for readers
    return {
        "theme": theme.THEME,
        "css_paths": [FOLDER / "style.css", FOLDER / "about.css"],  # head.py has ink.css
        "favicon_path": FOLDER / "seal.png",
        "head": f"<script>window.cgan = {in_script(given)};\n{scripts}</script>",
        "footer_links": ["api", "gradio"],
    }
