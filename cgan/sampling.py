"""(weights, digit, seed, index) -> picture. The only place where a seed becomes a picture.

Tile i of a seed is drawn from row i of a fixed stream of normal numbers. It depends neither on how many
tiles are asked for nor on the digit, so one seed and index is one handwriting for all ten digits.
"""

import functools
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch.nn.functional import cosine_similarity, one_hot

from cgan import weights as weights_files
from cgan.cli import BadInput, whole_number
from cgan.networks import GENERATORS

MAX_SEED = 2**32 - 1
CHUNK = 16  # pictures a pass of the network: in passes of one size a row's bits do not depend on its place
LABELS_SENTENCE = "labels must be whole numbers from 0 to 9, in a list or a one-dimensional tensor."


def noise(seed, n, z_dim):
    """z, float32 (n, z_dim) of N(0, 1), for a seed from 0 to 2**32 - 1; row i is the same for every n > i.

    NumPy has frozen the stream of RandomState, so the numbers stay the same for years.
    """
    seed = whole_number("seed", seed, 0, MAX_SEED)
    return torch.from_numpy(np.random.RandomState(seed).standard_normal((n, z_dim)).astype(np.float32))


def generate(labels, seed, weights=None, indices=None):
    """Draw the digits `labels`, int (n,) from 0 to 9 in any order: float (n, 1, 28, 28) from -1 to 1.

    Picture i depends on (weights, labels[i], seed, indices[i]) alone, whatever runs beside it. weights: a
    `cgan.weights.Weights`; the shipped ones if None. indices: whole numbers from 0, as many as labels; if
    None, 0, 1, 2 and so on. Raises BadInput.
    """
    weights = _checked(weights, is_told_digits=True)
    y = _digits(labels)
    z = noise(seed, 1 + max(indices) if indices else len(y), weights.config["z_dim"])
    return _draw(weights, z if indices is None else z[list(indices)], y)


def morph(start, end, steps, weights=None):
    """From one picture, (digit, seed, index), to another: float (n, 1, 28, 28), one for each of `steps`, n
    numbers from 0 (the first picture) to 1 (the second).

    Spherical in z (Shoemake 1985, equation 12), linear in the digit.
    """
    weights = _checked(weights, is_told_digits=True)
    (z0, y0), (z1, y1) = (
        (_row(seed, index, weights), one_hot(_digits([digit])[0], 10).float())
        for digit, seed, index in (start, end)
    )
    t = torch.tensor(steps).view(-1, 1)  # (n, 1)
    angle = torch.acos(cosine_similarity(z0, z1, dim=0).clamp(-1, 1))
    if torch.equal(z0, z1):
        z = z0.expand(len(t), -1)
    else:
        z = (((1 - t) * angle).sin() * z0 + (t * angle).sin() * z1) / angle.sin()
    return _draw(weights, z, (1 - t) * y0 + t * y1)


def between(seed, index, weights=None):
    """Ten rows of ten, float (100, 1, 28, 28): half the row's digit, half the column's, in one hand."""
    weights = _checked(weights, is_told_digits=True)
    z = _row(seed, index, weights)
    y = torch.eye(10)
    return _draw(weights, z.repeat(100, 1), (y[:, None] + y[None]).view(100, 10) / 2)


def generate_any(count, seed, weights):
    """Draw `count` pictures with weights that know no digit, as those of a `vae`: float (count, 1, 28, 28).

    Picture i is whichever digit row i of the seed's noise becomes. Raises BadInput.
    """
    weights = _checked(weights, is_told_digits=False)
    z = noise(seed, count, weights.config["z_dim"])
    return _draw(weights, z, torch.zeros(count, dtype=torch.long))


def generate_some(count, seed, weights):
    """Draw `count` pictures with any weights: the ten digits in turn, or whichever come if they know none."""
    if weights.knows_digits:
        return generate([i % 10 for i in range(count)], seed, weights)
    return generate_any(count, seed, weights)


def latent_plane(weights, digit=None, size=20):
    """What lies where in a latent space of two dimensions: float (size * size, 1, 28, 28), row by row.

    Its places are the middles of equally likely steps of N(0, 1): z's first number grows to the right, its
    second upwards. digit: for weights that are told one. Raises BadInput.
    """
    weights = _checked(weights, is_told_digits=digit is not None)
    if weights.config["z_dim"] != 2:
        raise BadInput(
            f"The latent space of {weights.model} {weights.id} is no plane; choose one of 2 numbers."
        )
    steps = torch.special.ndtri((torch.arange(size) + 0.5) / size)
    z = torch.cartesian_prod(steps.flip(0), steps).flip(1)  # (size * size, 2)
    return _draw(weights, z, _digits([digit or 0] * len(z)))


def _checked(weights, is_told_digits):
    weights = weights or weights_files.shipped()
    if weights.model not in GENERATORS:
        raise BadInput(f"The weights of a {weights.model} draw no digits; choose those of a generator.")
    if is_told_digits and not weights.knows_digits:
        raise BadInput(f"A {weights.model} cannot be asked for a digit: it knows none; choose another model.")
    if weights.knows_digits and not is_told_digits:
        raise BadInput(f"A {weights.model} draws the digit that it is asked for; say which.")
    return weights


def _row(seed, index, weights):
    """Row `index` of a seed's noise: float32 (z_dim,)."""
    return noise(seed, index + 1, weights.config["z_dim"])[index]


def _draw(weights, z, y):
    chunks = _threads().map(functools.partial(_draw_chunk, weights.network), z.split(CHUNK), y.split(CHUNK))
    # Joined outside of inference mode, the pictures are ordinary tensors: other networks can learn from them.
    return torch.cat([torch.empty(0, 1, 28, 28), *chunks])


@functools.cache
def _threads():
    """Those that draw, whoever asks: as many as PyTorch has when the first picture is drawn.

    Each draws a chunk by itself, as layers this small lose by being shared. To have PyTorch compute on one
    thread is said in each of them; it holds for threads that begin later, too, not for those that exist.
    """
    return ThreadPoolExecutor(torch.get_num_threads(), "draw", torch.set_num_threads, (1,))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)  # a forked process has none of the threads


def _digits(labels):
    try:
        y = torch.as_tensor(labels)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadInput(LABELS_SENTENCE) from error
    if y.numel() == 0:
        return torch.empty(0, dtype=torch.long)
    is_whole = not (y.is_floating_point() or y.is_complex() or y.dtype == torch.bool)
    if y.dim() != 1 or not is_whole or y.min() < 0 or y.max() > 9:
        raise BadInput(LABELS_SENTENCE)
    return y.long()


@torch.inference_mode()
def _draw_chunk(generator, z, y):
    n = len(y)
    if n < CHUNK:  # the last chunk, padded
        z = torch.cat([z, z.new_zeros(CHUNK - n, z.shape[1])])
        y = torch.cat([y, y.new_zeros(CHUNK - n, *y.shape[1:])])
    return generator(z, y)[:n]
