"""A training run's previews: before its first step, in its first epoch by the clock, then one each epoch."""

import re

import torch

from cgan.draw import hands, images

EVERY = 20  # seconds, in the first epoch
MOST = 199  # in a run; the first epoch has at most half of them


def is_due(step, steps, epoch_steps, count, seconds):
    """Return whether to draw one after `step`.

    Args:
        steps, epoch_steps: number of steps in the run and in an epoch.
        count: number of previews so far.
        seconds: since the last one.
    """
    if step == steps:
        return True
    # A run of more than 100 epochs has 100 stretches of some epochs instead.
    every = -(-steps // epoch_steps // 100)
    epoch, inside = divmod(step, epoch_steps)
    if epoch < every:
        is_early = step == max(1, epoch_steps // 8)
        return (is_early or seconds >= EVERY) and count < MOST // 2
    return inside == 0 and epoch % every == 0 and count < MOST - 1


def draw(recipe, device):
    """Draw all digits in ten hands, or a hundred hands if not conditional: uint8 (100, 28, 28)."""
    config, y = recipe.generator.config, torch.arange(10).repeat(10)
    count = 10 if config.get("conditional", True) else 100
    z = hands.seeded(0, range(count), config["z_dim"]).repeat_interleave(100 // count, dim=0)
    return images.to_uint8(recipe.sample(z.to(device), y.to(device))).cpu()


def name(step):
    return f"preview-{step:06d}.png"


def others(folder, steps):
    """Return the files in a run's folder that are previews of other steps."""
    kept = set(map(name, steps))
    return [
        p for p in folder.iterdir() if re.fullmatch(r"preview-\d{6,}\.png", p.name) and p.name not in kept
    ]
