"""The tab Training: how a model learned, or how train.py is doing now: previews as a film, and the losses."""

import gradio as gr
import pandas as pd

from cgan.cli import BadInput
from cgan.page import runs
from cgan.page.parts import js
from cgan.page.theme import LINES

NAME = "training"
LIVE = 120  # seconds after its last log line that a run counts as live
MOST = 1000  # the slider's maximum until the previews are counted


def lay_out(page):
    with page.tab(NAME) as tab, gr.Row(elem_classes="desk"):
        with gr.Column(min_width=300):
            template = "${cgan.tabs.training.view(value)}@children${cgan.caption('training', value)}"
            with page.picture("training", template), gr.Row(elem_classes="bar"):
                play = page.button("play", "training-play", scale=0)
                at = gr.Slider(
                    1, MOST, MOST, step=1, label=page.text("epoch"), buttons=[], elem_id="training-bar"
                )
        with gr.Column(min_width=300):
            of = gr.Dropdown(label=page.text("training_of"), filterable=False, elem_id="training-of")
            plot = gr.LinePlot(
                x="epoch",
                y="loss",
                color="of",
                x_title=page.text("epoch"),
                y_title=page.text("loss"),
                color_title=" ",
                height=280,
                elem_id="training-losses",
            )
            status = gr.HTML(
                html_template="<p role='status' class='says'>${cgan.escape(value)}</p>",
                elem_id="training-status",
            )
            gr.Markdown(page.text("training_info"), elem_classes="info")
        epoch, previews = gr.Number(visible=False), gr.JSON(visible=False)
        timer = gr.Timer(3, active=False)

    # A link sets `of` last, which calls `state`; whose `previews` the picture needs.
    page.wire("training", {"epoch": epoch, "of": of, "at": at, "previews": previews})
    settings = {"concurrency_limit": None, "show_progress": "hidden", "api_visibility": "private"}
    events, outputs = [tab.select, of.change, timer.tick], [of, at, previews, plot, status, timer]
    told = gr.on(events, lambda chosen: state(page, chosen), of, outputs, preprocess=False, **settings)
    told.then(**page.show("training", "live", "previews"))
    play.click(**js("tabs.training.play"))


def state(page, chosen):
    """Return the tab's outputs for the chosen training; by default a live run, any run, or else the first."""
    trainings = runs.trainings(page.everything, page.runs)
    histories = {}
    for name, path in trainings.items():
        try:
            if name == chosen or path.suffix != ".json":
                histories[name] = runs.history(path)
        except BadInput:
            continue
    live = [name for name, history in histories.items() if is_live(history)]
    gone = page.text("training_gone").format(name=chosen) + " " if chosen and chosen not in trainings else ""
    chosen = chosen if chosen in trainings else next(iter([*live, *histories, *trainings]), None)
    if chosen is None:
        return gr.Dropdown(choices=[]), gr.skip(), None, None, page.text("training_none"), gr.skip()
    history = histories.get(chosen) or runs.history(trainings[chosen])
    epochs, limit = history["previews"], axis(history)
    return (
        gr.Dropdown(choices=list(trainings), value=chosen),
        gr.Slider(maximum=max(2, len(epochs))),
        {"of": chosen, "epochs": epochs, "all": history["epochs"], "limit": limit},
        losses(page, history, limit),
        gone + sentence(page, history),
        gr.Timer(active=is_live(history)),
    )


def is_done(history):
    """Return whether the last epoch's preview is there; shipped weights are always done."""
    return "age" not in history or history["previews"][-1:] == [history["epochs"]]


def is_live(history):
    return not is_done(history) and history["age"] < LIVE


def axis(history):
    """Return the last epoch of the losses' axis: it is halved while what is done so far still fits."""
    limit = history["epochs"]
    while 2 * max(0.01, history["epochs_done"], *history["previews"][-1:]) <= limit:
        limit /= 2
    return limit


def losses(page, history, limit):
    """Return gr.LinePlot's table: a row for each loss and epoch."""
    names = {name: page.text(f"loss_{name}") for name in history["losses"]}
    table = pd.DataFrame({names[name]: values for name, values in history["losses"].items()})
    table = table.assign(epoch=history["epoch"]).melt("epoch", var_name="of", value_name="loss")
    colors = {names[name]: LINES[name] for name in names if name in LINES}
    return gr.LinePlot(table, color_map=colors, x_lim=[0, limit])


def sentence(page, history):
    key = "now" if is_live(history) else "took" if is_done(history) else "stopped"
    left = history.get("seconds_left")
    return page.text(f"training_{key}").format(
        epochs=history["epochs"],
        done=f"{history['epochs_done']:.4g}",
        minutes=max(1, round(history["seconds"] / 60)),
        left="?" if left is None else max(1, round(left / 60)),
    )
