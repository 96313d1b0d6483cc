"""The style of a hand, its slant, stroke weight and width: measure it in pictures, and change it in z."""

import torch

from cgan.cli import need
from cgan.draw.hands import seeded
from cgan.networks.settings import usual

STYLES = ["slant", "stroke", "width"]
MAX_STYLE = 2  # standard deviations; beyond, pictures break


@usual()
def styled(z, weights, slant=0, stroke=0, width=0):
    """Move hands (n, z_dim) along the weights' style directions, by -2 to 2 standard deviations.

    Raises BadInput if an amount is out of range, or is not 0 and the weights have no directions.
    """
    amounts = torch.tensor([float(slant), float(stroke), float(width)], dtype=torch.float32)
    for name, amount in zip(STYLES, amounts.tolist(), strict=True):
        need(abs(amount) <= MAX_STYLE, f"{name} must be a number from -2 to 2, not {amount:g}.")
    if not amounts.any():
        return z
    has_styles = weights.directions is not None
    need(has_styles, f"The weights {weights.id} have no styles; leave slant, stroke and width at 0.")
    return z + amounts @ weights.directions


def measure(images):
    """Measure slant, stroke weight and width of float images (N, 1, 28, 28) in [-1, 1]: (N, 3).

    From moments of the ink. Slant is the shift to the right per pixel of height; weight and width are in
    pixels. An image without ink has NaN.
    """
    ink = (images[:, 0] + 1).double() / 2  # (N, 28, 28)
    total = ink.sum((1, 2))
    at = torch.arange(28, dtype=torch.double, device=ink.device)
    dx = at[None] - (ink.sum(1) @ at / total)[:, None]  # (N, 28)
    dy = at[None] - (ink.sum(2) @ at / total)[:, None]  # (N, 28)
    xx, yy, xy = (
        torch.einsum("nyx,nx,ny->n", ink, a, b) / total for a, b in ((dx**2, dx**0), (dx**0, dy**2), (dx, dy))
    )
    edges = edge_lengths(ink).sum((1, 2))
    return torch.stack([-xy / yy, 2 * total / edges, 4 * (xx - xy**2 / yy).sqrt()], dim=1)


def edge_lengths(ink):
    """Return the length of the strokes' edges in each place of ink (N, 28, 28) from 0 to 1: (N, 27, 27).

    A stroke has two edges, so its weight is twice its area divided by their sum.
    """
    down, right = ink.diff(dim=1)[:, :, 1:], ink.diff(dim=2)[:, 1:]
    return (down**2 + right**2).sqrt()


@usual()
@torch.no_grad()
def learn_directions(network):
    """Find the directions in z of slant, stroke weight and width, from a generator's own images.

    Each measure, standardised within its digit, is regressed on z. With coefficients S, each column of
    S (S'S)^-1 moves one prediction by a standard deviation and leaves the other two unchanged.

    Returns:
        float (3, z_dim), rounded to four decimals so that machines agree; None if the network is not
        conditional or z explains less than half the variance of a measure.
    """
    if not network.config.get("conditional", True):
        return None
    device, was_training = next(network.parameters()).device, network.training
    z, y = seeded(0, range(4000), network.config["z_dim"]), torch.arange(10).repeat(400)
    network.eval()
    images = torch.cat(
        [network(z[i : i + 100].to(device), y[i : i + 100].to(device)) for i in range(0, 4000, 100)]
    )
    network.train(was_training)

    measures = measure(images.cpu()).view(400, 10, 3)
    measures = ((measures - measures.mean(0)) / measures.std(0)).view(-1, 3)
    if not measures.isfinite().all():  # an early generator may draw nothing, or always the same image
        return None
    z = z.double()
    S = torch.linalg.lstsq(z, measures).solution  # (z_dim, 3)
    unexplained = (measures - z @ S).var(0) / measures.var(0)
    if unexplained.max() > 0.5:
        return None
    return torch.linalg.pinv(S).float().mul(1e4).round().div(1e4)
