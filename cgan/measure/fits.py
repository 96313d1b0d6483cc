"""Measure how well hands fit real digits, for `study hands`."""

import statistics
import time

import pandas as pd
import torch
from tqdm import tqdm

from cgan import weights
from cgan.draw import hands, sampling, styles
from cgan.draw.fit import fit
from cgan.draw.images import to_uint8
from cgan.learn import data
from cgan.measure import results
from cgan.measure.judge import features_and_digits

FITS, JOINT_FITS = 300, 50


def measure_fits(model, images, labels):
    """Fit a hand to each of the first 300 images, uint8 (N, 28, 28) of the digits (N,). Return records.

    fit_error: mean squared error, pixels from -1 to 1. fit_right: of the images that the judge reads right,
    the share that it still reads right as the model writes them, in %; others_right: the share of the nine
    other digits in that hand that it reads right. same_slant: correlation, over the images, between their
    slant, standardised within the digit, and the mean slant of the nine other digits; the same with random
    hands for comparison. seconds: of CPU time, the median.
    """
    judge, images, y = weights.shipped("judge").network, images[:FITS], labels[:FITS]
    x, fits, seconds = data.to_float(images), [], []
    for i in tqdm(range(len(y)), "hands", leave=False):
        start = time.process_time()
        fits.append(fit(model, x[i : i + 1], [y[i].item()]))
        seconds.append(time.process_time() - start)

    digits = torch.arange(10).repeat(len(y))  # (10 N,), all ten in each hand
    is_own = digits == y.repeat_interleave(10)
    hand_sets = torch.stack(fits), hands.seeded(0, range(len(y)), model.z_dim)
    drawn, random = (sampling.draw(model, z.repeat_interleave(10, dim=0), digits) for z in hand_sets)
    read = features_and_digits(judge, to_uint8(drawn))[1] == digits
    was_right = features_and_digits(judge, images)[1] == y
    measures = {
        "fit_error": (drawn[is_own] - x).square().mean().item(),
        "fit_right": 100 * read[is_own][was_right].double().mean().item(),
        "others_right": 100 * read[~is_own].double().mean().item(),
        "seconds": statistics.median(seconds),
    }
    given, others = standard_styles(x, y), digits[~is_own]
    own_hand, random_hand = (
        standard_styles(pictures[~is_own], others).groupby(torch.arange(9 * len(y)).numpy() // 9).mean()
        for pictures in (drawn, random)
    )
    lines = {
        "one test digit": measures | given.corrwith(own_hand).to_dict(),
        "random hands": given.corrwith(random_hand).to_dict(),
        "three digits of one hand": {"fit_error": joint_error(model)},
    }
    about = {"what": "study", "name": "hands", "weights": model.id}
    return [r for line, found in lines.items() for r in results.make(found, **about, setting=line)]


def standard_styles(x, y):
    """Measure the styles of images x (N, 1, 28, 28), standardised within their digits y (N,)."""
    columns = [f"same_{style}" for style in styles.STYLES]
    by_digit = pd.DataFrame(styles.measure(x).numpy(), columns=columns).groupby(y.numpy())
    return by_digit.transform(lambda values: (values - values.mean()) / values.std())


def joint_error(model):
    """Fit one hand to three digits that the model drew in one hand; return the mean error of 50 fits."""
    errors = []
    for i in tqdm(range(JOINT_FITS), "joint fits", leave=False):
        digits = (torch.arange(3) + i) % 10
        x = sampling.draw(model, hands.seeded(1, [i], model.z_dim).expand(3, -1), digits)
        z = fit(model, x, digits)
        errors.append((sampling.draw(model, z.expand(3, -1), digits) - x).square().mean().item())
    return sum(errors) / JOINT_FITS
