"""Find the hand that writes like given drawings.

A drawing tells the slant, the stroke weight and the width of its writer's other digits, and little more: the
rest of a hand that imitates it changes them at random. So the last steps keep the other digits close to those
of the plain hand of this style, as far as the drawing itself stays as it is.
"""

import functools
from concurrent.futures import ThreadPoolExecutor

import torch

from cgan.cli import need, whole_numbers
from cgan.draw import styles
from cgan.draw.hands import seeded

# Settings, chosen by training digits of 99 writers. First imitate the drawings: random starts; rounds of
# Adam, (hands kept, steps), and its learning rate; weight of the pull of z to 0, as a long z malforms digits;
# the largest mean squared error that counts as an imitation.
STARTS, ROUNDS, LEARNING_RATE, PULL, MAX_ERROR = 512, ((8, 15), (3, 20)), 0.2, 0.015, 0.1
# Then care for the other digits: steps for the best hand; the learning rate they fall from; weight of changes
# to other digits; what the plain hand takes over of the drawings' slant, stroke weight and width.
LAST_STEPS, LAST_RATE, OTHERS, TAKEN = 40, 0.15, 3, (1.3, 1.3, 0.8)


def fit(weights, pictures, digits):
    """Find the hand in which the model writes like whoever drew the given pictures of these digits.

    The fit is deterministic and runs on one thread of its own.

    Args:
        weights: Weights that are conditional.
        pictures: float (n, 1, 28, 28) in [-1, 1], n from 1 to 10, as `drawings.from_image` makes them.
        digits: n whole numbers from 0 to 9.

    Returns:
        float (z_dim,).

    Raises:
        BadInput: an argument is malformed, or no hand fits the pictures.
    """
    y = whole_numbers("digits", digits, 9)
    x = torch.as_tensor(pictures, dtype=torch.float)
    is_fit = 1 <= len(y) <= 10 and x.shape == (len(y), 1, 28, 28)
    need(is_fit, "A hand is fitted to 1 to 10 pictures of 28 x 28 pixels, with a digit for each.")
    with ThreadPoolExecutor(1, "fit", torch.set_num_threads, (1,)) as thread:
        z, error = thread.submit(_fit, weights, x, y).result()
        if len(y) > 1 and error > MAX_ERROR:  # no hand writes them all; keep that of the clearest drawing
            alone = thread.map(lambda i: _fit(weights, x[i : i + 1], y[i : i + 1]), range(len(y)))
            z, error = min(alone, key=lambda found: found[1])
    need(error <= MAX_ERROR, "This model cannot imitate this drawing; is it really the digit you gave?")
    return z


def _fit(weights, x, y):
    n = len(y)

    def draw(z):
        """Draw the digits y in the hands z (k, z_dim): (k, n, 1, 28, 28)."""
        images = weights.network(z.repeat_interleave(n, dim=0), y.repeat(len(z)))
        return images.view(len(z), n, 1, 28, 28)

    def errors(images):
        return (images - x).square().mean((1, 2, 3, 4))  # (k,)

    z = seeded(0, range(max(64, STARTS // n)), weights.z_dim)
    with torch.no_grad():
        drawn = torch.cat([draw(part) for part in z.split(64)])
    losses = errors(drawn)
    for left, steps in ROUNDS:
        z = z[losses.topk(left, largest=False).indices]
        rates = [LEARNING_RATE] * steps
        z, losses = descend(z, rates, lambda z: errors(draw(z)) + PULL * z.square().mean(1))
    z = z[losses.topk(1, largest=False).indices]
    with torch.no_grad():
        error = errors(draw(z)).item()

    rates = [LAST_RATE * (1 - step / LAST_STEPS) for step in range(LAST_STEPS)]
    if weights.directions is None:
        z, _ = descend(z, rates, lambda z: errors(draw(z)) + PULL * z.square().mean(1))
        return z[0], error
    plain = plain_hand(weights.directions, z[0], x, drawn)
    changes = OTHERS / n * changes_per_z(weights.network, weights.z_dim)  # n drawings say n times as much
    z, _ = descend(z, rates, lambda z: errors(draw(z)) + ((z - plain) @ changes * (z - plain)).sum(1))
    return z[0], error


def descend(z, rates, losses_of):
    """Minimise the losses (k,) of hands z (k, z_dim) by Adam, with a learning rate for each step.

    Returns the hands and the losses before the last step.
    """
    z = z.clone().requires_grad_()
    optimizer = torch.optim.Adam([z])
    for rate in rates:
        optimizer.param_groups[0]["lr"] = rate
        losses = losses_of(z)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
    return z.detach(), losses.detach()


def plain_hand(directions, z, x, drawn):
    """Return the hand (z_dim,) that has nothing but the style of the drawings x (n, 1, 28, 28).

    The style is the mean of two estimates: that of a hand z (z_dim,) that imitates them, and what is measured
    in them, in standard deviations of the same digits by random hands, `drawn` (k, n, 1, 28, 28).
    """
    of_hand = z @ torch.linalg.pinv(directions)  # (3,)
    usual = styles.measure(drawn.flatten(0, 1)).view(len(drawn), len(x), 3)
    measured = ((styles.measure(x) - usual.mean(0)) / usual.std(0)).clamp(-3, 3).mean(0)
    return torch.tensor(TAKEN) * (of_hand + measured.float()) / 2 @ directions


@functools.lru_cache(maxsize=8)
@torch.no_grad()
def changes_per_z(network, z_dim):
    """Return the matrix C (z_dim, z_dim) with which dz C dz is how much a change dz of a hand changes digits.

    That is the squared change of a pixel, averaged over the pixels of ten digits, if images were linear in z:
    by least squares on the digits of 4 z_dim hands.
    """
    z = seeded(0, range(4 * z_dim), z_dim)
    solve, changes = torch.linalg.pinv(z - z.mean(0)), torch.zeros(z_dim, z_dim)
    for digit in range(10):
        y = torch.full((64,), digit)
        x = torch.cat([network(part, y[: len(part)]) for part in z.split(64)]).flatten(1)  # (4 z_dim, 784)
        slopes = solve @ (x - x.mean(0))  # (z_dim, 784)
        changes += slopes @ slopes.T / (10 * x.shape[1])
    return changes
