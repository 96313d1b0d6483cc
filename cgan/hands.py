"""What a hand is: a vector z, shared by all ten digits. It comes from a seed, a link's code or a drawing."""

import base64

import numpy as np
import torch

from cgan.cli import BadInput, whole_number

MAX_SEED, MAX_INDEX = 2**32 - 1, 99_999
CODE_STEPS = 25  # a code's resolution: z is stored in steps of 1/25, up to 127/25 on either side
STYLES = ["slant", "stroke", "width"]
MAX_STYLE = 2  # standard deviations; beyond, pictures break


def whole_numbers(name, values, high):
    """Convert whole numbers from 0 to `high`, in a list, array or tensor, to int64 (n,). Raises BadInput."""
    try:
        array = np.asarray(values.cpu() if isinstance(values, torch.Tensor) else values)
    except (TypeError, ValueError, RuntimeError):
        array = np.empty((), object)
    if array.size == 0 and array.ndim == 1:
        return torch.empty(0, dtype=torch.long)
    if array.ndim != 1 or array.dtype.kind not in "iu" or array.min() < 0 or array.max() > high:
        raise BadInput(
            f"{name} must be whole numbers from 0 to {high}, in a list or a one-dimensional tensor."
        )
    return torch.from_numpy(array.astype(np.int64))


def seeded(seed, indices, z_dim):
    """The hands of a seed: float32 (n, z_dim), one for each of `indices`.

    Index i is row i of RandomState(seed).standard_normal((n, z_dim)), a stream that NumPy has frozen.
    """
    seed, indices = whole_number("seed", seed, 0, MAX_SEED), whole_numbers("indices", indices, MAX_INDEX)
    rows = 1 + indices.max().item() if len(indices) else 0
    stream = np.random.RandomState(seed).standard_normal((rows, z_dim)).astype(np.float32)
    return torch.from_numpy(stream)[indices]


def encode(z):
    """A hand (z_dim,) as a short code for links: base64url of one signed byte a number."""
    steps = (CODE_STEPS * z).round().clamp(-127, 127).to(torch.int8)
    return base64.urlsafe_b64encode(steps.numpy().tobytes()).decode().rstrip("=")


def decode(code, z_dim):
    """The hand of a code, float32 (z_dim,). Raises BadInput unless `encode` could have written it."""
    try:
        data = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        z = torch.from_numpy(np.frombuffer(data, np.int8).astype(np.float32)) / CODE_STEPS
        if encode(z) != code:
            raise ValueError("not canonical")
    except (ValueError, TypeError) as error:
        raise BadInput(f"This is no code of a hand: {str(code)[:40]!r}.") from error
    if len(z) != z_dim:
        raise BadInput(f"This hand was made for other weights: it has {len(z)} numbers, not {z_dim}.")
    return z


def hand(value, z_dim):
    """A code or a vector of z_dim numbers as a hand, float32 (z_dim,). Raises BadInput."""
    if isinstance(value, str):
        return decode(value, z_dim)
    try:
        z = torch.as_tensor(value, dtype=torch.float)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadInput(f"hand must be a code or {z_dim} numbers.") from error
    if z.shape != (z_dim,) or not z.isfinite().all():
        raise BadInput(f"hand must be a code or {z_dim} finite numbers, not {tuple(z.shape)}.")
    return z


def styled(z, weights, slant=0, stroke=0, width=0):
    """Move hands (n, z_dim) along the weights' style directions, by standard deviations from -2 to 2.

    Raises BadInput if an amount is out of range, or is not 0 and the weights have no directions.
    """
    amounts = torch.tensor([float(slant), float(stroke), float(width)])
    for name, amount in zip(STYLES, amounts.tolist(), strict=True):
        if not abs(amount) <= MAX_STYLE:
            raise BadInput(f"{name} must be a number from -{MAX_STYLE} to {MAX_STYLE}, not {amount:g}.")
    if not amounts.any():
        return z
    if weights.directions is None:
        raise BadInput(
            f"The weights {weights.recipe} {weights.id} have no style directions; leave {STYLES} at 0."
        )
    return z + amounts @ weights.directions
