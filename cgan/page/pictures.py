"""What the addresses of routes.py answer: bytes, as functions of the weights and the parsed parameters."""

import json
import math
import threading

import torch

from cgan import generate, hands, images, sampling, writing
from cgan import weights as weights_files
from cgan.cli import need, whole_number
from cgan.page import real
from cgan.page.access import Refused

MAX_SET = 10_000  # pictures in a .zip
_making_a_set = threading.Lock()


def digit_png(weights, digit, n, scale=1, **hand):
    z = _hands(weights, n, **hand)
    return _png(sampling.draw(weights, z, torch.full((n,), digit)), scale)


def all_png(weights, n, scale, **hand):
    z = _hands(weights, n, **hand).repeat_interleave(10, dim=0)
    return _png(sampling.draw(weights, z, torch.arange(10).repeat(n)), scale, columns=10)


def digit_json(weights, digit, **hand):
    picture = sampling.draw(weights, _hands(weights, 1, **hand), torch.tensor([digit]))
    probabilities = read(picture)[0].tolist()
    likeliest = max(range(10), key=probabilities.__getitem__)
    return json.dumps({"digit": digit, "read": likeliest, "probabilities": probabilities}).encode()


def samples_png(weights, seed, n, scale):
    return _png(sampling.unconditional(n, seed or 0, weights), scale)


def text_png(weights, text, hand, ground, wrap, scale, **start):
    text = writing.normalise(text)
    count = max(1, writing.count_digits(text)) if hand == "fresh" else 1
    z = _hands(weights, count, **start)
    return _enlarged(writing.write(text, weights, z, ground, wrap), scale)


def morph_png(weights, frames, scale, **ends):
    steps = [i / (frames - 1) for i in range(frames)]
    return _png(_morph(weights, steps, **ends), scale, columns=frames)


def morph_gif(weights, frames, scale, **ends):
    """There and back again, slower at both ends."""
    steps = [(1 - math.cos(2 * math.pi * i / frames)) / 2 for i in range(frames)]
    pictures = images.to_uint8(_morph(weights, steps, **ends))
    return images.gif(pictures, milliseconds=50, scale=scale)


def set_zip(weights, digit, seed, count, format):
    sampling.conditional(weights)  # raises BadInput
    most = (
        MAX_SET // len(digit) if format == "png" else MAX_SET // len(digit) * 6 // 7
    )  # a sixth more to test
    count = whole_number("count", count, 1, most)
    entries = generate.png_entries if format == "png" else generate.idx_entries
    if not _making_a_set.acquire(blocking=False):  # each takes seconds of all cores
        raise Refused(503, "Another set is being made at this moment; try again in a few seconds.")
    try:
        return generate.zip_bytes(entries(digit, count, seed or 0, weights))
    finally:
        _making_a_set.release()


def real_png(weights, digit, i, n, scale):
    i = i or 0
    need(i + n <= real.EACH, f"There are {real.EACH} real pictures of each digit: i + n must not be more.")
    return _enlarged(images.grid(real.pictures(digit)[i : i + n]), scale)


def read(pictures):
    """Return what the classifier reads in pictures, float (n, 1, 28, 28): probabilities, float (n, 10)."""
    with torch.inference_mode():
        return weights_files.shipped("judge").network(pictures).softmax(dim=1)


def _hands(weights, count, seed=None, i=None, z=None, slant=0, stroke=0, width=0):
    """Return hands, float32 (count, z_dim): a seed's from index `i` on, or the one with the code z."""
    sampling.conditional(weights)  # raises BadInput
    if z is None:
        first = i or 0
        found = hands.seeded(seed or 0, range(first, first + count), weights.z_dim)
    else:
        need(seed is None and i is None, "Give z, or seed and i, not both.")
        need(count == 1, "z is one hand: it draws one picture of a digit (n=1), or a text in one hand.")
        found = hands.decode(z, weights.z_dim)[None]
    return hands.styled(found, weights, slant, stroke, width)


def _morph(weights, steps, to, to_seed, to_i, to_z, **start):
    """`from` cannot be a parameter's name in Python; what is not given of the end is as at the start."""
    digit, style = start.pop("from"), {name: start[name] for name in hands.STYLES}
    end = {"seed": to_seed, "i": to_i, "z": to_z, **style}
    if to_z is None:
        end["seed"] = start["seed"] if to_seed is None else to_seed
        end["i"] = start["i"] if to_i is None else to_i
        end["z"] = start["z"] if to_seed is None and to_i is None else None
    ends = (digit, _hands(weights, 1, **start)[0]), (to, _hands(weights, 1, **end)[0])
    return sampling.morph(weights, *ends, steps)


def _png(pictures, scale, columns=None):
    return _enlarged(images.grid(images.to_uint8(pictures), columns), scale)


def _enlarged(image, scale):
    return images.png(images.enlarge(image, scale))
