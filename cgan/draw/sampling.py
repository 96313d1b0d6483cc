"""Draw images from weights, digits and hands, for the page, the commands and Python.

An image depends on these three alone, not on its neighbours, the thread, any global RNG or the defaults that
the caller has set in PyTorch.
"""

import functools
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.nn.functional import cosine_similarity, one_hot

from cgan import weights as weights_files
from cgan.cli import need, whole_numbers
from cgan.draw import hands
from cgan.networks.settings import usual

CHUNK = 16  # images per forward pass; at a fixed size, no image's bits depend on the others


def generate(labels, seed=None, weights=None, indices=None, hand=None):
    """Draw the digits `labels`.

    Args:
        labels: n whole numbers from 0 to 9 in a list, array or tensor.
        seed: 0 to 2**32 - 1; random if None.
        weights: Weights, a path, or the name of shipped ones; the default ones if None.
        indices: n whole numbers, which of the seed's hands draws each digit (default: 0, 1, 2, ...).
        hand: one hand for all, a code or z_dim numbers, in place of seed and indices.

    Returns:
        float (n, 1, 28, 28) in [-1, 1]. Image i depends on weights, labels[i], seed and indices[i] only.

    Raises:
        BadInput: says what is wrong with an argument.
    """
    weights, y = conditional(weights), whole_numbers("labels", labels, 9)
    if hand is not None:
        need(seed is None and indices is None, "Give either a hand, or a seed and indices.")
        return draw(weights, hands.hand(hand, weights.z_dim).expand(len(y), -1), y)
    seed = random_seed() if seed is None else seed
    indices = _first(len(y)) if indices is None else indices
    z = hands.seeded(seed, indices, weights.z_dim)
    need(len(z) == len(y), f"There must be as many indices as labels: {len(y)}, not {len(z)}.")
    return draw(weights, z, y)


def _first(count):
    """Return the indices of a seed's first hands. Raises BadInput if it has fewer."""
    most = hands.MAX_INDEX + 1
    need(
        count <= most, f"A seed has {most} hands, not {count}; draw in several parts, each with its own seed."
    )
    return range(count)


def random_seed():
    """Draw a seed from the operating system's randomness."""
    return secrets.randbelow(hands.MAX_SEED + 1)


def conditional(weights=None):
    """Find weights (`weights.find`). Raises BadInput unless they are conditional."""
    weights = weights_files.find(weights)
    need(weights.conditional, f"A {weights.recipe} cannot be asked for a digit; choose another model.")
    return weights


def unconditional(count, seed, weights):
    """Draw `count` images with weights that take no digit, such as `vae`: float (count, 1, 28, 28)."""
    weights = weights_files.find(weights)
    need(not weights.conditional, f"A {weights.recipe} draws the digit it is asked for; say which.")
    z = hands.seeded(seed, _first(count), weights.z_dim)
    return draw(weights, z, torch.zeros(count, dtype=torch.long, device="cpu"))


def some(count, seed, weights):
    """Draw `count` images with any generator: the ten digits in turn if it is conditional."""
    if weights.conditional:
        return generate([i % 10 for i in range(count)], seed, weights)
    return unconditional(count, seed, weights)


@usual()
def morph(weights, start, end, steps):
    """Draw images between two: spherical in z (Shoemake 1985, equation 12), linear in the digit.

    Args:
        start, end: (digit, z), z of shape (z_dim,).
        steps: n numbers from 0 (start) to 1 (end).

    Returns:
        float (n, 1, 28, 28) in [-1, 1].
    """
    weights = conditional(weights)
    (digit0, z0), (digit1, z1) = start, end
    y0, y1 = one_hot(whole_numbers("digits", [digit0, digit1], 9), 10).float()
    t = torch.tensor(steps, dtype=torch.float32).view(-1, 1)  # (n, 1)
    angle = torch.acos(cosine_similarity(z0, z1, dim=0).clamp(-1, 1))
    if torch.equal(z0, z1):
        z = z0.expand(len(t), -1)
    else:
        z = (((1 - t) * angle).sin() * z0 + (t * angle).sin() * z1) / angle.sin()  # (n, z_dim)
    return draw(weights, z, (1 - t) * y0 + t * y1)


@usual()
def draw(weights, z, y):
    """Draw hands z (n, z_dim) writing y, int64 (n,) or mixtures (n, 10): float (n, 1, 28, 28) in [-1, 1]."""
    chunks = _threads().map(functools.partial(_draw_chunk, weights.network), z.split(CHUNK), y.split(CHUNK))
    # Concatenate outside inference mode: the result is an ordinary tensor, which networks can train on.
    return torch.cat([torch.empty(0, 1, 28, 28, dtype=torch.float32), *chunks])


@functools.cache
def _threads():
    """Return the thread pool that runs the generator, one thread per PyTorch thread.

    Each chunk runs on a single thread, since layers this small get slower when split.
    """
    return ThreadPoolExecutor(torch.get_num_threads(), "draw", torch.set_num_threads, (1,))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)  # threads do not survive a fork


@torch.inference_mode()
def _draw_chunk(generator, z, y):
    n = len(y)
    if n < CHUNK:  # pad the last chunk
        z = torch.cat([z, z.new_zeros(CHUNK - n, z.shape[1])])
        y = torch.cat([y, y.new_zeros(CHUNK - n, *y.shape[1:])])
    return generator(z, y)[:n]
