"""How each model learns. A recipe has networks, optimisers, `step(x, y)` and `sample(z, y)`.

`parts` names all that a resumed run needs; `rng` is where a step takes its noise from, set anew before each
step by whoever trains; `generator` is the network that the weights file keeps. `steps` is the length of the
whole run: where a recipe has a schedule (`has_schedule`), it stretches over that, and the run ends there.
"""

from cgan.recipes.compact import Compact
from cgan.recipes.report import Report
from cgan.recipes.vae import Cvae, Vae, VaeCgan

import torch

RECIPES = {"report": Report, "compact": Compact, "vae": Vae, "cvae": Cvae, "vae-cgan": VaeCgan}


def build(name, seed, **options):
    """The recipe called `name`, its first weights drawn from `seed`; the global RNG is left as it was."""
    with torch.random.fork_rng(devices=[]):  # PyTorch's layers can draw their first weights from nowhere else
        torch.manual_seed(seed)
        return RECIPES[name](**options)
