"""Find the hand that writes like given drawings.

A drawing tells the slant, the stroke weight and the width of its writer's other digits, and little more: the
rest of a hand that imitates it changes them at random. So the last steps keep all digits close to those of
the plain hand of this style, as far as the drawings allow.
"""

import functools
from concurrent.futures import ThreadPoolExecutor

import torch

from cgan.cli import need, whole_numbers
from cgan.draw import styles
from cgan.draw.hands import seeded
from cgan.networks.settings import usual

# Settings, chosen by training digits of 99 writers. First imitate the drawings: random starts; rounds of
# Adam, (hands kept, steps), and its learning rate; weight of the pull of z to 0, as a long z malforms digits;
# the largest mean squared error that counts as an imitation.
STARTS, ROUNDS, LEARNING_RATE, PULL, MAX_ERROR = 512, ((8, 15), (3, 20)), 0.2, 0.015, 0.15
# Then care for the other digits: steps; the learning rate they fall from; weight of changes to other digits;
# what the plain hand takes over of the slant, stroke weight and width of one drawing, and of several.
LAST_STEPS, LAST_RATE, OTHERS = 40, 0.15, 3
TAKEN_FROM_ONE, TAKEN_FROM_SEVERAL = (1.3, 1.3, 0.8), (1.5, 1.5, 1.3)


@usual()
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
    x = torch.as_tensor(pictures, dtype=torch.float32)
    is_fit = 1 <= len(y) <= 10 and x.shape == (len(y), 1, 28, 28)
    need(is_fit, "A hand is fitted to 1 to 10 pictures of 28 x 28 pixels, with a digit for each.")
    with ThreadPoolExecutor(1, "fit", torch.set_num_threads, (1,)) as thread:
        z, errors = thread.submit(_fit, weights, x, y).result()
    need(max(errors) <= MAX_ERROR, "This model cannot imitate this drawing; is it really the digit you gave?")
    return z


def _fit(weights, x, y):
    # One by one, as no single hand writes several digits exactly as a person does.
    count = max(64, STARTS // len(y))
    found = [imitate(weights, count, *drawing) for drawing in zip(x, y.tolist(), strict=True)]
    z, errors, measured = zip(*found, strict=True)
    z = torch.stack(z).mean(0, keepdim=True)
    plain, changes = torch.zeros_like(z), PULL / weights.z_dim * torch.eye(weights.z_dim, dtype=torch.float32)
    if weights.directions is not None:
        plain = plain_hand(weights.directions, z, torch.stack(measured))
        changes = OTHERS * changes_per_z(weights.network, weights.z_dim)

    def losses(z):
        error = (weights.network(z.expand(len(y), -1), y) - x).square().mean()
        return error + ((z - plain) @ changes * (z - plain)).sum(1)

    rates = [LAST_RATE * (1 - step / LAST_STEPS) for step in range(LAST_STEPS)]
    return descend(z, rates, losses)[0][0], errors


def imitate(weights, count, x, digit):
    """Find a hand that imitates the drawing x (1, 28, 28) of a digit, from one of `count` random hands.

    Returns the hand (z_dim,), its mean squared error, and the drawing's slant, stroke weight and width (3,)
    in standard deviations of those of the digit by random hands.
    """

    def errors(images):
        return (images - x).square().mean((1, 2, 3))  # (k,)

    def draw(z):
        return weights.network(z, torch.full((len(z),), digit))

    z, drawn, mean, std = random_drawings(weights.network, weights.z_dim, count, digit)
    losses = errors(drawn)
    for left, steps in ROUNDS:
        z = z[losses.topk(left, largest=False).indices]
        rates = [LEARNING_RATE] * steps
        z, losses = descend(z, rates, lambda z: errors(draw(z)) + PULL * z.square().mean(1))
    z = z[losses.argmin()]
    measured = ((styles.measure(x[None])[0] - mean) / std).clamp(-3, 3)
    with torch.no_grad():
        return z, errors(draw(z[None])).item(), measured.float()


@functools.lru_cache(maxsize=20)  # 2 MB each
@torch.no_grad()
def random_drawings(network, z_dim, count, digit):
    """Draw a digit in `count` random hands: the hands, the images, and mean and deviation of their styles."""
    z = seeded(0, range(count), z_dim)
    drawn = torch.cat([network(part, torch.full((len(part),), digit)) for part in z.split(64)])
    measured = styles.measure(drawn)
    return z, drawn, measured.mean(0), measured.std(0)


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


def plain_hand(directions, z, measured):
    """Return the hand (1, z_dim) that has the style of n drawings and nothing else.

    The style is the mean of two estimates: that of z (1, z_dim), the mean of the hands that imitate them, and
    the mean of what is `measured` in them (n, 3).
    """
    taken = torch.tensor(TAKEN_FROM_ONE if len(measured) == 1 else TAKEN_FROM_SEVERAL, dtype=torch.float32)
    return taken * (z @ torch.linalg.pinv(directions) + measured.mean(0)) / 2 @ directions


@functools.lru_cache(maxsize=8)
@torch.no_grad()
def changes_per_z(network, z_dim):
    """Return the matrix C (z_dim, z_dim) with which dz C dz is how much a change dz of a hand changes digits.

    That is the squared change of a pixel, averaged over the pixels of ten digits, if images were linear in z:
    by least squares on the digits of 4 z_dim hands.
    """
    z = seeded(0, range(4 * z_dim), z_dim)
    solve, changes = torch.linalg.pinv(z - z.mean(0)), torch.zeros(z_dim, z_dim, dtype=torch.float32)
    for digit in range(10):
        y = torch.full((64,), digit)
        x = torch.cat([network(part, y[: len(part)]) for part in z.split(64)]).flatten(1)  # (4 z_dim, 784)
        slopes = solve @ (x - x.mean(0))  # (z_dim, 784)
        changes += slopes @ slopes.T / (10 * x.shape[1])
    return changes
