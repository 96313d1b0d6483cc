"""Find the hand that writes like given drawings."""

from concurrent.futures import ThreadPoolExecutor

import torch

from cgan.cli import need, whole_numbers
from cgan.draw.hands import seeded
from cgan.networks.settings import usual

# Settings of the fit, tuned on MNIST's training digits: random starts; rounds of Adam, (hands kept, steps);
# Adam's learning rate; steps of L-BFGS for the best hand; weight of the pull of z to 0, as a long z malforms
# digits; the largest mean squared error that counts as a fit.
STARTS, ROUNDS, LEARNING_RATE, LBFGS_STEPS, PULL, MAX_ERROR = 512, ((8, 15), (3, 15)), 0.2, 60, 0.015, 0.1


@usual()
def fit(weights, pictures, digits):
    """Find the hand in which the model draws these digits most like the given pictures.

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
        z, error = thread.submit(_fit, weights.network, weights.z_dim, x, y).result()
    need(error <= MAX_ERROR, "This model cannot imitate this drawing; is it really the digit you gave?")
    return z


def _fit(network, z_dim, x, y):
    n = len(y)

    def errors(z):
        """Return the mean squared errors (k,) of hands (k, z_dim) over the drawings."""
        images = network(z.repeat_interleave(n, dim=0), y.repeat(len(z))).view(len(z), n, 1, 28, 28)
        return (images - x).square().mean((1, 2, 3, 4))

    def backward():
        """Return the losses (k,) of the hands z and leave their gradients in z."""
        optimizer.zero_grad()
        losses = errors(z) + PULL * z.square().mean(1)
        losses.sum().backward()
        return losses.detach()

    z = seeded(0, range(max(64, STARTS // n)), z_dim)
    with torch.no_grad():
        losses = torch.cat([errors(part) for part in z.split(64)])
    for left, steps in ROUNDS:
        z = z[losses.topk(left, largest=False).indices].detach().requires_grad_()
        optimizer = torch.optim.Adam([z], LEARNING_RATE)
        for _ in range(steps):
            losses = backward()
            optimizer.step()
    z = z[losses.topk(1, largest=False).indices].detach().requires_grad_()
    optimizer = torch.optim.LBFGS([z], max_iter=LBFGS_STEPS, history_size=20, line_search_fn="strong_wolfe")
    optimizer.step(lambda: backward().sum())
    with torch.no_grad():
        return z[0].detach(), errors(z).item()
