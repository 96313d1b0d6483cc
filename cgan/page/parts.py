"""What the tabs share: texts, controls, and the one pattern by which a picture follows its controls.

A picture has an address. A gr.HTML shows it; its value holds the address, an alt text and a caption. When a
control changes, one event in the browser (`cgan.show` in page.js) fetches the next picture and returns the
next value. So a picture needs no queue, no session and no file, and browsers and proxies can cache it.

A new tab is written in four places: a file of its own with `lay_out(page)`, its name in layout.py's loop,
`tabs.NAME` in page.js (its picture's address and texts), and the texts themselves in texts.json. Without
`page.model`, its links carry no weights' id and draw with whatever weights the page has.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr

from cgan.draw import styles, writing

FOLDER = Path(__file__).parent
TEXTS = json.loads((FOLDER.parent / "web" / "texts.json").read_text("utf-8"))
MAX_SEED = 65535  # within reach of a slider
SEED = 13  # the classifier reads all ten digits of its first hand with at least 0.99
STYLE = styles.STYLES

# gr.HTML evaluates its template as a JavaScript template literal, after Handlebars. {{value}} is unsafe:
# ${...} in a value would run. Use cgan.escape.
PICTURE = """${value?.src ? `<button type="button" class="paper">
<img src="${cgan.escape(value.src)}" alt="${cgan.escape(value.alt)}"
class="${value.look ?? ""}"></button>` : ""}"""
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
    uses: dict = field(default_factory=dict)  # tab -> {"write", "from" or "to": gr.Button}

    def text(self, key):
        return TEXTS[key][self.language]

    def tab(self, name):
        self.tabs[name] = gr.Tab(self.text(name), id=name, elem_id=f"{name}-tab", render_children=True)
        return self.tabs[name]

    def button(self, key, elem_id, variant="secondary", **settings):
        return gr.Button(self.text(key), variant=variant, elem_id=elem_id, min_width=60, **settings)

    def use(self, tab, *keys):
        """Add buttons that use the tab's hand in another tab; layout.py wires them."""
        self.uses[tab] = {key: self.button(f"use_{key}", f"{tab}-use-{key}", size="sm") for key in keys}

    def digit(self, elem_id, key="digit", value="3", more=(), **settings):
        choices, label = [*map(str, range(10)), *more], self.text(key)
        fixed = {"filterable": False, "min_width": 90, "elem_id": elem_id}
        return gr.Dropdown(choices, value=value, label=label, **fixed, **settings)

    def seed(self, elem_id, key="seed", **settings):
        fixed = {"step": 1, "precision": 0, "min_width": 200, "elem_id": elem_id}
        return gr.Slider(0, MAX_SEED, SEED, label=self.text(key), **fixed, **settings)

    def radio(self, elem_id, key, values, names=None, value=None):
        """Add a choice of `values`; names: their text keys begin with it, else values show as they are."""
        choices = [(self.text(f"{names}_{choice}"), choice) for choice in values] if names else values
        return gr.Radio(choices, value=value or values[0], label=self.text(key), elem_id=elem_id)

    def writing(self, elem_id, key, value, **settings):
        """Add a field for a text to write."""
        fixed = {"info": self.text("text_info"), "max_length": writing.MAX_TEXT, "elem_id": elem_id}
        return gr.Textbox(value, label=self.text(key), **fixed, **settings)

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

    def wire(self, tab, controls, steps=(), randomize=None, empties=None):
        """Redraw the tab's picture when a visible control changes: choices make an entry in the browser's
        history, sliders and texts redraw as they change.

        controls: name in links -> component, in the order of links.
        steps: more events that make an entry.
        randomize: a button that gives new seeds.
        empties: name of a control -> names of those to empty when it changes.
        """
        self.controls[tab], picture, empties = controls, self.pictures[tab], empties or {}
        choices = [c.input for c in controls.values() if isinstance(c, gr.Dropdown | gr.Radio)]
        gr.on([*choices, *steps], **self.show(tab, "step"))
        for name, component in controls.items():
            if component.visible and isinstance(component, gr.Slider | gr.Checkbox | gr.Textbox):
                # A Textbox's `input` event comes before its new value.
                event = component.change if isinstance(component, gr.Textbox) else component.input
                event(**self.show(tab, "live", empties.get(name, [])))
        picture.copy(None, list(controls.values()), picture, **js("copy", tab, list(controls)))
        if randomize:
            seeds = [name for name in controls if name.endswith("seed")]
            changed = [*seeds, *(other for name in seeds for other in empties.get(name, []))]
            outputs = [controls[name] for name in changed]
            clicked = randomize.click(None, None, outputs, **js("randomize", changed, len(seeds)))
            clicked.then(**self.show(tab, "step"))

    def show(self, tab, how, emptied=()):
        """Return the settings of an event that updates the tab's picture; for `how`, see page.js."""
        controls = self.controls.get(tab, {})
        picture = [self.pictures[tab]] if tab in self.pictures else []  # About has none
        outputs = [*picture, *(controls[name] for name in emptied)]
        settings = js("show", tab, list(controls), how, list(emptied))
        return {"fn": None, "inputs": list(controls.values()), "outputs": outputs, **settings}


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
