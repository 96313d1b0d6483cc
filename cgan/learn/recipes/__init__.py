"""How each model learns: report.py is the classic conditional GAN and the one to read first.

A recipe holds networks and optimisers. Its settings are the keyword-only arguments of __init__. Members:

epochs, batch_size, lr     defaults of train.py's options
has_schedule               whether step() depends on progress; such a run cannot be extended
step(x, y, rng, progress)  learn from images x and their digits y (data.batches), taking all randomness from
                           rng; progress is the fraction of the run done, from 0; returns {name: loss}
sample(z, y)               draw with the generator as it is now
generator                  the network that the weights file keeps
parts                      name -> network or optimiser that training changes: what a resumed run loads
vae_id                     VaeCgan only: the id of the weights that it learns from
"""

import torch

from cgan.cli import need
from cgan.learn.recipes.compact import Compact
from cgan.learn.recipes.report import Report
from cgan.learn.recipes.vae import Cvae, Vae, VaeCgan

RECIPES = {"report": Report, "compact": Compact, "vae": Vae, "cvae": Cvae, "vae-cgan": VaeCgan}


def build(name, seed, steps, device="cpu", lr=None, precision="float32", **settings):
    """Return the recipe called `name`, its layers initialised from `seed`, for a run of `steps` steps.

    lr: None for the recipe's own. Raises BadInput if a setting is out of range, or the precision unknown to
    the recipe.
    """
    recipe = RECIPES[name]
    with torch.random.fork_rng(devices=[]):  # layers initialise from the global RNG only
        torch.manual_seed(seed)
        recipe = recipe(steps, device, recipe.lr if lr is None else lr, **settings)
    if precision == "bfloat16":
        need(name == "compact", f"{name} learns in float32 only; --precision bfloat16 is for compact.")
        recipe.halve()
    return recipe


def defaults(name):
    """Return the settings of the recipe called `name`, with their defaults."""
    return RECIPES[name].__init__.__kwdefaults__


def parse_settings(name, texts):
    """Parse texts like "gamma=0.5" as settings of the recipe called `name`; return them as a dict.

    Raises BadInput if the recipe has no such setting, one is given twice, or a value is not a number.
    """
    has = f"{name} has " + ", ".join(f"{key}={default}" for key, default in defaults(name).items())
    settings = {}
    for text in texts:
        key, equals, value = text.partition("=")
        need(equals, f"--set takes NAME=VALUE, not {text!r}; {has}.")
        need(key in defaults(name), f"{name} has no setting {key!r}; {has}.")
        need(key not in settings, f"--set gives {key} twice.")
        settings[key] = value if isinstance(defaults(name)[key], str) else _number(key, value)
    return settings


def _number(key, text):
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    need(abs(value) < 1e30, f"{key} must be a number, not {text[:40]!r}.")
    return int(value) if value.is_integer() else value
