"""The tab Compare: one digit and seed drawn by every model, what was measured of it, how it learned."""

import json

import gradio as gr

from cgan import weights
from cgan.cli import BadInput
from cgan.measure import results
from cgan.page import buttons, digit_dropdown, learned, seed_slider, status, tab, wire

MEASURES = ["right", "fd_times", "precision", "recall", "coverage", "cas"]  # those shown under a model


def lay_out(model):
    """Returns the controls that the pictures depend on: digit, seed."""
    with tab("compare"):
        with gr.Row():
            digit, seed = digit_dropdown("compare"), seed_slider("compare")
        pressed = buttons("compare", "randomize", "copy")
        gr.HTML(status("compare"))
        gr.HTML('<div id="compare-models" class="cards"></div><div id="compare-more"></div>', padding=False)
    controls = [digit, seed]
    wire("compare", controls, [digit.select], pressed, {"seed": seed}, model)
    return controls


def facts(models):
    """What the page says of each of the models, name -> Weights, and of real digits, by name (real's is "").

    A dict each: id, knowsDigits, isPlane (whether its latent space is one), learned (whether its training can
    be seen), parameters, epochs, minutes, and measures; what is not known is left out.
    """
    kept = results.load() or {"controls": {}, "weights": {}}
    learned = learned.shipped(models)

    def measures(row):
        complete = results.complete(kept, row)
        return {name: results.cell(complete, {}, name) for name in MEASURES if name in complete}

    found = {}
    for name, w in models.items():
        about = {"id": w.id, "knowsDigits": w.conditional, "isPlane": w.config["z_dim"] == 2}
        about |= {"learned": name in learned, "parameters": sum(p.numel() for p in w.network.parameters())}
        if {"epochs", "seconds"} <= w.provenance.keys():
            about |= {"epochs": w.provenance["epochs"], "minutes": round(w.provenance["seconds"] / 60)}
        if w.id in kept["weights"]:
            about["measures"] = measures(kept["weights"][w.id])
        found[name] = about
    if "real" in kept["controls"]:
        found[""] = {"measures": measures(kept["controls"]["real"])}
    return found


def rates(folder=weights.SHIPPED.parent):
    """What the study of learning rates measured of its first seed, a dict for each rate by its name: points,
    of [epoch, times the floor, digit right] each, and strip, the number of its pictures in docs/strips/ (None
    if there are none). {} if it has not been done. Raises BadInput if it is damaged."""
    path, found = folder / "weights" / "study.json", {}
    try:
        kept = json.loads(path.read_bytes()).get("lr", {}) if path.is_file() else {}
        for line, seeds in kept.items():
            rate, epoch = line.split(", epoch ")
            if "0" in seeds:
                point = [float(epoch), seeds["0"]["fd_times"], seeds["0"]["right"]]
                found.setdefault(rate, {"points": [], "strip": None})["points"].append(point)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} is damaged; restore it, or delete it.") from error
    for number, rate in enumerate(found.values()):
        if learned.strip_of_rate(number, folder).is_file():
            rate["strip"] = number
    return found
