"""What the tabs share: texts, controls, and the one pattern by which a picture follows its controls.

A picture has an address. A gr.HTML shows it; its value holds the address, an alt text and a caption. When a
control changes, one event in the browser (`cgan.show` in page.js) fetches the next picture and returns the
next value. So a picture needs no queue, no session and no file, and browsers and proxies can cache it.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr

FOLDER = Path(__file__).parent
TEXTS = json.loads((FOLDER / "texts.json").read_text("utf-8"))
MAX_SEED = 65535  # within reach of a slider
SEED = 178  # the classifier reads all ten digits of its first hand with at least 0.99
STYLE = ["slant", "stroke", "width"]

# gr.HTML evaluates its template as a JavaScript template literal, after Handlebars. {{value}} is unsafe:
# ${...} in a value would run. Use cgan.escape.
PICTURE = """${value?.src ? `<button type="button" class="paper">
<img src="${cgan.escape(value.src)}" alt="${cgan.escape(value.alt)}" class="${value.look}"></button>` : ""}"""
CAPTION = """<p role="status" class="says ${value?.failed ? "failed" : ""}">${cgan.escape(value?.says)}</p>
<p class="slow">${cgan.say("slow")}</p>
<nav>${(value?.files ?? []).map(([text, href, name]) =>
`<a href="${cgan.escape(href)}" download="${cgan.escape(name)}">${cgan.escape(text)}</a>`).join("")}
${value?.src || value?.cards ? `<button type="button" data-do="copy">${cgan.say("copy")}</button>` : ""}</nav>
${value?.url ? `<input readonly aria-label="${cgan.say("copy")}" value="${cgan.escape(value.url)}">` : ""}"""
CLICKS = """element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) trigger(button.dataset.do);
  else if (cgan.point(event)) trigger("select");
});"""


@dataclass
class Page:
    """The page in one language: what a tab's `lay_out` needs, and what the tabs have laid out so far."""

    language: str
    models: dict  # name -> Weights, the conditional ones
    everything: dict  # name -> Weights, all of them
    runs: list
    controls: dict = field(default_factory=dict)  # tab -> {name in links: component}
    pictures: dict = field(default_factory=dict)  # tab -> gr.HTML
    choosers: dict = field(default_factory=dict)  # tab -> the model's gr.Dropdown
    styles: dict = field(default_factory=dict)  # tab -> gr.Accordion
    tabs: dict = field(default_factory=dict)  # name -> gr.Tab

    def text(self, key):
        return TEXTS[key][self.language]

    def tab(self, name):
        self.tabs[name] = gr.Tab(self.text(name), id=name, elem_id=f"{name}-tab", render_children=True)
        return self.tabs[name]

    def button(self, key, elem_id, variant="secondary", **settings):
        return gr.Button(self.text(key), variant=variant, elem_id=elem_id, min_width=60, **settings)

    def digit(self, elem_id, key="digit", value=3, more=(), **settings):
        return gr.Dropdown(
            [*map(str, range(10)), *more],
            value=str(value),
            label=self.text(key),
            filterable=False,
            min_width=90,
            elem_id=elem_id,
            **settings,
        )

    def seed(self, elem_id, key="seed", **settings):
        return gr.Slider(
            0,
            MAX_SEED,
            SEED,
            step=1,
            precision=0,
            label=self.text(key),
            min_width=200,
            elem_id=elem_id,
            **settings,
        )

    def model(self, tab):
        self.choosers[tab] = gr.Dropdown(
            list(self.models),
            label=self.text("model"),
            info=note(next(iter(self.models.values())), self.language),
            filterable=False,
            min_width=120,
            elem_id=f"{tab}-model",
        )
        return self.choosers[tab]

    def style(self, tab):
        """Add the style sliders, hidden unless the model has style directions. Return name -> gr.Slider."""
        styled = next(iter(self.models.values())).directions is not None
        self.styles[tab] = gr.Accordion(
            self.text("style"), open=False, visible=styled, elem_id=f"{tab}-style"
        )
        with self.styles[tab]:
            return {
                name: gr.Slider(-2, 2, 0, step=0.1, label=self.text(name), elem_id=f"{tab}-{name}")
                for name in STYLE
            }

    def picture(self, tab, template=PICTURE):
        self.pictures[tab] = gr.HTML(
            html_template=template + CAPTION, js_on_load=CLICKS, elem_id=f"{tab}-picture"
        )
        return self.pictures[tab]

    def wire(self, tab, controls, steps=(), sliders=None, randomize=None, seeds=("seed",)):
        """Redraw the tab's picture when a control changes.

        controls: name in links -> component, in the order of links.
        steps: events that make an entry in the browser's history.
        sliders: controls that redraw as they move, without an entry: name -> names of the controls to empty.
        randomize: a button that gives new `seeds`.
        """
        self.controls[tab], picture, sliders = controls, self.pictures[tab], sliders or {}
        names, inputs = list(controls), list(controls.values())
        gr.on(steps, None, inputs, picture, **js("show", tab, names, "step", []))
        for name, emptied in sliders.items():
            outputs = [picture, *(controls[other] for other in emptied)]
            # A Textbox's `input` event comes before its new value.
            event = controls[name].change if isinstance(controls[name], gr.Textbox) else controls[name].input
            event(None, inputs, outputs, **js("show", tab, names, "live", emptied))
        picture.copy(None, inputs, picture, **js("copy", tab, names))
        if randomize:
            changed = [*seeds, *(other for name in seeds for other in sliders[name])]
            outputs = [controls[name] for name in changed]
            randomize.click(None, None, outputs, **js("randomize", changed, len(seeds))).then(
                None, inputs, picture, **js("show", tab, names, "step", [])
            )


def note(weights, language):
    """Return a description of a model, in one line."""
    return TEXTS.get(f"recipe_{weights.recipe}", TEXTS["recipe_other"])[language]


def js(call, *given):
    """Return the settings of an event that the browser handles: cgan.CALL(*given, the inputs as a list)."""
    arguments = "".join(f"{json.dumps(value)}, " for value in given)
    return {
        "js": f"(...values) => cgan.{call}({arguments}values)",
        "api_visibility": "private",
        "show_progress": "hidden",
    }
