"""What the tabs share: texts, controls, and the one pattern by which a picture follows its controls.

A picture has an address. A gr.HTML shows it; its value holds the address, an alt text and a caption. When a
control changes, one event in the browser (`cgan.show` in page.js) fetches the next picture and returns the
next value. So a picture needs no queue, no session and no file, and browsers and proxies can cache it.

A new tab is written in four places: a file of its own with `lay_out(page)`, a script of the same name that
adds itself to `cgan.tabs` (see page.js), its name in layout.py's TABS, and the texts in texts.json. Without
`page.model`, its links carry no weights' id and draw with whatever weights the page has.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr

from cgan.draw import hands, styles

FOLDER = Path(__file__).parent
WEB = FOLDER.parent / "web"
TEXTS = json.loads((WEB / "texts.json").read_text("utf-8"))
SLIDER = 65535  # within reach of a slider; the field beside it takes any seed
SEED = 13  # of a link that names none
OPENING = 51  # the seed that the page opens on: no digit of its ten hands falls apart in ink
STYLE = styles.STYLES
# Controls that `cgan.show` may set, besides the one that was changed.
SET = (
    "digit",
    "seed",
    "seed_bar",
    "to_seed",
    "to_seed_bar",
    "i",
    "z",
    "to_i",
    "to_z",
    "hand",
    "turn",
    "play",
    "epoch",
    "at",
)


@dataclass
class Page:
    """The page in one language: what a tab's `lay_out` needs, and what the tabs have laid out so far."""

    language: str
    models: dict  # name -> Weights, the conditional ones
    everything: dict  # name -> Weights, all of them
    runs: list
    held: dict = field(default_factory=dict)  # the hand in use: {"i", "z": component}, shared by tabs
    controls: dict = field(default_factory=dict)  # tab -> {name in links: component}
    pictures: dict = field(default_factory=dict)  # tab -> gr.HTML
    choosers: dict = field(default_factory=dict)  # tab -> the model's gr.Dropdown
    styled: list = field(default_factory=list)  # what only a model with style directions needs
    folds: dict = field(default_factory=dict)  # tab -> the gr.Accordion with its style sliders
    tabs: dict = field(default_factory=dict)  # name -> gr.Tab

    def text(self, key):
        return TEXTS[key][self.language]

    def tab(self, name):
        self.tabs[name] = gr.Tab(self.text(name), id=name, elem_id=f"{name}-tab", render_children=True)
        return self.tabs[name]

    def button(self, key, elem_id, variant="secondary", **settings):
        return gr.Button(self.text(key), variant=variant, elem_id=elem_id, min_width=60, **settings)

    def digit(self, elem_id, key="digit", value="3", more=(), **settings):
        choices, label = [*more, *map(str, range(10))], self.text(key)
        fixed = {"filterable": False, "min_width": 90, "elem_id": elem_id}
        return gr.Dropdown(choices, value=value, label=label, **fixed, **settings)

    def seed(self, elem_id, name="seed", key="seed", **settings):
        """Add a field for any seed and a slider that sets it. Return {name in links: component}."""
        label, numbers = self.text(key), {"step": 1, "precision": 0, "min_width": 120}
        limits = {"minimum": 0, "maximum": hands.MAX_SEED}
        with gr.Column(min_width=220, elem_classes="seed", **settings):
            number = gr.Number(OPENING, label=label, elem_id=elem_id, **limits, **numbers)
            bar = gr.Slider(0, SLIDER, OPENING, label=label, elem_id=f"{elem_id}-bar", buttons=[], **numbers)
        return {name: number, f"{name}_bar": bar}

    def radio(self, elem_id, key, values, names=None, value=None):
        """Add a choice of `values`; names: their text keys begin with it, else values show as they are."""
        choices = [(self.text(f"{names}_{choice}"), choice) for choice in values] if names else values
        return gr.Radio(choices, value=value or values[0], label=self.text(key), elem_id=elem_id)

    def writing(self, elem_id, key, value, **settings):
        """Add a field for a text to write."""
        info = self.text("text_info")
        return gr.Textbox(value, label=self.text(key), info=info, elem_id=elem_id, **settings)

    def model(self, tab, **settings):
        self.choosers[tab] = gr.Dropdown(
            list(self.models),
            label=self.text("model"),
            info=note(next(iter(self.models.values())), self.language),
            filterable=False,
            min_width=120,
            elem_id=f"{tab}-model",
            **settings,
        )
        return self.choosers[tab]

    def style(self, tab, is_fixed=False):
        """Add the style sliders, hidden unless the model has style directions: the one chosen, or, if
        `is_fixed`, the first one. Return name -> gr.Slider."""
        styled = next(iter(self.models.values())).directions is not None
        with gr.Column(visible=styled, elem_id=f"{tab}-style", elem_classes="style") as group:
            self.styled += [] if is_fixed else [group]
            return {
                name: gr.Slider(
                    -2, 2, 0, step=0.1, label=self.text(name), buttons=[], elem_id=f"{tab}-{name}"
                )
                for name in STYLE
            }

    def more(self, tab, key="more"):
        self.folds[tab] = gr.Accordion(self.text(key), open=False, elem_id=f"{tab}-more")
        return self.folds[tab]

    def picture(self, tab, template="${cgan.paint('TAB', value)}"):
        self.pictures[tab] = gr.HTML(
            html_template=template.replace("TAB", tab),
            js_on_load="cgan.listen(element, trigger)",
            elem_id=f"{tab}-picture",
        )
        return self.pictures[tab]

    def wire(self, tab, controls, buttons=None):
        """Redraw the tab's picture when a control changes: choices make an entry in the browser's history,
        sliders and texts redraw as they change.

        controls: name in links -> component, in the order of links.
        buttons: name of a step for page.js -> gr.Button.
        """
        self.controls[tab], picture = controls, self.pictures[tab]
        for name, component in controls.items():
            if not component.visible or isinstance(component, gr.HTML | gr.JSON):
                continue
            if isinstance(component, gr.Dropdown | gr.Radio):
                component.input(**self.show(tab, "step", name))
            else:  # A Textbox's `input` event comes before its new value.
                event = component.change if isinstance(component, gr.Textbox) else component.input
                event(**self.show(tab, "live", name))
            if isinstance(component, gr.Number):
                gr.on([component.blur, component.submit], **self.show(tab, "live", f"{name}_left"))
        for name, button in (buttons or {}).items():
            button.click(**self.show(tab, "step", name))
        for event in ("select", "edit", "clear"):  # what is clicked in the picture; see cgan.listen
            getattr(picture, event)(**self.show(tab, "live" if event == "edit" else "step", event))
        picture.copy(None, list(controls.values()), picture, **js("copy", tab))

    def show(self, tab, how, source=""):
        """Return the settings of an event that updates the tab's picture; see cgan.show in page.js."""
        controls = self.controls.get(tab, {})
        picture = [self.pictures[tab]] if tab in self.pictures else []  # About has none
        outputs = [*picture, *(controls[name] for name in SET if name in controls)]
        return {"fn": None, "inputs": list(controls.values()), "outputs": outputs} | js(
            "show", tab, how, source
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


def in_script(facts):
    """Return facts as JSON that cannot end the script it stands in."""
    return json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")
