"""How well a hand is fitted to real digits: `study hands`."""

import time

import torch
from tqdm import tqdm

from cgan import data, hands, sampling
from cgan.images import to_uint8
from cgan.measure import records
from cgan.measure.judge import look

FITS, JOINT_FITS = 1000, 100
STYLES = ["same_slant", "same_stroke", "same_width"]


def measure_hands(model, judge, images, labels, fits=FITS, joint_fits=JOINT_FITS):
    """Fit a hand to each of the first `fits` images, uint8 (N, 28, 28) of the digits (N,). Return records.

    fit_error: mean squared error, pixels from -1 to 1. fit_right: of the images that the judge reads right,
    the share that it still reads right as the model writes them, in %; others_right: the same of the nine
    other digits in that hand. same_slant: correlation over the images of their slant, standardised within
    the digit, with the mean slant of the nine other digits; for comparison, of nine digits in random hands.
    """
    x, y, z = data.to_float(images[:fits]), labels[:fits], []
    start = time.perf_counter()
    for picture, digit in zip(tqdm(x, "hands", leave=False), y, strict=True):
        z.append(hands.fit(model, picture[None], [digit.item()]))
    seconds = (time.perf_counter() - start) / len(y)

    drawn = in_all_digits(model, torch.stack(z))
    is_own = torch.arange(10) == y[:, None]  # (N, 10)
    own = drawn[is_own]  # (N, 1, 28, 28)
    read = look(judge, to_uint8(drawn.flatten(0, 1)))[1].view(-1, 10) == torch.arange(10)
    was_right = look(judge, images[:fits])[1] == y
    measures = {
        "fit_error": (own - x).square().mean().item(),
        "fit_right": 100 * read[is_own][was_right].double().mean().item(),
        "others_right": 100 * read[~is_own].double().mean().item(),
        "seconds": seconds,
    }
    random = in_all_digits(model, hands.seeded(0, range(len(y)), model.z_dim))
    lines = {
        "one test digit": measures | correlations(x, y, drawn, is_own),
        "random hands": correlations(x, y, random, is_own),
        "three digits of one hand": {"fit_error": joint_error(model, joint_fits)},
    }
    about = {"what": "study", "name": "hands", "weights": model.id}
    return [r for line, found in lines.items() for r in records.make(found, **about, setting=line)]


def in_all_digits(model, z):
    """Draw the ten digits in each of the hands z (N, z_dim): (N, 10, 1, 28, 28)."""
    y = torch.arange(10).repeat(len(z))
    return sampling.draw(model, z.repeat_interleave(10, dim=0), y).view(-1, 10, 1, 28, 28)


def correlations(x, y, drawn, is_own):
    """Correlate the styles of images x (N, 1, 28, 28) with those of the other digits drawn (N, 10, ...)."""
    given, others = hands.measure(x), standardised(hands.measure(drawn.flatten(0, 1)).view(-1, 10, 3))
    for digit in y.unique():
        given[y == digit] = standardised(given[y == digit])
    others[is_own] = 0
    pairs = zip(STYLES, given.T, others.mean(dim=1).T, strict=True)
    return {name: torch.corrcoef(torch.stack([a, b]))[0, 1].item() for name, a, b in pairs}


def standardised(styles):
    return (styles - styles.mean(dim=0)) / styles.std(dim=0)


def joint_error(model, count):
    """Fit one hand to three digits that the model drew in one hand; return the mean error of `count` fits."""
    errors = []
    for i in tqdm(range(count), "joint fits", leave=False):
        digits = (torch.arange(3) + i) % 10
        x = sampling.draw(model, hands.seeded(1, [i], model.z_dim).expand(3, -1), digits)
        z = hands.fit(model, x, digits)
        errors.append((sampling.draw(model, z.expand(3, -1), digits) - x).square().mean().item())
    return sum(errors) / count
