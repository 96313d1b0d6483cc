"""A hand is a noise vector z, shared by all ten digits. It comes from a seed or from a code in a link."""

import base64
import zlib

import numpy as np
import torch
from numpy.random import RandomState  # with np.random, its import on first use could swallow a Ctrl-C

from cgan.cli import BadInput, need, whole_number, whole_numbers

MAX_SEED, MAX_INDEX, MAX_TURN = 2**32 - 1, 99_999, 9999
VARIATIONS = ["one", "natural", "fresh"]  # how the digits of a text may differ
CODE_STEPS = 25  # a code stores z in steps of 1/25, from -127/25 to 127/25
VARIATION = 0.5  # the weight of a fresh hand in each digit; real writers vary as much


def choose(weights, seed=None, i=None, z=None, count=1, variation="fresh", turn=0):
    """Return the hands that write `count` digits, before any change of style.

    Args:
        seed, i: which hand of which seed; 0 if None.
        z: a code or a vector instead.
        variation: "one" hand for all digits; "natural" varies it from digit to digit, see `natural`; "fresh"
            takes the hands of the seed from index i on.

    Returns:
        float32 (1 or count, z_dim).

    Raises:
        BadInput: the arguments contradict each other or are malformed.
    """
    need(z is None or (seed is None and i is None), "Give z, or seed and i, not both.")
    if variation == "fresh" and count != 1:
        need(z is None, "z is one hand: it draws one picture of a digit (n=1), or a text in one hand.")
        return seeded(seed or 0, range(i or 0, (i or 0) + count), weights.z_dim)
    found = seeded(seed or 0, [i or 0], weights.z_dim)[0] if z is None else hand(z, weights.z_dim)
    return natural(found, range(count), turn) if variation == "natural" else found[None]


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
        z = torch.as_tensor(value, dtype=torch.float, device="cpu")
    except (TypeError, ValueError, RuntimeError):
        z = torch.empty(0, device="cpu")
    is_hand = z.shape == (z_dim,) and z.isfinite().all()
    need(is_hand, f"hand must be a code or {z_dim} finite numbers.")
    return z


def natural(z, rows, turn=0, s=VARIATION):
    """Vary a hand as people do from one digit to the next.

    z_k = sqrt(1 - s^2) z + s e_k, so z_k is again standard normal. e_k is row k of
    RandomState(seed).standard_normal, whose seed is the CRC-32 of "CODE.TURN", so the same hand and turn
    always vary alike.

    Args:
        z: float32 (z_dim,), before any change of style.
        rows: n whole numbers; in a text, the positions of its digits.
        turn: 0 to 9999; each turn varies the hand anew.

    Returns:
        float32 (n, z_dim).
    """
    turn = whole_number("turn", turn, 0, MAX_TURN)
    fresh = seeded(zlib.crc32(f"{encode(z)}.{turn}".encode()), rows, len(z))
    return (1 - s**2) ** 0.5 * z + s * fresh
