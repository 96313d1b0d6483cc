"""Compare hands with the people who wrote MNIST, for `study writers`.

Verifiers that learned from some writers of the training set judge whether two digits are by one person:
digits by the writers of the test set, none of whom they know, and digits that a generator drew.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import torch
from torch.nn.functional import normalize
from tqdm import tqdm

from cgan import weights
from cgan.draw import hands, sampling, sets, styles
from cgan.draw.fit import fit
from cgan.draw.images import to_uint8
from cgan.learn import data
from cgan.measure import results
from cgan.measure.evaluate import classification_accuracy
from cgan.measure.judge import features_and_digits
from cgan.measure.verifier import describe

SHARES = 0, 0.3, 0.4, 0.5, 0.6  # of a fresh hand in each digit: s of `hands.natural`
HANDS, OF_EACH = 297, 3  # as many hands as the test set has writers, and about as many pictures
SET_WRITERS, SET_OF_EACH = 300, 10
FITS = {1: 1000, 3: 120, 5: 40}  # digits that a hand is learned from: number of hands
WORDS = {1: "one digit", 3: "three digits", 5: "five digits"}


def measure_writers(model, verifiers, images, labels, writers):
    """Return the records of `study writers`, from test images (N, 28, 28), their labels and writers (N,)."""
    x, about = data.to_float(images), {"what": "study", "weights": model.id}
    descriptions = [describe(verifier, x, labels) for verifier in verifiers]
    learned, strangers = {}, {}
    for count, number in FITS.items():
        given = choose_digits(labels, writers, count, number)
        learned[count] = fit_hands(model, x, labels, given)
        strangers[f"a hand from {WORDS[count]}"] = measure_strangers(
            model, verifiers, descriptions, labels, writers, given, learned[count]
        )
    random = hands.seeded(0, range(HANDS), model.z_dim)
    given = choose_digits(labels, writers, 1, HANDS)
    strangers["random hands"] = measure_strangers(
        model, verifiers, descriptions, labels, writers, given, random
    )

    lines = {"real writers": measure_pairs(verifiers, x, labels, writers)}
    for name, z in {"random hands": random, "learned hands": learned[1][:HANDS]}.items():
        for s in SHARES:
            lines[f"{name}, s = {s}"] = measure_pairs(verifiers, *draw_writers(model, z, s))
    drawn = draw_writers(model, random, hands.VARIATION, one_pen=True)
    lines["random hands, s = 0.5, one stroke weight"] = measure_pairs(verifiers, *drawn)
    made = []
    for name, table in {"writers": lines, "strangers": strangers}.items():
        for line, (measures, spread) in table.items():
            made += results.make(measures, spread, **about, name=name, setting=line)
    return made


def measure_set(model, verifiers, test_images, test_labels):
    """Return records of a set by SET_WRITERS hands: its pairs, and its CAS.

    Pairs are of the first OF_EACH pictures of each digit by each writer.
    """
    z, labels = sets.by_writers(1, range(SET_WRITERS), range(10), SET_OF_EACH, model)
    images, (y, writers, numbers) = torch.cat(list(sets.drawn(model, z, labels))), torch.from_numpy(labels).T
    first = numbers < 10 * OF_EACH
    measures, errors = measure_pairs(verifiers, data.to_float(images[first]), y[first], writers[first])
    about = {
        "what": "study",
        "name": "writers",
        "setting": f"a set by {SET_WRITERS} writers",
        "weights": model.id,
    }
    cas = classification_accuracy(images, y, test_images, test_labels, **about)
    return results.make(measures, errors, **about) + cas


def draw_writers(model, z, s, one_pen=False):
    """Draw OF_EACH of every digit in each hand (n, z_dim), naturally varied: pictures, digits and hands.

    one_pen: keep the hand's stroke weight in all of them.
    """
    y, rows = torch.arange(10).repeat(OF_EACH * len(z)), range(10 * OF_EACH)
    varied = torch.cat([hands.natural(hand, rows, s=s) for hand in z])
    if one_pen:
        stroke, along = styles.STYLES.index("stroke"), torch.linalg.pinv(model.directions)
        change = (varied - z.repeat_interleave(len(rows), dim=0)) @ along[:, stroke]
        varied -= change[:, None] * model.directions[stroke]
    return sampling.draw(model, varied, y), y, torch.arange(len(z)).repeat_interleave(len(rows))


def measure_pairs(verifiers, x, y, writers):
    """Measure how alike the pictures x (N, 1, 28, 28) of digits y by each writer (N,) are.

    Returns means and standard errors over the verifiers. alike: mean similarity of two pictures of different
    digits by one writer; alike_digit: of the same digit; alike_others: by two writers. auc, auc_digit: the
    probability that a pair by one writer is more alike than one by two, of different digits and of the same.
    within_slant ...: share of a style's variance, for each digit, that is within writers.
    """
    one, other = torch.nonzero(writers[:, None] == writers, as_tuple=True)
    one, other = one[one != other], other[one != other]
    stranger = by_others(y[other], writers[one], y, writers)
    is_same = y[one] == y[other]
    rows = []
    for h in (describe(verifier, x, y) for verifier in verifiers):
        alike, apart = ((h[one] * h[partner]).sum(1) for partner in (other, stranger))
        row = {"alike": alike[~is_same], "alike_digit": alike[is_same], "alike_others": apart[~is_same]}
        row = {name: values.mean().item() for name, values in row.items()}
        row["auc"] = auc(alike[~is_same], apart[~is_same])
        row["auc_digit"] = auc(alike[is_same], apart[is_same])
        rows.append(row)
    measures, errors = mean_and_error(rows)
    within = within_writers(x, y, writers)
    return measures | within, errors | dict.fromkeys(within)


def measure_strangers(model, verifiers, descriptions, y, writers, given, z):
    """Measure hands z (n, z_dim) that were learned from the pictures `given` (n, k), each row by one writer.

    Each hand writes a digit that was not given, beside one by the writer and one by somebody else. auc: the
    probability that the writer's is more alike. auc_real: the same for the given digits themselves, whose
    descriptions are averaged. kept: the first as a share of the second, counted from chance, in %.
    others_right: how many of the digits that were not given the judge reads right, in %.
    """
    not_given = (y[given][:, :, None] != torch.arange(10)).all(dim=1)  # (n, 10)
    hand, real = torch.nonzero((writers[given[:, :1]] == writers) & not_given[:, y], as_tuple=True)
    stranger = by_others(y[real], writers[given[hand, 0]], y, writers)
    digits = torch.arange(10).repeat(len(z))
    drawn = sampling.draw(model, z.repeat_interleave(10, dim=0), digits)
    rows = []
    for verifier, h in zip(verifiers, descriptions, strict=True):
        h_drawn = describe(verifier, drawn, digits)[10 * hand + y[real]]
        h_given = normalize(h[given].mean(dim=1), dim=1)[hand]
        found = [auc((g * h[real]).sum(1), (g * h[stranger]).sum(1)) for g in (h_drawn, h_given)]
        rows.append(
            {"auc": found[0], "auc_real": found[1], "kept": 100 * (found[0] - 0.5) / (found[1] - 0.5)}
        )
    read = features_and_digits(weights.shipped("judge").network, to_uint8(drawn))[1] == digits
    right = {"others_right": 100 * read[not_given.flatten()].double().mean().item()}
    measures, errors = mean_and_error(rows)
    return measures | right, errors | dict.fromkeys(right)


def choose_digits(y, writers, count, number):
    """Choose `number` times `count` pictures of different digits by one writer: (number, count)."""
    rng, names, rows = np.random.RandomState(0), writers.unique().tolist(), []
    for i in range(number):
        by_writer = torch.nonzero(writers == names[i % len(names)])[:, 0]
        shuffled = by_writer[torch.from_numpy(rng.permutation(len(by_writer)))]
        first = {digit: index for digit, index in zip(y[shuffled].tolist(), shuffled.tolist(), strict=True)}
        rows.append(list(first.values())[:count])
    return torch.tensor(rows)


def fit_hands(model, x, y, given):
    """Fit a hand to each row of the pictures `given` (n, k): (n, z_dim)."""
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:
        fits = threads.map(lambda row: fit(model, x[row], y[row]), given)
        return torch.stack(list(tqdm(fits, "hands", total=len(given), leave=False)))


def by_others(digits, not_by, y, writers):
    """For each of the digits (P,), pick a picture of it that is not by the writer (P,): indices (P,)."""
    rng, picked = np.random.RandomState(0), np.empty(len(digits), int)
    digits, not_by, y, writers = (values.numpy() for values in (digits, not_by, y, writers))
    for digit in np.unique(digits):
        candidates, left = np.flatnonzero(y == digit), np.flatnonzero(digits == digit)
        while len(left):
            picked[left] = rng.choice(candidates, len(left))
            left = left[writers[picked[left]] == not_by[left]]
    return torch.from_numpy(picked)


def auc(same, other):
    """Return the probability that one of `same` (A,) is above one of `other` (B,): the area under the ROC."""
    other = other.sort().values
    below = torch.searchsorted(other, same) + torch.searchsorted(other, same, right=True)  # a tie counts half
    return below.double().mean().item() / 2 / len(other)


def within_writers(x, y, writers):
    """Return the share of each style's variance, for each digit, within writers: {within_NAME: share}."""
    y, writers = y.numpy(), writers.numpy()
    columns = [f"within_{name}" for name in styles.STYLES]
    measured = pd.DataFrame(styles.measure(x).numpy(), columns=columns)
    by_writer = measured.groupby([y, writers])
    squares = (measured - by_writer.transform("mean")).pow(2).groupby(y).sum()
    freedom = (by_writer.size() - 1).groupby(level=0).sum()
    return (squares.div(freedom, axis=0) / measured.groupby(y).var()).mean().to_dict()


def mean_and_error(rows):
    """Return the means of rows, {measure: value} for each verifier, and their standard errors."""
    frame = pd.DataFrame(rows)
    return frame.mean().to_dict(), frame.sem().to_dict()
