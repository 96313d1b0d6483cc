"""How well a hand is fitted to real digits, for `python -m cgan.measure.study hands`."""

import time

import torch
from tqdm import tqdm

from cgan import data, hands, sampling
from cgan.measure import records

FITS, JOINT_FITS = 1000, 100
STYLES = ["same_slant", "same_stroke", "same_width"]


def measure_hands(model, judge, images, labels, fits=FITS, joint_fits=JOINT_FITS):
    """Fit a hand to each of the first `fits` images, uint8 (N, 28, 28) of the digits (N,). Returns records.

    fit_error: mean squared error, pixels from -1 to 1. fit_right: of the images that the judge reads right,
    the share that it still reads right as the model writes them, in %; others_right: the same of the nine
    other digits in that hand. same_slant: correlation over the images of their slant, standardised within
    the digit, with the mean slant of the nine other digits; for comparison, of nine digits in random hands.
    """
    x, y = data.to_float(images[:fits]), labels[:fits]
    z, seconds = [], []
    for picture, digit in tqdm(list(zip(x, y, strict=True)), "hands", leave=False):
        start = time.perf_counter()
        z.append(hands.fit(model, picture[None], [digit.item()]).view(-1))
        seconds.append(time.perf_counter() - start)
    drawn = in_all_digits(model, torch.stack(z))
    own = drawn[torch.arange(len(y)), y]  # (N, 1, 28, 28)
    is_other = torch.arange(10) != y[:, None]  # (N, 10)
    read = judge(drawn.flatten(0, 1)).argmax(dim=1).view(-1, 10) == torch.arange(10)
    was_right = judge(x).argmax(dim=1) == y

    measures = {
        "fit_error": (own - x).square().mean().item(),
        "fit_right": 100 * read[torch.arange(len(y)), y][was_right].double().mean().item(),
        "others_right": 100 * read[is_other].double().mean().item(),
        "seconds": torch.tensor(seconds).median().item(),
    }
    random = in_all_digits(model, hands.seeded(0, range(len(y)), model.z_dim))
    about = {"what": "study", "name": "hands", "weights": model.id}
    made = records.make(
        {**measures, **correlations(x, y, drawn, is_other)}, **about, setting="one test digit", images=len(y)
    )
    made += records.make(correlations(x, y, random, is_other), **about, setting="random hands", images=len(y))
    error = joint_error(model, joint_fits)
    return made + records.make(
        {"fit_error": error}, **about, setting="three digits of one hand", images=joint_fits
    )


def joint_error(model, count):
    """Fit one hand to three digits that the model drew in one hand; return the mean error of `count` fits."""
    errors = []
    for i in tqdm(range(count), "joint fits", leave=False):
        digits = (torch.arange(3) + i) % 10
        x = sampling.draw(model, hands.seeded(1, [i], model.z_dim).expand(3, -1), digits)
        z = hands.fit(model, x, digits.tolist()).view(1, -1)
        errors.append((sampling.draw(model, z.expand(3, -1), digits) - x).square().mean().item())
    return sum(errors) / count


def in_all_digits(model, z):
    """Draw the ten digits in each of the hands z (N, z_dim): (N, 10, 1, 28, 28)."""
    y = torch.arange(10).repeat(len(z))
    return sampling.draw(model, z.repeat_interleave(10, dim=0), y).view(-1, 10, 1, 28, 28)


def correlations(x, y, drawn, is_other):
    """Correlate the styles of images x (N, 1, 28, 28) with those of the other digits drawn (N, 10, ...)."""
    of_x, of_drawn = hands.measure(x), hands.measure(drawn.flatten(0, 1)).view(-1, 10, 3)
    for digit in range(10):
        of_x[y == digit] = standardised(of_x[y == digit])
    of_drawn = standardised(of_drawn)
    of_others = (of_drawn * is_other[:, :, None]).sum(dim=1) / 9  # (N, 3)
    pairs = zip(STYLES, of_x.T, of_others.T, strict=True)
    return {name: torch.corrcoef(torch.stack([a, b]))[0, 1].item() for name, a, b in pairs}


def standardised(styles):
    return (styles - styles.mean(dim=0)) / styles.std(dim=0)
