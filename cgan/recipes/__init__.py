"""How each model learns. A recipe holds networks and optimisers, and has these members:

step(x, y, rng, progress)  learn from one batch; returns {name: loss}
sample(z, y)               draw with the network as it is now
generator                  the network that the weights file keeps
parts                      name -> network or optimiser: all that a resumed run needs

Its settings are the keyword-only arguments of __init__. `steps` is the length of the whole run; a recipe with
a schedule (`has_schedule`) stretches it over that, so such a run cannot be prolonged.
"""

import torch

from cgan.cli import need
from cgan.recipes.compact import Compact
from cgan.recipes.report import Report
from cgan.recipes.vae import Cvae, Vae, VaeCgan

RECIPES = {"report": Report, "compact": Compact, "vae": Vae, "cvae": Cvae, "vae-cgan": VaeCgan}


def build(name, seed, steps, device="cpu", lr=None, **settings):
    """Return the recipe called `name`, its layers initialised from `seed`, for a run of so many steps.

    lr: None for the recipe's own. Raises BadInput if one of the settings is out of its range.
    """
    recipe = RECIPES[name]
    with torch.random.fork_rng(devices=[]):  # layers initialise from the global RNG only
        torch.manual_seed(seed)
        return recipe(steps, device, recipe.lr if lr is None else lr, **settings)


def defaults(name):
    """Return the settings of the recipe called `name`, with their defaults."""
    return RECIPES[name].__init__.__kwdefaults__


def parse_settings(name, texts):
    """Parse texts like "gamma=0.5" as settings of the recipe called `name`; return them as a dict.

    Raises BadInput if the recipe has no such setting, one is given twice, or a number is expected.
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
