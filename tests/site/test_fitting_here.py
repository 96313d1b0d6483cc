"""Fitting a hand in the browser finds hands as good as those of cgan.draw.fit."""

import dataclasses

import numpy as np
import pytest
import torch

from cgan.draw import fit, hands, sampling, styles
from tests.site.browser import Scripts

pytestmark = pytest.mark.soak  # takes minutes with all its pages

FIT = """async (drawings, { digits }) => {
  const each = digits.map((_, i) => drawings.slice(784 * i, 784 * i + 784));
  const found = await fitHand(engine, each, digits, async () => {});
  return found && sent(found);
}"""
MEASURE = """(pictures) => {
  const found = Array.from({ length: 10 }, (_, i) => measure(pictures.slice(784 * i, 784 * i + 784)));
  return sent(Float64Array.from(found.flat()));
}"""


def loss(weights, z, drawings, digits):
    """What the fit makes small: the error, and changes of the plain hand in this style."""
    plain, changes = torch.zeros_like(z), torch.eye(len(z)) * fit.PULL / len(z)
    if weights.directions is not None:
        starts = hands.seeded(0, range(max(64, fit.STARTS // len(digits))), len(z))
        measured = []
        for drawing, digit in zip(drawings, digits, strict=True):
            usual = styles.measure(sampling.draw(weights, starts, digit.expand(len(starts))))
            standard = (styles.measure(drawing[None])[0] - usual.mean(0)) / usual.std(0)
            measured.append(standard.clamp(-3, 3).float())
        plain = fit.plain_hand(weights.directions, z[None], torch.stack(measured))[0]
        changes = fit.OTHERS * fit.changes_per_z(weights.network, len(z))
    error = (weights.network(z.expand(len(digits), -1), digits) - drawings).square().mean()
    return (error + (z - plain) @ changes @ (z - plain)).item()


def ratio(scripts, weights, drawings, digits):
    theirs = fit.fit(weights, drawings, digits)
    ours = torch.from_numpy(scripts.call(FIT, drawings.numpy(), digits=digits.tolist()).copy())
    return loss(weights, ours, drawings, digits) / loss(weights, theirs, drawings, digits)


@pytest.mark.parametrize("count", [pytest.param(30, marks=pytest.mark.soak)])
def test_as_good_as_fit(engine, compact, report, count):
    digits = torch.arange(count) % 10
    drawings = sampling.generate(digits, 5, report)  # of another model
    ratios = [ratio(engine, compact, drawings[i, None], digits[i, None]) for i in range(count)]
    print(sorted(ratios))
    assert np.median(ratios) <= 1.02
    assert max(ratios) <= 1.05


def test_several_drawings(engine, compact, report):
    digits = torch.tensor([3, 4, 7])
    assert ratio(engine, compact, sampling.generate(digits, 0, report), digits) <= 1.05


def test_weights_without_styles(chromium, compact, report):
    plain = dataclasses.replace(compact, directions=None)
    scripts = Scripts(chromium)
    scripts.load(plain)
    digits = torch.tensor([5])
    assert ratio(scripts, plain, sampling.generate(digits, 1, report), digits) <= 1.05


def test_no_hand_draws_a_full_square(engine):
    assert engine.call(FIT, np.ones(784, np.float32), digits=[1], dtype=None) is None


def test_measures_of_style(engine, compact):
    pictures = sampling.generate(range(10), 3, compact)
    found = engine.call(MEASURE, pictures.numpy(), dtype=np.float64).reshape(10, 3)
    np.testing.assert_allclose(found, styles.measure(pictures), rtol=1e-4)
