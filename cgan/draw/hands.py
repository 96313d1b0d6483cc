"""A hand is a noise vector z, shared by all ten digits. It comes from a seed, a code or drawings."""

import base64
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.random import RandomState  # with np.random, its import on first use could swallow a Ctrl-C
from PIL import Image, ImageOps

from cgan.cli import BadInput, need, whole_number, whole_numbers

MAX_SEED, MAX_INDEX = 2**32 - 1, 99_999
CODE_STEPS = 25  # a code stores z in steps of 1/25, from -127/25 to 127/25
STYLES = ["slant", "stroke", "width"]
MAX_STYLE = 2  # standard deviations; beyond, pictures break

MAX_DRAWING = 12_000_000  # pixels
NO_DIGIT = "No digit can be made out in this picture; draw a single large one."
# Settings of the fit, tuned on MNIST's training digits: random starts; rounds of Adam, (hands kept, steps);
# Adam's learning rate; steps of L-BFGS for the best hand; weight of the pull of z to 0, as a long z malforms
# digits; the largest mean squared error that counts as a fit.
STARTS, ROUNDS, LEARNING_RATE, LBFGS_STEPS, PULL, MAX_ERROR = 512, ((8, 15), (3, 15)), 0.2, 60, 0.015, 0.1


def seeded(seed, indices, z_dim):
    """Return the hands of a seed: float32 (n, z_dim), one for each of `indices`.

    Index i is row i of RandomState(seed).standard_normal((n, z_dim)), a stream that NumPy has frozen.
    """
    seed, indices = whole_number("seed", seed, 0, MAX_SEED), whole_numbers("indices", indices, MAX_INDEX)
    rows = 1 + indices.max().item() if len(indices) else 0
    stream = RandomState(seed).standard_normal((rows, z_dim)).astype(np.float32)
    return torch.from_numpy(stream)[indices]


def encode(z):
    """Encode a hand (z_dim,) for links: base64url of one signed byte per number."""
    steps = (CODE_STEPS * z).round().clamp(-127, 127).to(torch.int8)
    return base64.urlsafe_b64encode(steps.numpy().tobytes()).decode().rstrip("=")


def decode(code, z_dim):
    """Decode a hand, float32 (z_dim,). Raises BadInput unless `encode` could have written the code."""
    try:
        data = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        z = torch.from_numpy(np.frombuffer(data, np.int8).astype(np.float32)) / CODE_STEPS
        if not code or encode(z) != code:
            raise ValueError("not canonical")
    except (ValueError, TypeError) as error:
        raise BadInput(f"This is not the code of a hand: {str(code)[:40]!r}.") from error
    if len(z) != z_dim:
        raise BadInput(f"This hand was made for other weights: it has {len(z)} numbers, not {z_dim}.")
    return z


def hand(value, z_dim):
    """Convert a code or a vector of z_dim numbers to a hand, float32 (z_dim,). Raises BadInput."""
    if isinstance(value, str):
        return decode(value, z_dim)
    try:
        z = torch.as_tensor(value, dtype=torch.float)
    except (TypeError, ValueError, RuntimeError):
        z = torch.empty(0)
    is_hand = z.shape == (z_dim,) and z.isfinite().all()
    need(is_hand, f"hand must be a code or {z_dim} finite numbers.")
    return z


def styled(z, weights, slant=0, stroke=0, width=0):
    """Move hands (n, z_dim) along the weights' style directions, by -2 to 2 standard deviations.

    Raises BadInput if an amount is out of range, or is not 0 and the weights have no directions.
    """
    amounts = torch.tensor([float(slant), float(stroke), float(width)])
    for name, amount in zip(STYLES, amounts.tolist(), strict=True):
        need(abs(amount) <= MAX_STYLE, f"{name} must be a number from -2 to 2, not {amount:g}.")
    if not amounts.any():
        return z
    has_styles = weights.directions is not None
    need(has_styles, f"The weights {weights.id} have no styles; leave slant, stroke and width at 0.")
    return z + amounts @ weights.directions


def measure_styles(images):
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

    measures = measure_styles(images.cpu()).view(400, 10, 3)
    measures = ((measures - measures.mean(0)) / measures.std(0)).view(-1, 3)
    if not measures.isfinite().all():  # an early generator may draw nothing, or always the same image
        return None
    z = z.double()
    S = torch.linalg.lstsq(z, measures).solution  # (z_dim, 3)
    unexplained = (measures - z @ S).var(0) / measures.var(0)
    if unexplained.max() > 0.5:
        return None
    return torch.linalg.pinv(S).float().mul(1e4).round().div(1e4)


def from_image(image):
    """Convert a drawing of one digit to MNIST's format.

    Args:
        image: a PIL image, or a path or file to open: dark on light, light on dark or on a transparent
            background.

    Returns:
        float (1, 28, 28) in [-1, 1]: the longest side is 20 pixels, the centre of mass is in the middle.

    Raises:
        BadInput: the image cannot be read or does not show one digit.
    """
    ink = _ink(image)
    rows, columns = (np.flatnonzero((ink > 0.3).any(axis)) for axis in (1, 0))
    need(len(rows) and max(np.ptp(rows), np.ptp(columns)) >= 8, NO_DIGIT)
    box = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    width, height = (max(1, round(20 * side / max(box.size))) for side in box.size)
    digit = np.asarray(box.resize((width, height), Image.Resampling.BILINEAR))
    digit = digit / digit.max()
    need(digit.sum() <= 0.7 * 20 * 20, NO_DIGIT)  # a dot, or a scribble
    centre = digit.sum(1) @ np.arange(height), digit.sum(0) @ np.arange(width)  # times the ink
    y, x = (round(14 - moment / digit.sum()) for moment in centre)
    y, x = min(max(y, 0), 28 - height), min(max(x, 0), 28 - width)
    canvas = np.zeros((28, 28), np.float32)
    canvas[y : y + height, x : x + width] = digit
    return torch.from_numpy(canvas)[None] * 2 - 1


def _ink(image):
    """Return the ink in an image of any mode and contrast: float32 (H, W) from 0 to 1."""
    try:
        image = image if isinstance(image, Image.Image) else Image.open(image)
        if image.width * image.height > MAX_DRAWING:
            raise ValueError("too large")
        image = ImageOps.exif_transpose(image)
        image = image.convert("RGBA" if image.has_transparency_data else "RGB").convert("LA")
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except Exception as error:  # Pillow raises many types for broken files
        raise BadInput(
            "This picture cannot be read; use a PNG or JPEG of up to 12 million pixels."
        ) from error
    grey, alpha = np.moveaxis(np.asarray(image, np.float32) / 255, 2, 0)
    if alpha.min() < 0.9:
        return alpha  # on a transparent background, ink is what is opaque
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    contrast = np.abs(grey - np.median(edge))
    need(contrast.max() > 0.2, NO_DIGIT)
    return (contrast / contrast.max() - 0.1).clip(0) / 0.9  # ignore uneven paper


def fit(weights, pictures, digits):
    """Find the hand in which the model draws these digits most like the given pictures.

    The fit is deterministic and runs on one thread of its own.

    Args:
        weights: Weights that are conditional.
        pictures: float (n, 1, 28, 28) in [-1, 1], n from 1 to 10, as `from_image` makes them.
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
