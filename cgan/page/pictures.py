"""The bodies of the answers in routes.py, as functions of the weights and the parsed parameters."""

import functools
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cgan import weights as weights_files
from cgan.cli import need, whole_number
from cgan.draw import hands, images, sampling, sets, styles, writing

MAX_TILES = 100
MAX_SET = 10_000  # pictures in a .zip
REAL = 30  # of each digit in real.png


def digit_png(weights, digit, n=1, ground="black", scale=1, **hand):
    z = styled_hands(weights, n, **hand)
    return _png(sampling.draw(weights, z, torch.full((n,), digit)), scale, ground)


def all_png(weights, n=1, ground="black", scale=1, **hand):
    z = styled_hands(weights, n, **hand).repeat_interleave(10, dim=0)
    return _png(sampling.draw(weights, z, torch.arange(10).repeat(n)), scale, ground, columns=10)


def digit_json(weights, digit, **hand):
    picture = sampling.draw(weights, styled_hands(weights, 1, **hand), torch.tensor([digit]))
    probabilities = read(picture)[0].tolist()
    likeliest = max(range(10), key=probabilities.__getitem__)
    return json.dumps({"digit": digit, "read": likeliest, "probabilities": probabilities})


def samples_png(weights, seed=0, n=1, scale=1):
    return _png(sampling.unconditional(n, seed, weights), scale)


def text_png(weights, text, hand="one", ground="black", wrap=None, scale=1, **start):
    z = styled_hands(weights, writing.count_digits(text), variation=hand, **start)
    return images.png(images.on_background(writing.write(text, weights, z, wrap=wrap), ground, scale))


def morph_png(weights, frames=48, scale=1, **ends):
    """Draw the frames in a row."""
    steps = [i / (frames - 1) for i in range(frames)]
    return _png(_morph(weights, steps, **ends), scale, columns=frames)


def morph_gif(weights, frames=48, scale=8, **ends):
    """Draw the frames there and back, slower at both ends."""
    steps = [(1 - math.cos(2 * math.pi * i / frames)) / 2 for i in range(frames)]
    return images.gif(images.to_uint8(_morph(weights, steps, **ends)), milliseconds=50, scale=scale)


def set_zip(weights, digit=range(10), seed=0, count=10, format="png", **style):
    sampling.conditional(weights)  # raises BadInput
    most = MAX_SET // len(digit)
    if format == "idx":
        most = most * 6 // 7  # a sixth more pictures, for the test set
    whole_number("count", count, 1, most)
    if format == "png":
        return sets.zip_bytes(sets.png_entries(digit, count, seed, weights, **style))
    files = sets.idx_entries(digit, count, seed, weights, **style)
    return sets.zip_bytes((f"MNIST/raw/{name}", content) for name, content in files)


def real_png(weights, digit, i=0, n=1, scale=1):
    need(i + n <= REAL, f"There are {REAL} real pictures of each digit: i + n must not be more.")
    return images.png(images.enlarge(images.grid(real(digit)[i : i + n]), scale))


@functools.cache
def real(digit):
    """Return the first images of a digit in MNIST's test set, uint8 (REAL, 28, 28)."""
    sheet = torch.from_numpy(np.array(Image.open(Path(__file__).with_name("real.png"))))  # (280, REAL * 28)
    return sheet.view(10, 28, REAL, 28)[digit].transpose(0, 1)


def read(pictures):
    """Return the classifier's probabilities, float (n, 10), for pictures, float (n, 1, 28, 28)."""
    with torch.inference_mode():
        return weights_files.shipped("judge").network(pictures).softmax(dim=1)


def styled_hands(weights, count, slant=0, stroke=0, width=0, **hand):
    """Return hands, float32 (count, z_dim), chosen by seed and i or by z, and changed in style."""
    sampling.conditional(weights)  # raises BadInput
    return styles.styled(hands.choose(weights, count=count, **hand), weights, slant, stroke, width)


def _morph(weights, steps, to, **asked):
    """Draw the steps from one end to the other. Parts of the end's hand default to those of the start."""
    digit = asked.pop("from")
    end = {name[3:]: asked.pop(name) for name in ("to_seed", "to_i", "to_z") if name in asked}
    replaced = ("seed", "i") if "z" in end else ("z",) if end else ()
    kept = {name: value for name, value in asked.items() if name not in replaced}
    start, end = (styled_hands(weights, 1, **hand)[0] for hand in (asked, kept | end))
    return sampling.morph(weights, (digit, start), (to, end), steps)


def _png(pictures, scale, ground="black", columns=None):
    return images.png(images.on_background(images.grid(images.to_uint8(pictures), columns), ground, scale))
