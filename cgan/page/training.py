"""The tab Training: how a model learned, or how train.py is doing now: previews by epoch, and the losses."""

import gradio as gr
import pandas as pd

from cgan.cli import BadInput
from cgan.page import runs
from cgan.page.theme import LINES

NAME = "training"
LIVE = 120  # seconds after its last log line that a run counts as live
MOST = 1000  # the slider's maximum until the previews are counted


def lay_out(page):
    with page.tab(NAME) as tab, gr.Row():
        with gr.Column(min_width=300):
            of = gr.Dropdown(label=page.text("training_of"), filterable=False, elem_id="training-of")
            page.picture("training")
            epoch = gr.Slider(1, MOST, MOST, step=1, label=page.text("preview"), elem_id="training-epoch")
            previews = gr.JSON(visible=False)
        with gr.Column(min_width=300):
            plot = gr.LinePlot(
                x="epoch",
                y="loss",
                color="of",
                x_title=page.text("epoch"),
                y_title=page.text("loss"),
                color_title=" ",
                height=320,
                elem_id="training-losses",
            )
            status = gr.HTML(
                html_template="<p role='status' class='says'>${cgan.escape(value)}</p>",
                elem_id="training-status",
            )
            gr.Markdown(page.text("training_info"), elem_classes="info")
        timer = gr.Timer(3, active=False)

    # A link sets `of` last, which calls `state`.
    page.wire("training", {"epoch": epoch, "of": of, "previews": previews})
    settings = {"concurrency_limit": None, "show_progress": "hidden", "api_visibility": "private"}
    inputs, outputs = [of, epoch, previews], [of, epoch, previews, plot, status, timer]
    events = [tab.select, of.change, timer.tick]
    gr.on(events, lambda *shown: state(page, *shown), inputs, outputs, preprocess=False, **settings)
    gr.on([of.change, previews.change, epoch.change], **page.show("training", "live", "epoch"))


def state(page, chosen, position, shown):
    """Return the tab's outputs for the chosen training; by default for a live run, else the first one.

    position, shown: the chosen preview, counted from 1, and the previews that it was chosen from.
    """
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
    chosen = chosen if chosen in trainings else next(iter([*live, *trainings]), None)
    if chosen is None:
        return gr.Dropdown(choices=[]), gr.skip(), None, None, page.text("training_none"), gr.skip()
    history = histories.get(chosen) or runs.history(trainings[chosen])
    previews = history["previews"]
    is_another = shown and shown[: len(previews)] != previews[: len(shown)]
    at_end = is_another or position >= len(shown or previews)
    return (
        gr.Dropdown(choices=list(trainings), value=chosen),
        gr.Slider(maximum=max(2, len(previews)), value=len(previews) if at_end else position),
        previews,
        losses(page, history),
        gone + sentence(page, history),
        gr.Timer(active=is_live(history)),
    )


def is_done(history):
    """Return whether the last epoch's preview is there; shipped weights are always done."""
    return "age" not in history or history["previews"][-1:] == [history["epochs"]]


def is_live(history):
    return not is_done(history) and history["age"] < LIVE


def losses(page, history):
    """Return gr.LinePlot's table: a row for each loss and epoch."""
    table = pd.DataFrame({page.text(f"loss_{name}"): values for name, values in history["losses"].items()})
    table = table.assign(epoch=history["epoch"]).melt("epoch", var_name="of", value_name="loss")
    names = dict(zip(table["of"].unique(), LINES, strict=False))
    return gr.LinePlot(table, color_map=names)


def sentence(page, history):
    key = "now" if is_live(history) else "took" if is_done(history) else "stopped"
    left = history.get("seconds_left")
    return page.text(f"training_{key}").format(
        epochs=history["epochs"],
        done=f"{history['epochs_done']:.4g}",
        minutes=max(1, round(history["seconds"] / 60)),
        left="?" if left is None else max(1, round(left / 60)),
    )
