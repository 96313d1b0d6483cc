"""How each model learns. A recipe has networks, optimisers, `step(x, y)` and `sample(z, y)`.

`parts` names all that a resumed run needs; `rng` is where a step takes its noise from, set anew before each
step by whoever trains; `generator` is the network that the weights file keeps. `steps` is the length of the
whole run: where a recipe has a schedule (`has_schedule`), it stretches over that, and the run ends there.
"""

import torch

from cgan.cli import BadInput
from cgan.networks import FAMILIES
from cgan.recipes.compact import Compact
from cgan.recipes.report import Report
from cgan.recipes.vae import Cvae, Vae, VaeCgan

RECIPES = {"report": Report, "compact": Compact, "vae": Vae, "cvae": Cvae, "vae-cgan": VaeCgan}


def build(name, seed, changes=(), **options):
    """The recipe called `name`, its first weights drawn from `seed`; the global RNG is left as it was.

    changes: of the recipe's numbers, as in ["shift=0", "ema_decay=0.99"]. Raises BadInput.
    """
    recipe = RECIPES[name]
    recipe = type(name, (recipe,), dict(changed(recipe, *change.split("=", 1)) for change in changes))
    with torch.random.fork_rng(devices=[]):  # PyTorch's layers can draw their first weights from nowhere else
        torch.manual_seed(seed)
        return recipe(**options)


def changed(recipe, name, text=""):
    """(name, value) of one of the recipe's numbers or names, read from text. Raises BadInput."""
    has_options = "batch_size", "lr", "epochs"
    now = {
        key: value
        for key, value in vars(recipe).items()
        if type(value) in (int, float, str) and not key.startswith("__") and key not in has_options
    }
    try:
        value = text if isinstance(now[name], str) else float(text) if "." in text else int(text)
        if name == "networks" and value not in FAMILIES:
            raise ValueError(value)
    except (KeyError, ValueError) as error:
        known = ", ".join(f"{key}={value}" for key, value in now.items())
        raise BadInput(f"--set cannot make it {name}={text}; now it is {known}.") from error
    return name, value
